package org.vlmvisualizer.core;

import java.util.List;

/**
 * What transformers 4.57, or OpenCLIP, calls the weights of a vision tower, below the tower's own
 * prefix. A name that is empty stands for nothing.
 *
 * @param classToken of the class token
 * @param patches of the patch embedding, without {@code .weight}
 * @param positions of the table of positions
 * @param layers before a layer's number
 * @param norms in a layer, before attention and before the MLP
 * @param qkv in a layer: what queries, keys and values are made by
 * @param out in a layer: what attention's output is made by
 * @param scales in a layer: what attention's and the MLP's outputs are multiplied with
 * @param mlp in a layer, a gate first
 * @param finalNorm behind the layers
 */
public record TowerNames(
    String classToken,
    String patches,
    String positions,
    String layers,
    List<String> norms,
    List<String> qkv,
    String out,
    List<String> scales,
    List<String> mlp,
    String finalNorm) {

  /** The MLP's matrices before its last. */
  public List<String> upper() {
    return mlp.subList(0, mlp.size() - 1);
  }

  public String lower() {
    return mlp.get(mlp.size() - 1);
  }

  /** modeling_clip.py, modeling_siglip.py. */
  static TowerNames clip() {
    return new TowerNames(
        "embeddings.class_embedding",
        "embeddings.patch_embedding",
        "embeddings.position_embedding.weight",
        "encoder.layers.",
        List.of("layer_norm1", "layer_norm2"),
        List.of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
        "self_attn.out_proj",
        List.of(),
        List.of("mlp.fc1", "mlp.fc2"),
        "post_layernorm");
  }

  /** visual.py of Qwen/Qwen-VL-Chat, whose names are OpenCLIP's. */
  static TowerNames openClip() {
    return new TowerNames(
        "",
        "conv1",
        "positional_embedding",
        "transformer.resblocks.",
        List.of("ln_1", "ln_2"),
        List.of("attn.in_proj"),
        "attn.out_proj",
        List.of(),
        List.of("mlp.c_fc", "mlp.c_proj"),
        "");
  }

  /** modeling_internvl.py. */
  static TowerNames internVl() {
    return new TowerNames(
        "embeddings.cls_token",
        "embeddings.patch_embeddings.projection",
        "embeddings.position_embeddings",
        "encoder.layer.",
        List.of("layernorm_before", "layernorm_after"),
        List.of("attention.q_proj", "attention.k_proj", "attention.v_proj"),
        "attention.projection_layer",
        List.of("lambda_1", "lambda_2"),
        List.of("mlp.fc1", "mlp.fc2"),
        "layernorm");
  }

  /** modeling_qwen2_vl.py, modeling_qwen2_5_vl.py, modeling_qwen3_vl.py. */
  static TowerNames qwen(List<String> mlp, String finalNorm) {
    return new TowerNames(
        "",
        "patch_embed.proj",
        "pos_embed.weight",
        "blocks.",
        List.of("norm1", "norm2"),
        List.of("attn.qkv"),
        "attn.proj",
        List.of(),
        mlp,
        finalNorm);
  }
}

package org.vlmvisualizer.network;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import java.util.List;
import org.vlmvisualizer.core.VisionConfig;

/** Brings a vision tower's weights by the names that its kind has. */
record TowerWeights(Torch torch, VisionConfig config, WeightLoader loader) {
  private static final String ROOT = "vision_tower.";

  /** What patches become tokens by. */
  IValue embeddings() {
    if (config.blocks() != null) {
      IValue none = loader.keep("norm", loader.none(), loader.none());
      String patches = ROOT + "patch_embed.proj";
      return loader.keep(
          "tower_embeddings",
          loader.load(patches + ".weight"),
          loader.stack(".bias", patches),
          loader.none(),
          loader.stack(".weight", ROOT + "pos_embed"),
          none);
    }
    String root = ROOT + "embeddings.";
    return loader.keep(
        "tower_embeddings",
        loader.load(root + "patch_embedding.weight"),
        loader.stack(".bias", root + "patch_embedding"),
        loader.stack("", root + "class_embedding"),
        positions(root + "position_embedding.weight"),
        loader.norm(ROOT + "pre_layrnorm"));
  }

  private PtNDArray positions(String name) {
    int[] ids = config.positionIds().stream().mapToInt(Integer::intValue).toArray();
    return ids.length == 0 ? loader.load(name) : loader.rows(torch.manager(), name, ids);
  }

  IValue layer(int index) {
    return config.blocks() == null
        ? layer(ROOT + "encoder.layers." + index + ".")
        : block(ROOT + "blocks." + index + ".");
  }

  private IValue layer(String name) {
    String attention = name + "self_attn.";
    return loader.keep(
        "tower_layer",
        loader.norm(name + "layer_norm1"),
        loader.matrix(attention + "q_proj", attention + "k_proj", attention + "v_proj"),
        loader.matrix(attention + "out_proj"),
        loader.norm(name + "layer_norm2"),
        loader.matrix(name + "mlp.fc1"),
        loader.matrix(name + "mlp.fc2"));
  }

  private IValue block(String name) {
    List<String> mlp = config.type().mlp().stream().map(part -> name + "mlp." + part).toList();
    int last = mlp.size() - 1;
    return loader.keep(
        "tower_layer",
        loader.norm(name + "norm1"),
        loader.matrix(name + "attn.qkv"),
        loader.matrix(name + "attn.proj"),
        loader.norm(name + "norm2"),
        loader.matrix(mlp.subList(0, last).toArray(String[]::new)),
        loader.matrix(mlp.get(last)));
  }

  /**
   * The norm behind the layers.
   *
   * @param used whether the connector reads it
   */
  IValue finalNorm(boolean used) {
    String name =
        config.blocks() == null ? "post_layernorm" : "merger." + config.type().merger().get(0);
    return used ? loader.norm(ROOT + name) : loader.keep("norm", loader.none(), loader.none());
  }
}

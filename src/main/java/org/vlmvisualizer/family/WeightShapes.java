package org.vlmvisualizer.family;

import java.util.LinkedHashMap;
import java.util.Map;
import org.vlmvisualizer.core.ConnectorConfig.Mlp;
import org.vlmvisualizer.core.ConnectorConfig.PixelShuffle;
import org.vlmvisualizer.core.DecoderConfig;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.VisionConfig;

/**
 * The canonical names of all weights of a model and their shapes, [out, in] for matrices. The names
 * are those of transformers without the prefixes that differ between its generations.
 */
public final class WeightShapes {
  private final Map<String, long[]> shapes = new LinkedHashMap<>();

  private WeightShapes() {}

  /** Name to shape, in the order in which the network runs. */
  public static Map<String, long[]> of(ModelConfig config) {
    WeightShapes all = new WeightShapes();
    all.addVision(config.vision());
    all.addConnector(config);
    all.addDecoder(config.decoder());
    return all.shapes;
  }

  private void addVision(VisionConfig c) {
    String root = "vision_tower.";
    long d = c.hiddenSize();
    long p = c.patchSize();
    if (c.type().hasClassToken()) {
      put(root + "embeddings.class_embedding", d);
    }
    put(root + "embeddings.patch_embedding.weight", d, 3, p, p);
    if (c.type().hasPatchBias()) {
      put(root + "embeddings.patch_embedding.bias", d);
    }
    put(root + "embeddings.position_embedding.weight", c.numTokens(), d);
    if (c.type().hasPreNorm()) {
      norm(root + "pre_layrnorm", d);
    }
    for (int i = 0; i < c.numHiddenLayers(); i++) {
      String layer = root + "encoder.layers." + i + ".";
      norm(layer + "layer_norm1", d);
      for (String name : new String[] {"q_proj", "k_proj", "v_proj", "out_proj"}) {
        linear(layer + "self_attn." + name, d, d, true);
      }
      norm(layer + "layer_norm2", d);
      linear(layer + "mlp.fc1", c.intermediateSize(), d, true);
      linear(layer + "mlp.fc2", d, c.intermediateSize(), true);
    }
    norm(root + "post_layernorm", d);
  }

  private void addConnector(ModelConfig c) {
    String root = "multi_modal_projector.";
    long d = c.decoder().hiddenSize();
    long in = c.vision().hiddenSize();
    if (c.connector() instanceof Mlp mlp) {
      for (int i = 1; i <= mlp.layers(); i++) {
        linear(root + "linear_" + i, d, i == 1 ? in : d, mlp.bias());
      }
    } else if (c.connector() instanceof PixelShuffle shuffle) {
      linear(root + "proj", d, in * shuffle.factor() * shuffle.factor(), false);
    }
    if (c.imageNewline()) {
      put("image_newline", d);
    }
  }

  private void addDecoder(DecoderConfig c) {
    String root = "language_model.";
    long d = c.hiddenSize();
    long queries = (long) c.numAttentionHeads() * c.headDim();
    long keys = (long) c.numKeyValueHeads() * c.headDim();
    put(root + "embed_tokens.weight", c.vocabSize(), d);
    for (int i = 0; i < c.numHiddenLayers(); i++) {
      String layer = root + "layers." + i + ".";
      put(layer + "input_layernorm.weight", d);
      linear(layer + "self_attn.q_proj", queries, d, c.qkvBias());
      linear(layer + "self_attn.k_proj", keys, d, c.qkvBias());
      linear(layer + "self_attn.v_proj", keys, d, c.qkvBias());
      linear(layer + "self_attn.o_proj", d, queries, c.outputBias());
      if (c.qkNorm()) {
        put(layer + "self_attn.q_norm.weight", c.headDim());
        put(layer + "self_attn.k_norm.weight", c.headDim());
      }
      put(layer + "post_attention_layernorm.weight", d);
      linear(layer + "mlp.gate_proj", c.intermediateSize(), d, c.mlpBias());
      linear(layer + "mlp.up_proj", c.intermediateSize(), d, c.mlpBias());
      linear(layer + "mlp.down_proj", d, c.intermediateSize(), c.mlpBias());
    }
    put(root + "norm.weight", d);
    if (!c.tieWordEmbeddings()) {
      put("lm_head.weight", c.vocabSize(), d);
    }
  }

  private void norm(String name, long size) {
    put(name + ".weight", size);
    put(name + ".bias", size);
  }

  private void linear(String name, long out, long in, boolean bias) {
    put(name + ".weight", out, in);
    if (bias) {
      put(name + ".bias", out);
    }
  }

  private void put(String name, long... shape) {
    shapes.put(name, shape);
  }
}

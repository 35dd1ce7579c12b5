package org.vlmvisualizer.family;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vlmvisualizer.core.ConnectorConfig.Merger;
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
    if (config.vision().blocks() == null) {
      all.addVision(config.vision());
    } else {
      all.addBlocks(config.vision());
    }
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

  /** Of Qwen's towers. */
  private void addBlocks(VisionConfig c) {
    String root = "vision_tower.";
    long d = c.hiddenSize();
    long p = c.patchSize();
    boolean gated = c.type().isGated();
    List<String> mlp = c.type().mlp();
    put(root + "patch_embed.proj.weight", d, 3, c.blocks().temporalPatchSize(), p, p);
    if (c.type().hasPatchBias()) {
      put(root + "patch_embed.proj.bias", d);
    }
    if (c.blocks().positions() > 0) {
      put(root + "pos_embed.weight", (long) c.blocks().positions() * c.blocks().positions(), d);
    }
    for (int i = 0; i < c.numHiddenLayers(); i++) {
      String block = root + "blocks." + i + ".";
      norm(block + "norm1", d, !gated);
      linear(block + "attn.qkv", 3 * d, d, true);
      linear(block + "attn.proj", d, d, true);
      norm(block + "norm2", d, !gated);
      for (String upper : mlp.subList(0, mlp.size() - 1)) {
        linear(block + "mlp." + upper, c.intermediateSize(), d, true);
      }
      linear(block + "mlp." + mlp.get(mlp.size() - 1), d, c.intermediateSize(), true);
    }
    norm(root + "merger." + c.type().merger().get(0), d, !gated);
  }

  private void addMerger(String name, List<String> parts, long joined, long d) {
    linear(name + parts.get(1), joined, joined, true);
    linear(name + parts.get(2), d, joined, true);
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
    } else if (c.connector() instanceof Merger merger) {
      List<String> parts = c.vision().type().merger();
      long joined = in * merger.patches();
      addMerger("vision_tower.merger.", parts, joined, d);
      for (int i = 0; i < merger.taps(); i++) {
        String tap = "vision_tower.deepstack_merger_list." + i + ".";
        norm(tap + parts.get(0), joined);
        addMerger(tap, parts, joined, d);
      }
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
    norm(name, size, true);
  }

  private void norm(String name, long size, boolean bias) {
    put(name + ".weight", size);
    if (bias) {
      put(name + ".bias", size);
    }
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

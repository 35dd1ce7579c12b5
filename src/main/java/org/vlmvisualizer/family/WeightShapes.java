package org.vlmvisualizer.family;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vlmvisualizer.core.ConnectorConfig.Merger;
import org.vlmvisualizer.core.ConnectorConfig.Mlp;
import org.vlmvisualizer.core.ConnectorConfig.PixelShuffle;
import org.vlmvisualizer.core.ConnectorConfig.PooledNorm;
import org.vlmvisualizer.core.ConnectorConfig.Resampler;
import org.vlmvisualizer.core.ConnectorConfig.SeparatedMlp;
import org.vlmvisualizer.core.ConnectorConfig.ShuffledMlp;
import org.vlmvisualizer.core.DecoderConfig;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.TowerNames;
import org.vlmvisualizer.core.TowerType;
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
    // InternVL alone leaves a norm out that nothing reads; the first Qwen-VL has none.
    TowerType tower = config.vision().type();
    boolean normed = tower != TowerType.INTERNVL && !tower.names().finalNorm().isEmpty();
    all.addVision(config.vision(), config.visionNorm() || normed);
    all.addConnector(config);
    all.addDecoder(config.decoder());
    return all.shapes;
  }

  private void addVision(VisionConfig c, boolean normed) {
    String root = "vision_tower.";
    TowerNames names = c.type().names();
    long d = c.hiddenSize();
    boolean bias = !c.type().isGated();
    addEmbeddings(root, c);
    for (int i = 0; i < c.numHiddenLayers(); i++) {
      String layer = root + names.layers() + i + ".";
      names.norms().forEach(name -> norm(layer + name, d, bias));
      int matrices = names.qkv().size(); // three, or one with all three below each other
      names.qkv().forEach(name -> linear(layer + name, 3 * d / matrices, d, true));
      linear(layer + names.out(), d, d, true);
      names.scales().forEach(name -> put(layer + name, d));
      names.upper().forEach(name -> linear(layer + name, c.intermediateSize(), d, true));
      linear(layer + names.lower(), d, c.intermediateSize(), true);
    }
    if (normed) {
      norm(root + names.finalNorm(), d, bias);
    }
  }

  private void addEmbeddings(String root, VisionConfig c) {
    TowerNames names = c.type().names();
    boolean nested = c.type() == TowerType.INTERNVL; // the two tables are a batch of one
    long d = c.hiddenSize();
    long p = c.patchSize();
    if (c.type().hasClassToken()) {
      put(root + names.classToken(), nested ? new long[] {1, 1, d} : new long[] {d});
    }
    if (c.blocks() == null) {
      put(root + names.patches() + ".weight", d, 3, p, p);
      long stretched = c.type().stretchedPositions();
      long n = stretched > 0 ? stretched * stretched : c.numTokens();
      put(root + names.positions(), nested ? new long[] {1, n, d} : new long[] {n, d});
    } else {
      put(root + names.patches() + ".weight", d, 3, c.blocks().temporalPatchSize(), p, p);
      if (c.blocks().positions() > 0) {
        long side = c.blocks().positions();
        put(root + names.positions(), side * side, d);
      }
    }
    if (c.type().hasPatchBias()) {
      put(root + names.patches() + ".bias", d);
    }
    if (c.type().hasPreNorm()) {
      norm(root + "pre_layrnorm", d);
    }
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
      linear(root + "proj", d, in * shuffle.patches(), false);
    } else if (c.connector() instanceof PooledNorm) {
      put(root + "mm_soft_emb_norm.weight", in);
      put(root + "mm_input_projection_weight", in, d);
    } else if (c.connector() instanceof ShuffledMlp mlp) {
      norm(root + "layer_norm", in * mlp.patches());
      linear(root + "linear_1", d, in * mlp.patches(), true);
      linear(root + "linear_2", d, d, true);
    } else if (c.connector() instanceof Resampler resampler) {
      put(root + "query", resampler.queries(), d);
      put(root + "pos_embed", resampler.queries(), d);
      linear(root + "kv_proj", d, in, false);
      for (String part : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
        linear(root + "attn." + part, d, d, true);
      }
      List.of("ln_q", "ln_kv", "ln_post").forEach(name -> norm(root + name, d));
      put(root + "proj", d, d);
    } else if (c.connector() instanceof SeparatedMlp mlp) {
      linear(root + "linear_1", d, in * mlp.patches(), true);
      linear(root + "linear_2", d, d, true);
      put("sub_GN", 1, 1, 1, in * mlp.patches());
      put("glb_GN", 1, 1, in * mlp.patches());
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
      if (c.fused()) {
        linear(layer + "self_attn.qkv_proj", queries + 2 * keys, d, c.qkvBias());
        linear(layer + "mlp.gate_up_proj", 2L * c.intermediateSize(), d, c.mlpBias());
      } else {
        linear(layer + "self_attn.q_proj", queries, d, c.qkvBias());
        linear(layer + "self_attn.k_proj", keys, d, c.qkvBias());
        linear(layer + "self_attn.v_proj", keys, d, c.qkvBias());
        linear(layer + "mlp.gate_proj", c.intermediateSize(), d, c.mlpBias());
        linear(layer + "mlp.up_proj", c.intermediateSize(), d, c.mlpBias());
      }
      linear(layer + "self_attn.o_proj", d, queries, c.outputBias());
      if (c.qkNorm()) {
        put(layer + "self_attn.q_norm.weight", c.headDim());
        put(layer + "self_attn.k_norm.weight", c.headDim());
      }
      put(layer + "post_attention_layernorm.weight", d);
      if (c.style().normsOutputs()) {
        put(layer + "pre_feedforward_layernorm.weight", d);
        put(layer + "post_feedforward_layernorm.weight", d);
      }
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

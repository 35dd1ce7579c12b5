package org.vlmvisualizer.family;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vlmvisualizer.checkpoint.LoraAdapter;
import org.vlmvisualizer.checkpoint.LowRank;
import org.vlmvisualizer.checkpoint.StoredTensor;
import org.vlmvisualizer.checkpoint.WeightMap;
import org.vlmvisualizer.checkpoint.Weights;
import org.vlmvisualizer.core.ModelConfig;

/**
 * The weights of the first Qwen-VL by canonical names. Queries, keys and values are one matrix in
 * its decoder and in its resampler, a third each; a third is a run of rows, so nothing is copied.
 */
final class QwenWeights {
  private static final List<String> BUFFERS = List.of(".attn.masked_bias", ".rotary_emb.inv_freq");
  private static final List<String> THIRDS = List.of("q_proj", "k_proj", "v_proj");
  private static final String DECODER = ".attn.c_attn";
  private static final String VISUAL = "transformer.visual.";
  private static final String POOL = VISUAL + "attn_pool.";

  private QwenWeights() {}

  /**
   * @param adapter null for none
   * @throws org.vlmvisualizer.core.InputException if weights are missing, not expected or of
   *     another shape
   */
  static Weights resolve(List<StoredTensor> stored, LoraAdapter adapter, ModelConfig config) {
    return AdaptedWeights.resolve(
        stored.stream().flatMap(tensor -> thirds(tensor).stream()).toList(),
        adapter == null ? null : thirds(adapter),
        names(config),
        WeightShapes.of(config));
  }

  private static WeightMap names(ModelConfig config) {
    Map<String, String> names = new HashMap<>();
    names.put("transformer.wte.", "language_model.embed_tokens.");
    names.put("transformer.ln_f.", "language_model.norm.");
    for (int i = 0; i < config.decoder().numHiddenLayers(); i++) {
      String from = "transformer.h." + i + ".";
      String to = "language_model.layers." + i + ".";
      names.put(from + "ln_1.", to + "input_layernorm.");
      names.put(from + "attn.", to + "self_attn.");
      names.put(from + "attn.c_proj.", to + "self_attn.o_proj.");
      names.put(from + "ln_2.", to + "post_attention_layernorm.");
      names.put(from + "mlp.w1.", to + "mlp.up_proj.");
      names.put(from + "mlp.w2.", to + "mlp.gate_proj.");
      names.put(from + "mlp.c_proj.", to + "mlp.down_proj.");
    }
    names.put(VISUAL, "vision_tower.");
    names.put(VISUAL + "ln_pre.", "vision_tower.pre_layrnorm.");
    names.put(POOL, "multi_modal_projector.");
    names.put(VISUAL + "ln_post.", "multi_modal_projector.ln_post.");
    names.put(VISUAL + "proj", "multi_modal_projector.proj");
    return new WeightMap(names, BUFFERS);
  }

  /** The three tensors that one is made of, or it alone. */
  private static List<StoredTensor> thirds(StoredTensor tensor) {
    String name = tensor.name();
    for (String kind : List.of("weight", "bias")) {
      if (name.equals(POOL + "attn.in_proj_" + kind)) {
        return thirds(tensor, POOL + "attn.", "." + kind);
      } else if (name.endsWith(DECODER + "." + kind)) {
        String layer = name.substring(0, name.length() - DECODER.length() - kind.length() - 1);
        return thirds(tensor, layer + ".attn.", "." + kind);
      }
    }
    return List.of(tensor);
  }

  private static List<StoredTensor> thirds(StoredTensor tensor, String before, String behind) {
    if (tensor.rows() % THIRDS.size() != 0) {
      return List.of(tensor);
    }
    long rows = tensor.rows() / THIRDS.size();
    List<StoredTensor> thirds = new ArrayList<>();
    for (String part : THIRDS) {
      thirds.add(tensor.rows(before + part + behind, thirds.size() * rows, rows));
    }
    return thirds;
  }

  /** Of a low-rank change B A of all three, each has its own rows of B and all of A. */
  private static LoraAdapter thirds(LoraAdapter adapter) {
    Map<String, LowRank> changes = new LinkedHashMap<>();
    adapter
        .changes()
        .forEach(
            (module, change) -> {
              if (!module.endsWith(DECODER)) {
                changes.put(module, change);
                return;
              }
              String before = module.substring(0, module.length() - DECODER.length()) + ".attn.";
              for (StoredTensor b : thirds(change.b(), before, "")) {
                changes.put(b.name(), new LowRank(change.a(), b, change.scale()));
              }
            });
    List<StoredTensor> replaced =
        adapter.replaced().stream().flatMap(tensor -> thirds(tensor).stream()).toList();
    return new LoraAdapter(replaced, changes);
  }
}

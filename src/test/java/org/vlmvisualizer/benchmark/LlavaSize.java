package org.vlmvisualizer.benchmark;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vlmvisualizer.checkpoint.StoredTensor.DType;
import org.vlmvisualizer.core.ConnectorConfig;
import org.vlmvisualizer.core.DecoderConfig;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.RopeConfig;
import org.vlmvisualizer.core.TowerType;
import org.vlmvisualizer.core.VisionConfig;

/**
 * The sizes of a model like LLaVA-1.5.
 *
 * @param hidden size of the decoder, whose heads are {@code heads}
 * @param type of its weights on disk
 */
public record LlavaSize(
    int hidden, int intermediate, int layers, int heads, VisionConfig vision, DType type) {
  private static final VisionConfig CLIP_VIT_LARGE =
      new VisionConfig(TowerType.CLIP, 1024, 4096, 24, 16, 336, 14, "quick_gelu", 1e-5, List.of());

  /** llava-0.8b is of nobody's: as large as what transformers runs beside it in memory. */
  static final Map<String, LlavaSize> KNOWN = known();

  private static Map<String, LlavaSize> known() {
    Map<String, LlavaSize> known = new LinkedHashMap<>();
    known.put("llava-0.8b", new LlavaSize(1536, 4096, 16, 12, CLIP_VIT_LARGE, DType.BF16));
    known.put("llava-1.5-7b", new LlavaSize(4096, 11008, 32, 32, CLIP_VIT_LARGE, DType.F16));
    known.put("llava-1.5-13b", new LlavaSize(5120, 13824, 40, 40, CLIP_VIT_LARGE, DType.F16));
    return known;
  }

  /** PyTorch's name of the type. */
  String torchType() {
    return type == DType.F16 ? "float16" : "bfloat16";
  }

  /** What both formats mean, but for the vocabulary and the image token. */
  ModelConfig config(int vocabulary) {
    DecoderConfig decoder =
        new DecoderConfig(
            hidden,
            intermediate,
            layers,
            heads,
            heads,
            hidden / heads,
            vocabulary,
            4096,
            1e-5,
            new RopeConfig(10000, new RopeConfig.Plain()),
            false,
            false,
            false,
            false,
            false,
            Integer.MAX_VALUE);
    return new ModelConfig(
        vision, decoder, -2, false, new ConnectorConfig.Mlp(2, "gelu", true, false), false, 0);
  }
}

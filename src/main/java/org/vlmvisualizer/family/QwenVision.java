package org.vlmvisualizer.family;

import java.util.List;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.core.TowerType;
import org.vlmvisualizer.core.VisionConfig;

/**
 * The configuration of Qwen's vision towers.
 *
 * <p>Defaults of absent keys are those of transformers 4.57.6: Qwen2VLVisionConfig,
 * Qwen2_5_VLVisionConfig, Qwen3VLVisionConfig.
 */
final class QwenVision {
  private static final int MOST_MERGED = 8;
  private static final List<Integer> FULL = List.of(7, 15, 23, 31);
  private static final List<Integer> TAPS = List.of(8, 16, 24);

  private QwenVision() {}

  /**
   * @param c vision_config
   * @throws org.vlmvisualizer.core.InputException if it asks for what is not supported
   */
  static VisionConfig config(ConfigObject c, TowerType type) {
    boolean gated = type.isGated();
    boolean third = type == TowerType.QWEN3_VL;
    int width =
        type == TowerType.QWEN2_VL
            ? c.size("embed_dim", 1280)
            : c.size("hidden_size", third ? 1152 : 3584);
    int layers = c.count("depth", third ? 27 : 32);
    int heads = c.count("num_heads", 16);
    c.requireDivides("num_heads", heads, width);
    if (width / heads % 4 != 0) {
      throw c.unexpected("heads of a multiple of 4", "num_heads", Integer.toString(heads));
    }
    if (c.integer("in_channels", c.integer("in_chans", 3)) != 3) {
      throw c.unexpected("3", "in_channels", "" + c.integer("in_channels", 3));
    }
    int patch = c.size("patch_size", third ? 16 : 14);
    int merge = c.count("spatial_merge_size", 2);
    int frames = c.count("temporal_patch_size", 2);
    if (merge > MOST_MERGED || frames > MOST_MERGED) {
      throw c.unexpected("up to " + MOST_MERGED, "spatial_merge_size", Integer.toString(merge));
    }
    return new VisionConfig(
        type,
        width,
        type == TowerType.QWEN2_VL
            ? inner(c, width)
            : c.size("intermediate_size", third ? 4304 : 3420),
        layers,
        heads,
        0,
        patch,
        gated
            ? c.oneOf("hidden_act", "silu", List.of("silu"))
            : c.oneOf(
                "hidden_act",
                third ? "gelu_pytorch_tanh" : "quick_gelu",
                VisionSettings.ACTIVATIONS),
        1e-6,
        List.of(),
        new VisionConfig.Blocks(
            frames,
            merge,
            gated ? window(c, patch * merge) : 0,
            gated ? layers(c, "fullatt_block_indexes", FULL) : List.of(),
            third ? (int) Math.sqrt(c.size("num_position_embeddings", 2304)) : 0,
            third ? taps(c, layers) : List.of()));
  }

  private static List<Integer> taps(ConfigObject c, int layers) {
    String key = "deepstack_visual_indexes";
    List<Integer> taps = layers(c, key, TAPS);
    boolean rises = taps.stream().sorted().distinct().toList().equals(taps);
    if (!rises || taps.stream().anyMatch(tap -> tap < 0 || tap >= layers)) {
      throw c.unexpected("rising numbers of the %d layers".formatted(layers), key);
    }
    return taps;
  }

  private static int inner(ConfigObject c, int width) {
    double ratio = c.number("mlp_ratio", 4);
    if (ratio <= 0 || ratio > 64) {
      throw c.unexpected("a number above 0, up to 64", "mlp_ratio", Double.toString(ratio));
    }
    return (int) (width * ratio);
  }

  /** Blocks in a row of a window. */
  private static int window(ConfigObject c, int block) {
    int pixels = c.size("window_size", 112);
    if (pixels / block < 1) {
      throw c.unexpected(
          "%d or more, a block's side".formatted(block), "window_size", Integer.toString(pixels));
    }
    return pixels / block;
  }

  private static List<Integer> layers(ConfigObject c, String key, List<Integer> byDefault) {
    return c.has(key) ? c.numbers(key).stream().map(Double::intValue).toList() : byDefault;
  }

  /** The merger makes features of the decoder's width, whatever it is called. */
  static void requireWidth(ConfigObject c, TowerType type, int width) {
    String key = type == TowerType.QWEN2_VL ? "hidden_size" : "out_hidden_size";
    int found = c.size(key, width);
    if (found != width) {
      throw c.unexpected(width + ", the decoder's hidden_size,", key, Integer.toString(found));
    }
  }
}

package org.vlmvisualizer.family;

import com.google.gson.JsonElement;
import java.util.List;
import java.util.Objects;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.core.InputException;

/** Which of a checkpoint's files says how pictures and videos are processed. */
final class ProcessorFiles {
  private static final String FILE = "preprocessor_config.json";
  private static final String VIDEO_FILE = "video_preprocessor_config.json";
  private static final String NESTED = "image_processor";

  /** What decides about pixel values. Whether to pad is asked of the user, as fit. */
  private static final List<String> KEYS =
      List.of(
          "do_resize",
          "size",
          "use_square_size",
          "resample",
          "do_center_crop",
          "crop_size",
          "do_rescale",
          "rescale_factor",
          "do_normalize",
          "image_mean",
          "image_std",
          "image_grid_pinpoints",
          "do_image_splitting",
          "do_pan_and_scan",
          "max_image_size",
          "min_pixels",
          "max_pixels",
          "patch_size",
          "merge_size",
          "temporal_patch_size",
          "num_crops");

  private ProcessorFiles() {}

  /**
   * The settings of a checkpoint's pictures: by preprocessor_config.json, or as transformers 5
   * saves it, by processor_config.json.
   *
   * @throws InputException if the files contradict each other
   */
  static ConfigObject pictures(Checkpoint checkpoint) {
    ConfigObject own = checkpoint.settings(FILE);
    own = own.has(NESTED) ? own.object(NESTED) : own;
    ConfigObject shared = LlavaProcessor.config(checkpoint);
    if (!shared.has(NESTED)) {
      return own;
    }
    ConfigObject nested = shared.object(NESTED);
    if (checkpoint.has(FILE)) {
      // transformers 4 goes by the one, transformers 5 by the other.
      requireEqual(own, nested);
    }
    return nested;
  }

  /**
   * The settings of a checkpoint's videos: by video_preprocessor_config.json, or where that is
   * missing, those of its pictures.
   */
  static ConfigObject videos(Checkpoint checkpoint) {
    return checkpoint.has(VIDEO_FILE) ? checkpoint.settings(VIDEO_FILE) : pictures(checkpoint);
  }

  private static void requireEqual(ConfigObject own, ConfigObject nested) {
    for (String key : KEYS) {
      JsonElement here = own.has(key) ? own.json().get(key) : null;
      JsonElement there = nested.has(key) ? nested.json().get(key) : null;
      if (!Objects.equals(here, there)) {
        throw nested.unexpected(
            "%s as in %s".formatted(here == null ? "no value" : here, own.where()),
            key,
            there == null ? "none" : there.toString());
      }
    }
  }
}

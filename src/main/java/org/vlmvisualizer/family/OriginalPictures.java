package org.vlmvisualizer.family;

import java.util.List;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.core.VisionConfig;
import org.vlmvisualizer.image.AnyResolutionTiles;
import org.vlmvisualizer.image.LlavaNextProcessor;
import org.vlmvisualizer.image.MarkedPictures;
import org.vlmvisualizer.image.PictureProcessor;
import org.vlmvisualizer.image.Resampling;

/**
 * What config.json of a checkpoint in the original LLaVA's format says about pictures: one crop, as
 * LLaVA-1.5, or an overview and tiles, as LLaVA-NeXT (1.6).
 *
 * <p>Source: LLaVA 1.2, {@code process_images} in mm_utils.py, {@code
 * prepare_inputs_labels_for_multimodal} in model/llava_arch.py, {@code build_vision_tower} in
 * model/multimodal_encoder/builder.py; of settings that it does not have, LLaVA-NeXT.
 */
final class OriginalPictures {
  private static final String ASPECT = "image_aspect_ratio";
  private static final String ANYRES = "anyres";
  private static final String MERGE = "mm_patch_merge_type";
  private static final String UNPAD = "spatial_unpad";
  private static final String MARKS = "mm_use_im_start_end";
  private static final String ADAPTER = "tune_mm_mlp_adapter";
  private static final String RESAMPLER = "mm_resampler_type";
  private static final String SCALES = "s2";

  private final ConfigObject config;
  private final boolean tiled;

  /**
   * @param config config.json
   * @throws org.vlmvisualizer.core.InputException if it asks for what is not supported
   */
  OriginalPictures(ConfigObject config) {
    this.config = config;
    // Of one crop, the user's choice of fit decides.
    tiled = config.oneOf(ASPECT, "square", List.of("square", "pad", ANYRES)).equals(ANYRES);
    // What is one crop is merged with nothing, whatever the key says.
    config.oneOf(MERGE, "flat", tiled ? List.of(UNPAD) : List.of("flat", "spatial", UNPAD));
    config.oneOf("mm_vision_select_feature", "patch", List.of("patch"));
    if (config.has(RESAMPLER)) {
      throw config.unexpected("none", RESAMPLER);
    }
    if (config.flag(SCALES, false)) {
      throw config.unexpected("false", SCALES, "true");
    }
    if (isMarked() && config.flag(ADAPTER, false)) {
      throw config.unexpected("false, as %s is true,".formatted(MARKS), ADAPTER, "true");
    }
  }

  /** Whether the file holds a feature for the ends of rows of tiles. */
  boolean hasNewline() {
    return config.text(MERGE, "flat").equals(UNPAD);
  }

  private boolean isMarked() {
    return config.flag(MARKS, false);
  }

  /**
   * How pictures are brought before a model.
   *
   * @param files the checkpoint that the image processor's settings are in
   * @throws org.vlmvisualizer.core.InputException if the files or the options ask for what is not
   *     supported
   */
  PictureProcessor processor(Checkpoint files, VisionConfig vision, PictureOptions options) {
    PictureProcessor plain =
        tiled
            ? tiles(files, vision, options)
            : ImageSettings.read(files, vision).singleView(options);
    return isMarked() ? new MarkedPictures(plain) : plain;
  }

  /**
   * As LLaVA 1.2 has it, which resizes bicubically whatever the image processor says, and unpads
   * without rounding.
   *
   * <p>Source: {@code process_anyres_image} in mm_utils.py, {@code unpad_image} in
   * model/llava_arch.py.
   */
  private LlavaNextProcessor tiles(Checkpoint files, VisionConfig vision, PictureOptions options) {
    ImageSettings settings = ImageSettings.read(files, vision);
    settings.requireTiles(options, "CLIPImageProcessor");
    return new LlavaNextProcessor(
        new AnyResolutionTiles(
            vision.imageSize(),
            vision.patchSize(),
            settings.normalization(),
            Resampling.BICUBIC,
            Pinpoints.original(config, vision.imageSize()),
            false));
  }
}

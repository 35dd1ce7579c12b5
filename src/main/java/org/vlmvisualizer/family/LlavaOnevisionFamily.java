package org.vlmvisualizer.family;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.image.LlavaOnevisionProcessor;
import org.vlmvisualizer.image.PictureProcessor;
import org.vlmvisualizer.image.SingleView;

/**
 * LLaVA-OneVision in Hugging Face format: an overview and up to 36 tiles of a picture, whose
 * features are resized where they are many.
 *
 * <p>Defaults of absent keys are those of transformers 4.57.6: LlavaOnevisionConfig,
 * LlavaOnevisionImageProcessor.
 */
final class LlavaOnevisionFamily extends LlavaFamily {
  private static final String ASPECT = "vision_aspect_ratio";
  private static final Pattern ANYRES_MAX = Pattern.compile("anyres_max_([1-9][0-9]?)");
  private static final int TILES_PER_SIDE = 6;

  LlavaOnevisionFamily() {
    super("llava_onevision", 151646, -1);
  }

  @Override
  boolean hasNewline() {
    return true;
  }

  @Override
  String selectStrategy() {
    return "full";
  }

  @Override
  int videoTokenId(Checkpoint checkpoint, ModelConfig config) {
    return tokenId(checkpoint.config(), "video_token", 151647);
  }

  @Override
  public PictureProcessor pictures(Checkpoint checkpoint, PictureOptions options) {
    ModelConfig config = config(checkpoint);
    ConfigObject model = checkpoint.config();
    ImageSettings settings = ImageSettings.read(checkpoint, config.vision());
    settings.requireTiles(options, "LlavaOnevisionImageProcessor");
    return new LlavaOnevisionProcessor(
        settings.tiles(model, Pinpoints.square(config.vision().imageSize(), TILES_PER_SIDE)),
        maxTiles(model, LlavaProcessor.config(checkpoint)),
        settings.padded(),
        ImageSettings.video(checkpoint, config.vision()).frames(SingleView.Shape.SQUASH));
  }

  /** N of anyres_max_N, which config.json and processor_config.json state. */
  private static int maxTiles(ConfigObject model, ConfigObject processor) {
    String aspect = model.text(ASPECT, "anyres_max_9");
    Matcher most = ANYRES_MAX.matcher(aspect);
    if (!most.matches()) {
      throw model.unexpected("anyres_max_N with N from 1 to 99", ASPECT, aspect);
    }
    processor.oneOf(ASPECT, "anyres_max_9", List.of(aspect));
    return Integer.parseInt(most.group(1));
  }
}

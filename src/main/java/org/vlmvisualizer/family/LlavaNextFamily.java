package org.vlmvisualizer.family;

import java.util.List;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.image.LlavaNextProcessor;
import org.vlmvisualizer.image.PictureProcessor;
import org.vlmvisualizer.image.Resolution;

/**
 * LLaVA-NeXT (1.6) in Hugging Face format: an overview and up to four tiles of a picture, each row
 * of tiles' tokens with a newline behind it.
 *
 * <p>Defaults of absent keys are those of transformers 4.57.6: LlavaNextConfig,
 * LlavaNextImageProcessor.
 */
class LlavaNextFamily extends LlavaFamily {
  private static final List<Resolution> RESOLUTIONS =
      List.of(
          new Resolution(672, 336),
          new Resolution(336, 672),
          new Resolution(672, 672),
          new Resolution(336, 1008),
          new Resolution(1008, 336));

  LlavaNextFamily() {
    this("llava_next", 32000);
  }

  LlavaNextFamily(String modelType, int imageTokenId) {
    super(modelType, imageTokenId, -2);
  }

  @Override
  final boolean hasNewline() {
    return true;
  }

  @Override
  public PictureProcessor pictures(Checkpoint checkpoint, PictureOptions options) {
    return stills(checkpoint, config(checkpoint), options);
  }

  static LlavaNextProcessor stills(
      Checkpoint checkpoint, ModelConfig config, PictureOptions options) {
    ImageSettings settings = ImageSettings.read(checkpoint, config.vision());
    settings.requireTiles(options, "LlavaNextImageProcessor", "LlavaNextVideoImageProcessor");
    return new LlavaNextProcessor(settings.tiles(checkpoint.config(), RESOLUTIONS));
  }
}

package org.vlmvisualizer.family;

import java.util.List;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.image.LlavaNextVideoProcessor;
import org.vlmvisualizer.image.PictureProcessor;
import org.vlmvisualizer.image.SingleView;

/**
 * LLaVA-NeXT-Video in Hugging Face format: still pictures as {@link LlavaNextFamily}, and time
 * points of which 2 × 2 patches are averaged before the projector.
 *
 * <p>Defaults of absent keys are those of transformers 4.57.6: LlavaNextVideoConfig,
 * LlavaNextVideoVideoProcessor.
 */
final class LlavaNextVideoFamily extends LlavaNextFamily {

  LlavaNextVideoFamily() {
    super("llava_next_video", 32001);
  }

  @Override
  boolean poolsFirst(ConfigObject config) {
    config.oneOf("spatial_pool_mode", "average", List.of("average"));
    int stride = config.integer("spatial_pool_stride", LlavaNextVideoProcessor.STRIDE);
    if (stride != LlavaNextVideoProcessor.STRIDE) {
      throw config.unexpected("2", "spatial_pool_stride", "" + stride);
    }
    return true;
  }

  @Override
  int videoTokenId(Checkpoint checkpoint, ModelConfig config) {
    return tokenId(checkpoint.config(), "video_token", 32000);
  }

  @Override
  public PictureProcessor pictures(Checkpoint checkpoint, PictureOptions options) {
    ModelConfig config = config(checkpoint);
    int patches = config.vision().imageSize() / config.vision().patchSize();
    if (patches % LlavaNextVideoProcessor.STRIDE != 0) {
      throw new InputException(
          "Expected an even number of patches in a row of the vision tower, of which two by two are averaged, found %d; this model cannot be run."
              .formatted(patches));
    }
    return new LlavaNextVideoProcessor(
        stills(checkpoint, config, options),
        ImageSettings.video(checkpoint, config.vision()).frames(SingleView.Shape.CROP));
  }
}

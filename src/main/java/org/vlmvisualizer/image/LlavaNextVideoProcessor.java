package org.vlmvisualizer.image;

import java.util.List;
import org.vlmvisualizer.core.RgbPicture;

/**
 * LLaVA-NeXT-Video. Still pictures are those of LLaVA-NeXT. Of a video each frame is one crop, of
 * which the means of 2 × 2 patches are the tokens, before the projector, without newlines.
 *
 * <p>Sources, transformers 4.57.6: {@code LlavaNextVideoVideoProcessor}, which takes torchvision
 * (see {@link Rounding#TORCH}), processing_llava_next_video.py and {@code LlavaNextVideoPooler} in
 * modeling_llava_next_video.py.
 *
 * @param stills for still pictures
 * @param frames for one frame: the shorter side resized, the centre cut out; with an even number of
 *     patches in a row
 */
public record LlavaNextVideoProcessor(LlavaNextProcessor stills, SingleView frames)
    implements PictureProcessor {
  /** Patches in a row and in a column of a token. */
  public static final int STRIDE = 2;

  @Override
  public Normalization normalization() {
    return stills.normalization();
  }

  @Override
  public InputBuilder lay(List<RgbPicture> pictures) {
    return stills.lay(pictures);
  }

  @Override
  public boolean takesVideos() {
    return true;
  }

  @Override
  public long mostTokens() {
    return stills.mostTokens();
  }

  @Override
  public InputBuilder layVideo(List<RgbPicture> pictures) {
    int patches = frames.size() / frames.patchSize();
    int side = patches / STRIDE;
    return InputBuilder.ofVideo(
        pictures,
        frames,
        side,
        (video, view, first) -> {
          for (int cell = 0; cell < side * side; cell++) {
            video.mean(view, cell, Blocks.of(first, patches, cell % side, cell / side, STRIDE));
          }
        });
  }
}

package org.vlmvisualizer.image;

import java.util.List;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.View;

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
  public ModelInput process(List<RgbPicture> pictures, Progress progress) {
    return stills.process(pictures, progress);
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
  public ModelInput processVideo(List<RgbPicture> pictures, Progress progress) {
    return layVideo(pictures).build(progress);
  }

  InputBuilder layVideo(List<RgbPicture> pictures) {
    InputBuilder input = new InputBuilder(frames.size(), frames.patchSize(), VIDEO);
    input.nextPicture();
    int patches = input.patchesPerSide();
    int side = patches / STRIDE;
    for (int i = 0; i < pictures.size(); i++) {
      RgbPicture picture = pictures.get(i);
      int first = input.crop(() -> frames.values(picture));
      Grid grid = frames.grid(picture).divided(side, side);
      int view = input.view(new View(0, i, 1, View.FRAME, grid));
      for (int cell = 0; cell < side * side; cell++) {
        input.mean(view, cell, Blocks.of(first, patches, cell % side, cell / side, STRIDE));
      }
    }
    return input;
  }
}

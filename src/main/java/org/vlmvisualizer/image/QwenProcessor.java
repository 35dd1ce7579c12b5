package org.vlmvisualizer.image;

import java.util.List;
import java.util.function.Supplier;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.View;

/**
 * Qwen2-VL, Qwen2.5-VL and Qwen3-VL: a picture keeps its aspect, its sides become multiples of a
 * block of patches, and each block is an image token. Of a video, frames become one crop by {@code
 * temporalPatchSize}; the last is repeated where one is missing.
 *
 * <p>Source: image_processing_qwen2_vl.py, the slow class, and video_processing_qwen2_vl.py, which
 * takes torchvision (see {@link Rounding#TORCH}), of transformers 4.57.6.
 *
 * @param patchSize side of a patch in pixels
 * @param mergeSize patches in a row of a block
 * @param temporalPatchSize frames of a video that become one
 * @param pictures how large still pictures are resized
 * @param videos how large frames are resized
 * @param pace how time goes by in a video; where it is told by text, as Qwen3-VL has it, all
 *     frames' pixels count together
 */
public record QwenProcessor(
    int patchSize,
    int mergeSize,
    int temporalPatchSize,
    Normalization normalization,
    Resampling resampling,
    PixelLimits pictures,
    PixelLimits videos,
    FramePace pace)
    implements PictureProcessor {
  /** The text of an image token. */
  public static final String IMAGE_PAD = "<|image_pad|>";

  /** The text of an image token of a video. */
  public static final String VIDEO_PAD = "<|video_pad|>";

  private static final String START = "<|vision_start|>";
  private static final String END = "<|vision_end|>";

  @Override
  public long mostTokens() {
    return 2 + pictures.mostBlocks(block());
  }

  /** Side of a block in pixels. */
  private long block() {
    return (long) patchSize * mergeSize;
  }

  @Override
  public InputBuilder lay(List<RgbPicture> pictures) {
    InputBuilder input = new InputBuilder(IMAGE_PAD);
    for (int i = 0; i < pictures.size(); i++) {
      RgbPicture picture = pictures.get(i);
      PixelLimits.Size size = this.pictures.size(shown(picture), block());
      input.nextPicture();
      input.wholeCrop(
          new View(i, View.PICTURE, grid(picture, size)),
          1,
          size.width(),
          size.height(),
          () -> values(picture, size, Rounding.PILLOW));
    }
    return input.surround(START, END);
  }

  @Override
  public boolean isCapped(List<RgbPicture> shown, boolean video) {
    return video
        ? videos.isCapped(shown(shown), block())
        : shown.stream().anyMatch(picture -> pictures.isCapped(shown(picture), block()));
  }

  @Override
  public boolean takesVideos() {
    return true;
  }

  @Override
  public boolean knowsTime() {
    return pace.isTold();
  }

  @Override
  public InputBuilder layVideo(List<RgbPicture> frames) {
    PixelLimits.Size size = videos.size(shown(frames), block());
    InputBuilder input = new InputBuilder(VIDEO_PAD);
    input.nextPicture();
    for (int i = 0; i < frames.size(); i += temporalPatchSize) {
      int start = i;
      int shown = Math.min(temporalPatchSize, frames.size() - start);
      Supplier<float[]> pixels = () -> values(frames, start, size);
      int time = pace.time(start / temporalPatchSize, temporalPatchSize);
      View view = new View(0, start, shown, time, View.FRAME, grid(frames.get(start), size));
      String seconds = pace.text(start, Math.min(start + temporalPatchSize, frames.size()) - 1);
      input.marker(pace.isText() ? "<" + seconds + " seconds>" + START : "");
      input.wholeCrop(view, temporalPatchSize, size.width(), size.height(), pixels);
      input.marker(pace.isText() ? END : "");
    }
    return pace.isText() ? input : input.surround(START, END);
  }

  private static PixelLimits.Shown shown(RgbPicture picture) {
    return new PixelLimits.Shown(picture.width(), picture.height());
  }

  /** By the first frame: all have its size. */
  private PixelLimits.Shown shown(List<RgbPicture> frames) {
    RgbPicture first = frames.get(0);
    return pace.isText()
        ? new PixelLimits.Shown(first.width(), first.height(), frames.size(), temporalPatchSize)
        : shown(first);
  }

  private float[] values(List<RgbPicture> frames, int start, PixelLimits.Size size) {
    int plane = 3 * size.width() * size.height();
    float[] all = new float[temporalPatchSize * plane];
    for (int i = 0; i < temporalPatchSize; i++) {
      RgbPicture frame = frames.get(Math.min(start + i, frames.size() - 1));
      System.arraycopy(values(frame, size, Rounding.TORCH), 0, all, i * plane, plane);
    }
    return all;
  }

  private float[] values(RgbPicture picture, PixelLimits.Size size, Rounding rounding) {
    return normalization.values(
        Resize.resize(picture, resampling, rounding, size.width(), size.height()));
  }

  private Grid grid(RgbPicture picture, PixelLimits.Size size) {
    int block = (int) block();
    return Grid.stretched(
        picture.width(), picture.height(), size.width() / block, size.height() / block, block);
  }
}

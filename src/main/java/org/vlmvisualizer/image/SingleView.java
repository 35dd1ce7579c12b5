package org.vlmvisualizer.image;

import java.util.List;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.View;

/**
 * Each picture in one crop, each patch an image token: LLaVA-1.5, and every checkpoint of {@code
 * model_type} llava, LLaVA-NeXT-Interleave among them.
 *
 * <p>Sources: {@link Shape#PAD} is {@code expand2square} in {@code llava/mm_utils.py} of LLaVA
 * v1.2; {@link Shape#CROP} is {@code CLIPImageProcessor}, {@link Shape#SQUASH} is {@code
 * SiglipImageProcessor}, both the slow ones, and the text is {@code LlavaProcessor}'s, of
 * transformers 4.57.6.
 *
 * @param size S, side of the network's input in pixels
 * @param patchSize side of a patch in the network's input in pixels
 * @param rounding Pillow's; with {@link Shape#CROP} and {@link Shape#SQUASH} PyTorch's too
 * @param paddingColour [3] red, green and blue, 0 to 255, with {@link Shape#PAD}
 */
public record SingleView(
    int size,
    int patchSize,
    Normalization normalization,
    Resampling resampling,
    Rounding rounding,
    Shape shape,
    int[] paddingColour)
    implements PictureProcessor {

  public SingleView {
    paddingColour = paddingColour.clone();
  }

  /** How a picture that is not square is brought into the network's square input. */
  public enum Shape {
    /** Centred on a square of one colour, offset rounded down, then resized. */
    PAD,
    /** Resized so that the shorter side is S, longer side and offset rounded down; centre cut. */
    CROP,
    /** Resized to a square, whatever its aspect. */
    SQUASH
  }

  @Override
  public long mostTokens() {
    long side = size / patchSize;
    return side * side;
  }

  @Override
  public InputBuilder lay(List<RgbPicture> pictures) {
    InputBuilder input = new InputBuilder(size, patchSize, IMAGE);
    for (int i = 0; i < pictures.size(); i++) {
      RgbPicture picture = pictures.get(i);
      input.nextPicture();
      input.wholeCrop(new View(i, View.PICTURE, grid(picture)), () -> values(picture));
    }
    return input;
  }

  /** The pixel values of one picture, [3, S, S] in a row. */
  float[] values(RgbPicture picture) {
    return normalization.values(
        switch (shape) {
          case PAD -> padded(picture);
          case CROP -> cropped(picture);
          case SQUASH -> Resize.window(picture, resampling, rounding, size, size, 0, 0, size, size);
        });
  }

  Grid grid(RgbPicture picture) {
    int width = picture.width();
    int height = picture.height();
    return switch (shape) {
      case PAD -> Grid.padded(width, height, size, patchSize);
      case CROP -> Grid.cropped(width, height, size, patchSize);
      case SQUASH -> Grid.squashed(width, height, size, patchSize);
    };
  }

  private RgbPicture padded(RgbPicture picture) {
    int side = Math.max(picture.width(), picture.height());
    return Resize.onCanvas(
        picture, padded(side, picture.width()), padded(side, picture.height()), paddingColour);
  }

  private ResizeAxis padded(int side, int length) {
    return ResizeAxis.of(resampling, side, size, 0, size, (side - length) / 2, length);
  }

  private RgbPicture cropped(RgbPicture picture) {
    long width = Grid.croppedLength(picture.width(), picture.height(), size);
    long height = Grid.croppedLength(picture.height(), picture.width(), size);
    return Resize.window(
        picture,
        resampling,
        rounding,
        width,
        height,
        (width - size) / 2,
        (height - size) / 2,
        size,
        size);
  }
}

package org.vlmvisualizer.image;

import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.RgbPicture;

/**
 * What preprocessor_config.json says about the network's input picture, and doing it.
 *
 * <p>{@code pixelValues = (rgb * rescaleFactor - mean) / std}, the product in double precision, the
 * rest in float32.
 *
 * <p>Sources: {@link Fit#PAD} is {@code expand2square} in {@code llava/mm_utils.py} of LLaVA v1.2;
 * {@link Fit#CROP}, rescaling and normalising are {@code CLIPImageProcessor} (the slow one) and
 * {@code image_transforms.py} of transformers 4.57.6.
 *
 * @param size S, side of the network's input in pixels
 * @param patchSize side of a patch in the network's input in pixels
 * @param mean [3] per channel, 0 to 1; 0 if the picture is not normalised
 * @param std [3] per channel; 1 if the picture is not normalised
 * @param rescaleFactor usually 1/255; 1 if the picture is not rescaled
 * @param padding [3] colour of the padding, 0 to 1
 */
public record ImageProcessor(
    int size,
    int patchSize,
    double[] mean,
    double[] std,
    double rescaleFactor,
    Fit fit,
    double[] padding) {

  public ImageProcessor {
    if (mean.length != 3 || std.length != 3 || padding.length != 3) {
      throw new IllegalArgumentException(
          "Expected 3 means, standard deviations and colours, found %d, %d and %d."
              .formatted(mean.length, std.length, padding.length));
    }
    mean = mean.clone();
    std = std.clone();
    padding = padding.clone();
  }

  /** The picture as the network sees it. */
  public ModelInput process(RgbPicture picture) {
    return switch (fit) {
      case PAD -> padded(picture);
      case CROP -> cropped(picture);
    };
  }

  /** Centred on a square of the mean colour, offset rounded down, then resized. */
  private ModelInput padded(RgbPicture picture) {
    int width = picture.width();
    int height = picture.height();
    int side = Math.max(width, height);
    RgbPicture square =
        Resize.onCanvas(
            picture,
            ResizeAxis.of(Resampling.BICUBIC, side, size, 0, size, (side - width) / 2, width),
            ResizeAxis.of(Resampling.BICUBIC, side, size, 0, size, (side - height) / 2, height),
            paddingColour());
    return normalised(square, Grid.padded(width, height, size, patchSize));
  }

  /** Resized so that the shorter side is S, longer side and offset rounded down; centre cut out. */
  private ModelInput cropped(RgbPicture picture) {
    long width = Grid.croppedLength(picture.width(), picture.height(), size);
    long height = Grid.croppedLength(picture.height(), picture.width(), size);
    RgbPicture square =
        Resize.window(
            picture,
            Resampling.BICUBIC,
            width,
            height,
            (width - size) / 2,
            (height - size) / 2,
            size,
            size);
    return normalised(square, Grid.cropped(picture.width(), picture.height(), size, patchSize));
  }

  /** In 8 bits, rounded down: (122, 116, 104) for CLIP. */
  private int[] paddingColour() {
    return new int[] {(int) (255 * padding[0]), (int) (255 * padding[1]), (int) (255 * padding[2])};
  }

  private ModelInput normalised(RgbPicture square, Grid grid) {
    float[] values = new float[3 * size * size]; // [3, S, S]
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < size * size; i++) {
        float rescaled = (float) ((square.rgb()[3 * i + c] & 0xff) * rescaleFactor);
        values[c * size * size + i] = (rescaled - (float) mean[c]) / (float) std[c];
      }
    }
    return ModelInput.of(values, size, grid);
  }
}

package org.vlmvisualizer.image;

import java.util.Arrays;
import org.vlmvisualizer.core.RgbPicture;

/**
 * From 8-bit colours to the network's values: {@code (rgb * rescaleFactor - mean) / std}, the
 * product in double precision, the rest in float32.
 *
 * <p>Source: {@code rescale} and {@code normalize} in image_transforms.py of transformers 4.57.6.
 *
 * @param mean [3] per channel, 0 to 1; 0 if the picture is not normalised
 * @param std [3] per channel; 1 if the picture is not normalised
 * @param rescaleFactor usually 1/255; 1 if the picture is not rescaled
 */
public record Normalization(double[] mean, double[] std, double rescaleFactor) {
  private static final int COLOURS = 256;

  public Normalization {
    if (mean.length != 3 || std.length != 3) {
      throw new IllegalArgumentException(
          "Expected 3 means and standard deviations, found %d and %d."
              .formatted(mean.length, std.length));
    }
    mean = mean.clone();
    std = std.clone();
  }

  /** The values of a whole picture, [3, height, width] in a row. */
  float[] values(RgbPicture picture) {
    return values(picture, 0, 0, picture.width(), picture.height(), 0);
  }

  /**
   * The values of a rectangle around a picture, or of a part of it.
   *
   * @param left of the rectangle in the picture, may be negative
   * @param top of the rectangle in the picture, may be negative
   * @param outside 0 to 255, the grey that lies outside the picture
   * @return [3, height, width] in a row
   */
  float[] values(RgbPicture picture, int left, int top, int width, int height, int outside) {
    float[] values = new float[3 * width * height];
    for (int c = 0; c < 3; c++) {
      float[] ofColour = ofColours(c);
      int plane = c * width * height;
      Arrays.fill(values, plane, plane + width * height, ofColour[outside]);
      int endX = Math.min(width, picture.width() - left);
      int endY = Math.min(height, picture.height() - top);
      for (int y = Math.max(0, -top); y < endY; y++) {
        for (int x = Math.max(0, -left); x < endX; x++) {
          values[plane + y * width + x] = ofColour[picture.get(left + x, top + y, c)];
        }
      }
    }
    return values;
  }

  /**
   * The values of a square cut out of a picture. What lies outside the picture is black, as if it
   * had been padded with 0 before.
   *
   * @param left of the square in the picture, may be negative
   * @param top of the square in the picture, may be negative
   * @param side S
   * @return [3, S, S] in a row
   */
  float[] values(RgbPicture picture, int left, int top, int side) {
    return values(picture, left, top, side, side, 0);
  }

  private float[] ofColours(int channel) {
    float[] values = new float[COLOURS];
    for (int i = 0; i < COLOURS; i++) {
      float rescaled = (float) (i * rescaleFactor);
      values[i] = (rescaled - (float) mean[channel]) / (float) std[channel];
    }
    return values;
  }
}

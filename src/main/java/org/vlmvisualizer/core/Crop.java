package org.vlmvisualizer.core;

/**
 * A part of a picture, or all of it, as the vision tower sees it at once.
 *
 * @param values [frames * 3, height, width] in a row, normalised, channels first; not copied
 * @param frames time points: 1 of a still picture
 * @param width in pixels
 * @param height in pixels
 */
public record Crop(float[] values, int frames, int width, int height) {

  /**
   * @throws IllegalArgumentException if the values are not as many as the sizes say
   */
  public Crop {
    if ((long) frames * 3 * width * height != values.length) {
      throw new IllegalArgumentException(
          "Expected %d x 3 x %d x %d values, found %d."
              .formatted(frames, height, width, values.length));
    }
  }

  /**
   * A square crop of a still picture.
   *
   * @param side S
   */
  public static Crop square(float[] values, int side) {
    return new Crop(values, 1, side, side);
  }

  /** The same sizes with other values. */
  public Crop with(float[] other) {
    return new Crop(other, frames, width, height);
  }
}

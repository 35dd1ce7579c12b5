package org.vlmvisualizer.core;

import java.util.Arrays;

/**
 * A picture as it is displayed: 8-bit red, green and blue, interleaved row by row.
 *
 * @param rgb [height, width, 3], not copied
 */
public record RgbPicture(int width, int height, byte[] rgb) {
  public RgbPicture {
    if (width < 1 || height < 1 || rgb.length != 3L * width * height) {
      throw new IllegalArgumentException(
          "Expected 3 x " + width + " x " + height + " bytes, found " + rgb.length + ".");
    }
  }

  /** Whether another has the same pixels. */
  public boolean isSame(RgbPicture other) {
    return width == other.width && Arrays.equals(rgb, other.rgb);
  }

  /** Channel {@code c} (0 red, 1 green, 2 blue) at a pixel, 0 to 255. */
  public int get(int x, int y, int c) {
    return rgb[3 * (y * width + x) + c] & 0xff;
  }
}

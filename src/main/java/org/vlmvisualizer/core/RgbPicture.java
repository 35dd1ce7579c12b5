package org.vlmvisualizer.core;

import java.util.Arrays;

/**
 * A picture as it is displayed: 8-bit red, green and blue, interleaved row by row.
 *
 * @param rgb [height, width, 3], not copied; empty of a picture of which only the size is known
 */
public record RgbPicture(int width, int height, byte[] rgb) {
  public RgbPicture {
    if (width < 1 || height < 1 || rgb.length != 0 && rgb.length != 3L * width * height) {
      throw new IllegalArgumentException(
          "Expected 3 x " + width + " x " + height + " bytes, found " + rgb.length + ".");
    }
  }

  /** A picture without pixels, for what asks for its size alone. */
  public static RgbPicture ofSize(int width, int height) {
    return new RgbPicture(width, height, new byte[0]);
  }

  /** Whether another has the same pixels. */
  public boolean isSame(RgbPicture other) {
    return width == other.width && Arrays.equals(rgb, other.rgb);
  }

  /** Channel {@code c} (0 red, 1 green, 2 blue) at a pixel, 0 to 255. */
  public int get(int x, int y, int c) {
    return rgb[3 * (y * width + x) + c] & 0xff;
  }

  /**
   * The picture's own median colour, which hides a part of it without adding an object: of each
   * channel the upper median.
   *
   * @return [3] red, green and blue
   */
  public int[] median() {
    int[] median = new int[3];
    for (int c = 0; c < 3; c++) {
      int[] counts = new int[256];
      for (int i = c; i < rgb.length; i += 3) {
        counts[rgb[i] & 0xff]++;
      }
      int below = counts[0];
      while (below <= rgb.length / 3 / 2) {
        below += counts[++median[c]];
      }
    }
    return median;
  }

  /**
   * A copy with some pixels filled.
   *
   * @param pixels [height * width] which
   * @param colour [3] red, green and blue
   */
  public RgbPicture filled(boolean[] pixels, int[] colour) {
    byte[] filled = rgb.clone();
    for (int i = 0; i < pixels.length; i++) {
      for (int c = 0; pixels[i] && c < 3; c++) {
        filled[3 * i + c] = (byte) colour[c];
      }
    }
    return new RgbPicture(width, height, filled);
  }

  /**
   * A picture of the same size in one colour.
   *
   * @param colour [3] red, green and blue
   */
  public RgbPicture plain(int[] colour) {
    boolean[] all = new boolean[width * height];
    Arrays.fill(all, true);
    return filled(all, colour);
  }

  /**
   * The picture moved within its frame.
   *
   * @param right pixels to the right
   * @param down pixels downwards
   * @param colour [3] of what was not on it before
   */
  public RgbPicture shifted(int right, int down, int[] colour) {
    byte[] moved = plain(colour).rgb;
    for (int y = Math.max(0, down); y < Math.min(height, height + down); y++) {
      int from = Math.max(0, right);
      int to = Math.min(width, width + right);
      System.arraycopy(
          rgb,
          3 * ((y - down) * width + from - right),
          moved,
          3 * (y * width + from),
          3 * Math.max(0, to - from));
    }
    return new RgbPicture(width, height, moved);
  }

  /** The picture mirrored left to right. */
  public RgbPicture mirrored() {
    byte[] moved = new byte[rgb.length];
    for (int i = 0; i < width * height; i++) {
      int from = i - i % width + width - 1 - i % width;
      System.arraycopy(rgb, 3 * from, moved, 3 * i, 3);
    }
    return new RgbPicture(width, height, moved);
  }
}

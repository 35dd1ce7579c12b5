package org.vlmvisualizer.image;

import java.util.Arrays;
import org.vlmvisualizer.core.RgbPicture;

/**
 * Pillow's antialiased bicubic resize of 8-bit pictures, bit for bit. A different resampler would
 * be a different model.
 *
 * <p>It is two passes, each rounded to 8 bits: along the rows, then along the columns; columns
 * first where the height loses more than twice as many pixels as the width. This exception came
 * with Pillow 13; older ones differ by a rounding in such pictures. A square and a padded picture
 * are never concerned, the crop of one more than twice as tall as wide is.
 *
 * <p>Rows are read once and added to every output row that they reach, so memory is that of the
 * output and the weights, whatever the size of the picture. Where Pillow skips a pass because the
 * size along it stays, the weights are 1 and 0 and the pass changes nothing.
 *
 * <p>Source: {@code ImagingResampleInner}, {@code ImagingResampleHorizontal_8bpc} and {@code
 * ImagingResampleVertical_8bpc} in {@code src/libImaging/Resample.c} at commit 4e5f09f53 of Pillow;
 * the exception is pull request 9549, its limit found by comparing 4,828 random sizes with Pillow
 * 13.0.0.
 */
public final class BicubicResize {
  private static final int HALF = 1 << (BicubicAxis.PRECISION_BITS - 1);
  private static final int[] NO_PADDING = new int[3];

  private BicubicResize() {}

  /** As Pillow's {@code picture.resize((width, height), BICUBIC)}. */
  public static RgbPicture resize(RgbPicture picture, int width, int height) {
    return window(picture, width, height, 0, 0, width, height);
  }

  /**
   * A part of the resized picture; the rest is not computed.
   *
   * @param resizedWidth width that the whole picture is resized to
   * @param resizedHeight height that the whole picture is resized to
   * @param x left edge of the part in the resized picture
   * @param y top edge of the part in the resized picture
   */
  static RgbPicture window(
      RgbPicture picture,
      long resizedWidth,
      long resizedHeight,
      long x,
      long y,
      int width,
      int height) {
    int sourceWidth = picture.width();
    int sourceHeight = picture.height();
    BicubicAxis across = BicubicAxis.of(sourceWidth, resizedWidth, x, width, 0, sourceWidth);
    BicubicAxis down = BicubicAxis.of(sourceHeight, resizedHeight, y, height, 0, sourceHeight);
    long lessWidth = sourceWidth - resizedWidth;
    long lessHeight = sourceHeight - resizedHeight;
    if (lessHeight > Math.max(0, 2 * lessWidth)) {
      RgbPicture narrow = onCanvas(picture, BicubicAxis.unchanged(sourceWidth), down, NO_PADDING);
      return onCanvas(narrow, across, BicubicAxis.unchanged(height), NO_PADDING);
    }
    return onCanvas(picture, across, down, NO_PADDING);
  }

  /**
   * Resizes a canvas with the picture on it, or a part of that, rows first.
   *
   * @param colour [3] of the canvas around the picture, 0 to 255
   */
  static RgbPicture onCanvas(
      RgbPicture picture, BicubicAxis across, BicubicAxis down, int[] colour) {
    int[][] sums = blank(across, down, colour); // [height, 3 * width]
    int[] row = new int[3 * across.count()];
    int reached = 0; // the first output row that this and later picture rows reach
    for (int y = 0; y < picture.height(); y++) {
      while (reached < down.count() && down.end(reached) <= y) {
        reached++;
      }
      if (reached == down.count()) {
        break;
      }
      if (down.first()[reached] <= y) {
        resizeRow(picture, y, across, colour, row);
        for (int i = reached; i < down.count() && down.first()[i] <= y; i++) {
          addRow(sums[i], row, down.weights()[i][y - down.first()[i]]);
        }
      }
    }
    return rounded(sums, across.count());
  }

  /** The sums before any picture row is added: rounding, and the canvas above and below. */
  private static int[][] blank(BicubicAxis across, BicubicAxis down, int[] colour) {
    int[][] sums = new int[down.count()][3 * across.count()];
    for (int j = 0; j < 3 * across.count(); j++) {
      int weight = across.padding()[j / 3] + Arrays.stream(across.weights()[j / 3]).sum();
      int canvas = clip8(HALF + colour[j % 3] * weight);
      for (int i = 0; i < sums.length; i++) {
        sums[i][j] = HALF + canvas * down.padding()[i];
      }
    }
    return sums;
  }

  private static void resizeRow(
      RgbPicture picture, int y, BicubicAxis across, int[] colour, int[] row) {
    byte[] rgb = picture.rgb();
    for (int j = 0; j < across.count(); j++) {
      int padding = across.padding()[j];
      int red = HALF + colour[0] * padding;
      int green = HALF + colour[1] * padding;
      int blue = HALF + colour[2] * padding;
      int pixel = 3 * (y * picture.width() + across.first()[j]);
      for (int weight : across.weights()[j]) {
        red += weight * (rgb[pixel] & 0xff);
        green += weight * (rgb[pixel + 1] & 0xff);
        blue += weight * (rgb[pixel + 2] & 0xff);
        pixel += 3;
      }
      row[3 * j] = clip8(red);
      row[3 * j + 1] = clip8(green);
      row[3 * j + 2] = clip8(blue);
    }
  }

  private static void addRow(int[] sum, int[] row, int weight) {
    for (int j = 0; j < sum.length; j++) {
      sum[j] += weight * row[j];
    }
  }

  private static RgbPicture rounded(int[][] sums, int width) {
    byte[] rgb = new byte[3 * width * sums.length];
    int next = 0;
    for (int[] sum : sums) {
      for (int value : sum) {
        rgb[next++] = (byte) clip8(value);
      }
    }
    return new RgbPicture(width, sums.length, rgb);
  }

  private static int clip8(int value) {
    return Math.max(0, Math.min(255, value >> BicubicAxis.PRECISION_BITS));
  }
}

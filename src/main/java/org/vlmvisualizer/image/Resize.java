package org.vlmvisualizer.image;

import java.util.Arrays;
import org.vlmvisualizer.core.RgbPicture;

/**
 * Pillow's antialiased resize of 8-bit pictures, bit for bit. A different resampler would be a
 * different model.
 *
 * <p>It is two passes, each rounded to 8 bits: along the rows, then along the columns; columns
 * first where the height loses more than twice as many pixels as the width. This exception came
 * with Pillow 13; older ones differ by a rounding in such pictures. A square and a padded picture
 * are never concerned, the crop of one more than twice as tall as wide is.
 *
 * <p>Rows are read once and added to every output row that they reach, so memory is that of the
 * output, of its rows in work and of the weights, whatever the size of the picture. Where Pillow
 * skips a pass because the size along it stays, the weights are 1 and 0 and the pass changes
 * nothing.
 *
 * <p>Source: {@code ImagingResampleInner}, {@code ImagingResampleHorizontal_8bpc} and {@code
 * ImagingResampleVertical_8bpc} in {@code src/libImaging/Resample.c} at commit 4e5f09f53 of Pillow;
 * the exception is pull request 9549, its limit found by comparing with Pillow 13.0.0: 4,828 random
 * sizes, and 6,000 more with all filters.
 */
public final class Resize {
  private static final int[] NO_PADDING = new int[3];

  private Resize() {}

  /** As Pillow's {@code picture.resize((width, height), filter)}. */
  public static RgbPicture resize(RgbPicture picture, Resampling filter, int width, int height) {
    return resize(picture, filter, Rounding.PILLOW, width, height);
  }

  /** As Pillow resizes a picture that was transposed, and is so again behind. */
  static RgbPicture transposed(RgbPicture picture, Resampling filter, int width, int height) {
    return columnsFirst(
        picture,
        ResizeAxis.of(filter, Rounding.PILLOW, picture.width(), width, 0, width),
        ResizeAxis.of(filter, Rounding.PILLOW, picture.height(), height, 0, height));
  }

  /** The whole picture resized; one that has the size already is left as it is. */
  static RgbPicture resize(
      RgbPicture picture, Resampling filter, Rounding rounding, int width, int height) {
    return width == picture.width() && height == picture.height()
        ? picture
        : window(picture, filter, rounding, width, height, 0, 0, width, height);
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
      Resampling filter,
      Rounding rounding,
      long resizedWidth,
      long resizedHeight,
      long x,
      long y,
      int width,
      int height) {
    int sourceWidth = picture.width();
    int sourceHeight = picture.height();
    ResizeAxis across = ResizeAxis.of(filter, rounding, sourceWidth, resizedWidth, x, width);
    ResizeAxis down = ResizeAxis.of(filter, rounding, sourceHeight, resizedHeight, y, height);
    long lessWidth = sourceWidth - resizedWidth;
    long lessHeight = sourceHeight - resizedHeight;
    if (rounding == Rounding.PILLOW && lessHeight > Math.max(0, 2 * lessWidth)) {
      return columnsFirst(picture, across, down);
    }
    return onCanvas(picture, across, down, NO_PADDING);
  }

  private static RgbPicture columnsFirst(RgbPicture picture, ResizeAxis across, ResizeAxis down) {
    RgbPicture low = onCanvas(picture, ResizeAxis.unchanged(picture.width()), down, NO_PADDING);
    return onCanvas(low, across, ResizeAxis.unchanged(down.count()), NO_PADDING);
  }

  /**
   * Resizes a canvas with the picture on it, or a part of that, rows first.
   *
   * @param colour [3] of the canvas around the picture, 0 to 255
   */
  static RgbPicture onCanvas(RgbPicture picture, ResizeAxis across, ResizeAxis down, int[] colour) {
    int width = 3 * across.count();
    int[] canvas = canvas(across, colour);
    int[][] sums = new int[down.count()][]; // [height, 3 * width], only rows begun and not finished
    byte[] rgb = new byte[down.count() * width];
    int[] row = new int[width];
    int finished = 0;
    for (int y = 0; finished < down.count(); y++) {
      while (finished < down.count() && down.end(finished) <= y) {
        round(sums[finished], canvas, down, finished, rgb);
        sums[finished++] = null;
      }
      if (finished < down.count() && down.first()[finished] <= y) {
        resizeRow(picture, y, across, colour, row);
        for (int i = finished; i < down.count() && down.first()[i] <= y; i++) {
          sums[i] = sums[i] == null ? new int[width] : sums[i];
          addRow(sums[i], row, down.weights()[i][y - down.first()[i]]);
        }
      }
    }
    return new RgbPicture(across.count(), down.count(), rgb);
  }

  /** A row of the canvas above and below the picture, resized. */
  private static int[] canvas(ResizeAxis across, int[] colour) {
    int[] canvas = new int[3 * across.count()];
    for (int j = 0; j < canvas.length; j++) {
      int weight = across.padding()[j / 3] + Arrays.stream(across.weights()[j / 3]).sum();
      canvas[j] = clip8(half(across) + colour[j % 3] * weight, across);
    }
    return canvas;
  }

  private static void resizeRow(
      RgbPicture picture, int y, ResizeAxis across, int[] colour, int[] row) {
    byte[] rgb = picture.rgb();
    int half = half(across);
    for (int j = 0; j < across.count(); j++) {
      int padding = across.padding()[j];
      int red = half + colour[0] * padding;
      int green = half + colour[1] * padding;
      int blue = half + colour[2] * padding;
      int pixel = 3 * (y * picture.width() + across.first()[j]);
      for (int weight : across.weights()[j]) {
        red += weight * (rgb[pixel] & 0xff);
        green += weight * (rgb[pixel + 1] & 0xff);
        blue += weight * (rgb[pixel + 2] & 0xff);
        pixel += 3;
      }
      row[3 * j] = clip8(red, across);
      row[3 * j + 1] = clip8(green, across);
      row[3 * j + 2] = clip8(blue, across);
    }
  }

  private static void addRow(int[] sum, int[] row, int weight) {
    for (int j = 0; j < sum.length; j++) {
      sum[j] += weight * row[j];
    }
  }

  /** Adds the canvas above and below output row i, and rounds to 8 bits. */
  private static void round(int[] sum, int[] canvas, ResizeAxis down, int i, byte[] rgb) {
    int half = half(down);
    int padding = down.padding()[i];
    for (int j = 0; j < canvas.length; j++) {
      int value = half + (sum == null ? 0 : sum[j]) + canvas[j] * padding;
      rgb[i * canvas.length + j] = (byte) clip8(value, down);
    }
  }

  private static int half(ResizeAxis axis) {
    return 1 << (axis.bits() - 1);
  }

  private static int clip8(int value, ResizeAxis axis) {
    return Math.max(0, Math.min(255, value >> axis.bits()));
  }
}

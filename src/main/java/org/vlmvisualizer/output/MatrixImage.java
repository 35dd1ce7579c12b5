package org.vlmvisualizer.output;

import ij.ImagePlus;
import ij.process.FloatProcessor;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The attention of the whole sequence as a 32-bit image: row y is the token that looks, column x
 * the token that is looked at. Which token a row is stands in the image's Info.
 */
public final class MatrixImage {
  /** A few entries beside the diagonal are far above the rest; without them the rest shows. */
  private static final double PERCENTILE = 0.99;

  private MatrixImage() {}

  /**
   * Makes the image.
   *
   * @param matrix [M, M], lower triangular
   * @param tokens [M], what each row's token looks like
   * @param colours of the entries
   * @param info provenance; display range and the tokens are added to it
   */
  public static ImagePlus of(
      float[][] matrix, List<String> tokens, SourceFrame source, HeatColours colours, String info) {
    int size = matrix.length;
    if (size == 0 || tokens.size() != size) {
      throw new IllegalArgumentException(
          "Expected a token per row, found %d tokens and %d rows.".formatted(tokens.size(), size));
    }
    float[] pixels = new float[size * size];
    for (int y = 0; y < size; y++) {
      if (matrix[y].length != size) {
        throw new IllegalArgumentException(
            "Expected %d columns in row %d, found %d.".formatted(size, y, matrix[y].length));
      }
      System.arraycopy(matrix[y], 0, pixels, y * size, size);
    }
    double max = percentile(pixels);
    FloatProcessor processor = new FloatProcessor(size, size, pixels);
    ImagePlus image = new ImagePlus("Attention matrix of " + source.title(), processor);
    image.setLut(colours.lut(max > 0 ? max : 1));
    image.setProperty("Info", describe(info, tokens, max));
    return image;
  }

  /** The percentile of the entries that are not 0. */
  static double percentile(float[] pixels) {
    float[] sorted = new float[pixels.length];
    int count = 0;
    float most = Float.NEGATIVE_INFINITY;
    for (float pixel : pixels) {
      most = Math.max(most, pixel);
      if (!(pixel <= 0)) {
        sorted[count++] = pixel;
      }
    }
    Arrays.sort(sorted, 0, count);
    return count == 0 ? most : sorted[(int) (PERCENTILE * (count - 1))];
  }

  private static String describe(String info, List<String> tokens, double max) {
    StringBuilder text = new StringBuilder(info.stripTrailing());
    text.append(
        String.format(
            Locale.ROOT,
            "\nPixel value: attention of the row's token to the column's token; rows sum to 1"
                + "\nDisplay range: 0 to %.6g, the 99th percentile of the entries above 0"
                + "\nTokens (row and column, counted from 0):\n",
            max));
    for (int i = 0; i < tokens.size(); i++) {
      text.append(i).append('\t').append(TokenText.visible(tokens.get(i))).append('\n');
    }
    return text.toString();
  }
}

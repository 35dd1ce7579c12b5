package org.vlmvisualizer.attribution;

import java.util.Arrays;
import java.util.stream.DoubleStream;

/**
 * TAM's filter against single hot cells: the nine values of a window, sorted, weighted by a
 * Gaussian of their rank, -4 to 4.
 *
 * <pre>Σ v_i exp(-i² / 2σ²) / Σ exp(-i² / 2σ²), σ = standard deviation / mean of the window</pre>
 *
 * A window of equal values keeps its value. At the edge the picture is mirrored, the edge not
 * repeated, as by numpy.pad's mode reflect.
 */
final class RankGaussian {
  private static final int SIDE = 3;
  private static final int MIDDLE = SIDE * SIDE / 2;

  private RankGaussian() {}

  /**
   * @param cells row by row
   */
  static double[] filter(double[] cells, int columns) {
    int rows = cells.length / columns;
    double[] filtered = new double[cells.length];
    double[] window = new double[SIDE * SIDE];
    for (int y = 0; y < rows; y++) {
      for (int x = 0; x < columns; x++) {
        for (int i = 0; i < window.length; i++) {
          int row = mirrored(y + i / SIDE - 1, rows);
          window[i] = cells[row * columns + mirrored(x + i % SIDE - 1, columns)];
        }
        filtered[y * columns + x] = value(window);
      }
    }
    return filtered;
  }

  private static int mirrored(int place, int length) {
    if (length == 1) {
      return 0;
    }
    return place < 0 ? -place : place >= length ? 2 * length - 2 - place : place;
  }

  private static double value(double[] window) {
    Arrays.sort(window);
    if (window[0] == window[window.length - 1]) {
      return window[0];
    }
    double mean = DoubleStream.of(window).sum() / window.length;
    double variance = 0;
    for (double v : window) {
      variance += (v - mean) * (v - mean) / window.length;
    }
    double relative = variance / (mean * mean); // sigma squared
    double sum = 0;
    double weights = 0;
    for (int i = 0; i < window.length; i++) {
      double rank = i - MIDDLE;
      double weight = Math.exp(-rank * rank / (2 * relative));
      sum += weight * window[i];
      weights += weight;
    }
    return sum / weights;
  }
}

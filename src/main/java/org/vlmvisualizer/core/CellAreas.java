package org.vlmvisualizer.core;

import java.util.function.IntToDoubleFunction;

/** Carries values from the cells of one grid to those of another on the same picture, by area. */
final class CellAreas {
  /**
   * How a column, or row, is shared out among those of the other grid.
   *
   * @param first of those that it overlaps
   * @param parts of it that lie in them; sum to 1 unless it reaches over the edge
   */
  private record Shares(int first, double[] parts) {}

  private CellAreas() {}

  /**
   * Adds values, spread evenly over their cells; what lies beside the other grid is left out.
   *
   * @param values per cell of {@code from}
   * @param sums per cell of {@code to}, added to
   */
  static void add(double[] values, Grid from, double[] sums, Grid to) {
    Shares[] across = shares(from.columns(), to.columns(), i -> to.cellX(from.sourceX(i)));
    Shares[] down = shares(from.rows(), to.rows(), i -> to.cellY(from.sourceY(i)));
    for (int i = 0; i < values.length; i++) {
      Shares columns = across[i % from.columns()];
      Shares rows = down[i / from.columns()];
      for (int y = 0; y < rows.parts.length; y++) {
        int row = (rows.first + y) * to.columns();
        for (int x = 0; x < columns.parts.length; x++) {
          sums[row + columns.first + x] += values[i] * rows.parts[y] * columns.parts[x];
        }
      }
    }
  }

  /**
   * @param edge where an edge between cells lies, in cells of the other grid
   */
  private static Shares[] shares(int count, int others, IntToDoubleFunction edge) {
    Shares[] all = new Shares[count];
    for (int i = 0; i < count; i++) {
      double from = edge.applyAsDouble(i);
      double to = edge.applyAsDouble(i + 1);
      int first = (int) Math.max(0, Math.min(others, Math.floor(from)));
      int end = (int) Math.max(first, Math.min(others, Math.ceil(to)));
      double[] parts = new double[end - first];
      for (int j = first; j < end; j++) {
        parts[j - first] = (Math.min(to, j + 1) - Math.max(from, j)) / (to - from);
      }
      all[i] = new Shares(first, parts);
    }
    return all;
  }
}

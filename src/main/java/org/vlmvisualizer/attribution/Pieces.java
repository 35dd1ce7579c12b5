package org.vlmvisualizer.attribution;

import java.util.Arrays;
import java.util.List;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.View;

/** In how many pieces maps lie: neighbouring cells of one view, corners included. */
final class Pieces {
  private final Layout layout;
  private final int[] offset; // of each view's first cell
  private final double[] above; // of the cells of all views
  private final double[] masses;
  private final int[] stack;
  private int placed;

  Pieces(Layout layout) {
    this.layout = layout;
    List<View> views = layout.views();
    offset = new int[views.size() + 1];
    for (int v = 0; v < views.size(); v++) {
      offset[v + 1] = offset[v] + views.get(v).grid().size();
    }
    above = new double[offset[views.size()]];
    masses = new double[above.length];
    stack = new int[above.length];
    for (int k = 0; k < layout.tokens(); k++) {
      placed += layout.hasPlace(k) ? 1 : 0;
    }
  }

  /**
   * {@code -Σ m ln m} over the pieces of {@code ReLU(A - mean)} where it is visible, m the shares
   * of their sums; infinite if none is.
   *
   * @param values among them A, [K] from {@code start} on
   * @param sum of A over the image tokens that have a place
   */
  double entropy(float[] values, int start, double sum, double visible) {
    Arrays.fill(above, 0);
    double mean = sum / placed;
    for (int k = 0; k < layout.tokens(); k++) {
      if (layout.hasPlace(k)) {
        double more = values[start + k] - mean;
        above[offset[layout.view()[k]] + layout.cell()[k]] = more > visible ? more : 0;
      }
    }
    double all = 0;
    int pieces = 0;
    for (int v = 0; v + 1 < offset.length; v++) {
      Grid grid = layout.views().get(v).grid();
      for (int cell = offset[v]; cell < offset[v + 1]; cell++) {
        if (above[cell] > 0) {
          masses[pieces] = takePiece(cell, offset[v], grid.columns(), grid.rows());
          all += masses[pieces++];
        }
      }
    }
    double entropy = 0; // exactly, of one piece: equals are taken in their order
    for (int i = 0; i < pieces; i++) {
      double share = masses[i] / all;
      entropy -= share * Math.log(share);
    }
    return pieces == 0 ? Double.POSITIVE_INFINITY : entropy;
  }

  /** The sum of a piece, whose cells become 0. */
  private double takePiece(int first, int offset, int columns, int rows) {
    double mass = 0;
    int size = 0;
    stack[size++] = first;
    mass += above[first];
    above[first] = 0;
    while (size > 0) {
      int cell = stack[--size] - offset;
      int x = cell % columns;
      int y = cell / columns;
      for (int row = Math.max(0, y - 1); row <= Math.min(rows - 1, y + 1); row++) {
        for (int column = Math.max(0, x - 1); column <= Math.min(columns - 1, x + 1); column++) {
          int next = offset + row * columns + column;
          if (above[next] > 0) {
            mass += above[next];
            above[next] = 0;
            stack[size++] = next;
          }
        }
      }
    }
    return mass;
  }
}

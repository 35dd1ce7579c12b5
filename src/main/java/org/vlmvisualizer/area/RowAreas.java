package org.vlmvisualizer.area;

import java.util.Arrays;

/**
 * Adds up, per patch, the areas to the right of line segments, each with a sign. Segments along the
 * left side of a region with + and along its right side with − leave the region's area.
 *
 * <p>Coordinates are in patches. Parts outside a band of columns count as at its edge, which cuts
 * the region to the band.
 */
final class RowAreas {
  private final int columns;
  private final int rows;
  private final double left;
  private final double right;
  private final double[] inside; // [rows, columns] of the patches that segments cross
  private final double[] beyond; // [rows, columns + 1] height that starts to count at a column

  /**
   * @param left left edge of the band, 0 or more
   * @param right right edge of the band, {@code columns} or less
   */
  RowAreas(int columns, int rows, double left, double right) {
    this.columns = columns;
    this.rows = rows;
    this.left = left;
    this.right = right;
    inside = new double[rows * columns];
    beyond = new double[rows * (columns + 1)];
  }

  /**
   * Adds the area to the right of a segment.
   *
   * @param row the row of patches that it lies in
   * @param fromX where it begins
   * @param toX where it ends
   * @param height its extent in y, with the sign of what it adds
   */
  void add(int row, double fromX, double toX, double height) {
    double low = Math.min(fromX, toX);
    double high = Math.max(fromX, toX);
    if (high <= left || low >= right || high == low) {
      addWithin(row, clamp(low), clamp(high), height);
      return;
    }
    double perX = height / (high - low);
    if (low < left) {
      addWithin(row, left, left, (left - low) * perX);
    }
    if (high > right) {
      addWithin(row, right, right, (high - right) * perX);
    }
    double end = Math.min(high, right);
    for (double x = Math.max(low, left); x < end; ) {
      double next = Math.min(end, Math.floor(x) + 1);
      addWithin(row, x, next, (next - x) * perX);
      x = next;
    }
  }

  private double clamp(double x) {
    return Math.max(left, Math.min(right, x));
  }

  /** A segment within one column. */
  private void addWithin(int row, double low, double high, double height) {
    int column = (int) Math.floor(low);
    if (column < columns) {
      inside[row * columns + column] += height * (column + 1 - (low + high) / 2);
      beyond[row * (columns + 1) + column + 1] += height;
    }
  }

  /** What has been added, [rows × columns], 0 to 1. */
  double[] perPatch() {
    double[] areas = Arrays.copyOf(inside, inside.length);
    for (int row = 0; row < rows; row++) {
      double height = 0;
      for (int column = 0; column < columns; column++) {
        height += beyond[row * (columns + 1) + column];
        double area = areas[row * columns + column] + height;
        areas[row * columns + column] = Math.max(0, Math.min(1, area));
      }
    }
    return areas;
  }
}

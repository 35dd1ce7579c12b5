package org.vlmvisualizer.core;

/** The way from the pixels of a picture to the cells of its grid. */
public final class Cells {
  private Cells() {}

  /** The cell over a source coordinate, or -1 where the model saw nothing of it. */
  public static int at(Grid grid, double sourceX, double sourceY) {
    int column = (int) Math.floor(grid.cellX(sourceX));
    int row = (int) Math.floor(grid.cellY(sourceY));
    boolean inside = column >= 0 && column < grid.columns() && row >= 0 && row < grid.rows();
    return inside ? row * grid.columns() + column : -1;
  }
}

package org.vlmvisualizer.core;

/**
 * Columns × rows of equal cells over a rectangle of the source picture, row by row. The one owner
 * of the arithmetic between pixels and cells.
 *
 * <p>Coordinates are continuous: pixel i covers [i, i + 1), cell j covers [j, j + 1). The rectangle
 * may reach out of the picture, onto padding, or leave parts of it out.
 *
 * @param sourceWidth width of the source picture in pixels
 * @param sourceHeight height of the source picture in pixels
 * @param left of the rectangle, in source pixels
 * @param top of the rectangle, in source pixels
 * @param cellWidth of a cell, in source pixels
 * @param cellHeight of a cell, in source pixels; need not equal its width
 * @param modelPixels side of a cell in pixels of the network's input, for a reader: 14 where a
 *     patch of 14 pixels is a cell, 28 where 2 × 2 of them are
 */
public record Grid(
    int sourceWidth,
    int sourceHeight,
    int columns,
    int rows,
    double left,
    double top,
    double cellWidth,
    double cellHeight,
    int modelPixels) {
  /** Cells that are covered but for this are covered. */
  private static final double ROUNDING = 1e-6;

  /**
   * @throws IllegalArgumentException if a size is not positive and finite
   */
  public Grid {
    boolean counts = sourceWidth > 0 && sourceHeight > 0 && columns > 0 && rows > 0;
    boolean lengths = cellWidth > 0 && cellHeight > 0 && Double.isFinite(cellWidth + cellHeight);
    if (!counts || !lengths || modelPixels < 1 || !Double.isFinite(left + top)) {
      throw new IllegalArgumentException(
          "Expected positive sizes, found %d x %d cells of %s x %s at %s, %s of %d x %d pixels."
              .formatted(
                  columns, rows, cellWidth, cellHeight, left, top, sourceWidth, sourceHeight));
    }
  }

  /**
   * The source centred on a square of its longer side, then scaled to the model's size, as LLaVA's
   * {@code expand2square} does: the offset is rounded down to a whole pixel.
   *
   * @param modelSize S, side of the network's square input in pixels; a remainder of less than a
   *     patch at its right and bottom edge is in no cell
   */
  public static Grid padded(int sourceWidth, int sourceHeight, int modelSize, int patchSize) {
    int side = Math.max(sourceWidth, sourceHeight);
    double cell = (double) side * patchSize / modelSize;
    double left = -((side - sourceWidth) / 2);
    double top = -((side - sourceHeight) / 2);
    int count = modelSize / patchSize;
    return new Grid(sourceWidth, sourceHeight, count, count, left, top, cell, cell, patchSize);
  }

  /**
   * The shorter side scaled to the model's size and the centre cut out, as transformers'
   * CLIPImageProcessor does: the longer side is rounded down, then the offset.
   */
  public static Grid cropped(int sourceWidth, int sourceHeight, int modelSize, int patchSize) {
    long resizedWidth = croppedLength(sourceWidth, sourceHeight, modelSize);
    long resizedHeight = croppedLength(sourceHeight, sourceWidth, modelSize);
    double pixelWidth = (double) sourceWidth / resizedWidth;
    double pixelHeight = (double) sourceHeight / resizedHeight;
    double left = (resizedWidth - modelSize) / 2 * pixelWidth;
    double top = (resizedHeight - modelSize) / 2 * pixelHeight;
    double cellWidth = patchSize * pixelWidth;
    double cellHeight = patchSize * pixelHeight;
    int count = modelSize / patchSize;
    return new Grid(
        sourceWidth, sourceHeight, count, count, left, top, cellWidth, cellHeight, patchSize);
  }

  /**
   * The whole source scaled to the model's size, whatever its aspect: pixels of the model are
   * rectangles of the source.
   */
  public static Grid squashed(int sourceWidth, int sourceHeight, int modelSize, int patchSize) {
    double cellWidth = (double) sourceWidth * patchSize / modelSize;
    double cellHeight = (double) sourceHeight * patchSize / modelSize;
    int count = modelSize / patchSize;
    return new Grid(
        sourceWidth, sourceHeight, count, count, 0, 0, cellWidth, cellHeight, patchSize);
  }

  /** The whole source in a number of cells, none of them cut. */
  public static Grid stretched(
      int sourceWidth, int sourceHeight, int columns, int rows, int modelPixels) {
    double cellWidth = (double) sourceWidth / columns;
    double cellHeight = (double) sourceHeight / rows;
    return new Grid(
        sourceWidth, sourceHeight, columns, rows, 0, 0, cellWidth, cellHeight, modelPixels);
  }

  /**
   * Length in model pixels that a side is resized to before the centre is cut out: the model's size
   * for the shorter side. A thread of pixels makes it larger than an int holds.
   *
   * @param side the side, in source pixels
   * @param otherSide the other side, in source pixels
   */
  public static long croppedLength(int side, int otherSide, int modelSize) {
    return (long) modelSize * side / Math.min(side, otherSide);
  }

  /** The number of cells. */
  public int size() {
    return columns * rows;
  }

  /** Horizontal position in cells of a source coordinate; [0, columns) is on the grid. */
  public double cellX(double sourceX) {
    return (sourceX - left) / cellWidth;
  }

  /** Vertical position in cells of a source coordinate; [0, rows) is on the grid. */
  public double cellY(double sourceY) {
    return (sourceY - top) / cellHeight;
  }

  /** Source coordinate of a horizontal position in cells: the inverse of {@link #cellX}. */
  public double sourceX(double cellX) {
    return left + cellX * cellWidth;
  }

  /** Source coordinate of a vertical position in cells: the inverse of {@link #cellY}. */
  public double sourceY(double cellY) {
    return top + cellY * cellHeight;
  }

  /** Centre of a cell in source pixels; it may lie outside the source, on padding. */
  public double centreX(int cell) {
    return sourceX(cell % columns + 0.5);
  }

  /** Centre of a cell in source pixels; it may lie outside the source, on padding. */
  public double centreY(int cell) {
    return sourceY(cell / columns + 0.5);
  }

  /** Whether the centre of a cell lies outside the source, on padding. */
  public boolean isOnPadding(int cell) {
    double x = centreX(cell);
    double y = centreY(cell);
    return x < 0 || x >= sourceWidth || y < 0 || y >= sourceHeight;
  }

  /**
   * The cell that holds a place in source pixels; -1 if none does. A place on the edge of two is in
   * the one to the right, or below.
   */
  public int cellAt(double sourceX, double sourceY) {
    double column = Math.floor(cellX(sourceX) + ROUNDING);
    double row = Math.floor(cellY(sourceY) + ROUNDING);
    boolean inside = column >= 0 && column < columns && row >= 0 && row < rows;
    return inside ? (int) row * columns + (int) column : -1;
  }

  /** Whether the middle of a pixel of the source picture lies in a cell. */
  public boolean hasPixel(int cell) {
    double x = Math.max(0, Math.ceil(sourceX(cell % columns) - ROUNDING * cellWidth - 0.5)) + 0.5;
    double y = Math.max(0, Math.ceil(sourceY(cell / columns) - ROUNDING * cellHeight - 0.5)) + 0.5;
    return x < sourceWidth && y < sourceHeight && cellAt(x, y) == cell;
  }

  /** Which pixels of the source picture, row by row, have their middle in one of some cells. */
  public boolean[] pixels(int... cells) {
    boolean[] wanted = new boolean[size()];
    for (int cell : cells) {
      wanted[cell] = true;
    }
    boolean[] pixels = new boolean[sourceWidth * sourceHeight];
    for (int y = 0; y < sourceHeight; y++) {
      for (int x = 0; x < sourceWidth; x++) {
        int cell = cellAt(x + 0.5, y + 0.5);
        pixels[y * sourceWidth + x] = cell >= 0 && wanted[cell];
      }
    }
    return pixels;
  }

  /** Share of a cell's area that lies outside the source picture, 0 to 1. */
  public double paddingShare(int cell) {
    int column = cell % columns;
    int row = cell / columns;
    return 1
        - insideShare(sourceX(column), sourceX(column + 1), sourceWidth)
            * insideShare(sourceY(row), sourceY(row + 1), sourceHeight);
  }

  private static double insideShare(double from, double to, int length) {
    double inside = Math.min(to, length) - Math.max(from, 0);
    return Math.max(0, Math.min(1, inside / (to - from)));
  }

  /** The same rectangle in another number of cells. */
  public Grid divided(int newColumns, int newRows) {
    return new Grid(
        sourceWidth,
        sourceHeight,
        newColumns,
        newRows,
        left,
        top,
        cellWidth * columns / newColumns,
        cellHeight * rows / newRows,
        Math.max(1, modelPixels * rows / newRows));
  }

  /** The grid with whole cells added on each side until it covers the picture. */
  public Grid covering() {
    return covering(0, 0, sourceWidth, sourceHeight);
  }

  /** The grid with whole cells added on each side until it covers another grid of the picture. */
  public Grid covering(Grid other) {
    return covering(other.left, other.top, other.sourceX(other.columns), other.sourceY(other.rows));
  }

  private Grid covering(double fromX, double fromY, double toX, double toY) {
    int before = missing(cellX(fromX));
    int above = missing(cellY(fromY));
    int after = missing(columns - cellX(toX));
    int below = missing(rows - cellY(toY));
    return new Grid(
        sourceWidth,
        sourceHeight,
        before + columns + after,
        above + rows + below,
        sourceX(-before),
        sourceY(-above),
        cellWidth,
        cellHeight,
        modelPixels);
  }

  /** Whole cells that lack at an edge that lies so many cells inside. */
  private static int missing(double inside) {
    return Math.max(0, (int) Math.ceil(-inside - ROUNDING));
  }
}

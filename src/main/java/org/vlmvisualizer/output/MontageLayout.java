package org.vlmvisualizer.output;

/**
 * Where the panels of a montage go: rows of equal cells, each a title above a picture.
 *
 * @param panelWidth width of each picture in pixels
 * @param panelHeight height of each picture in pixels
 * @param cellWidth width of a cell: the picture's, or more where a title needs it
 * @param titleHeight height of the titles above a picture
 * @param captionHeight height of what stands below all
 * @param columns cells in a row
 * @param rows rows of cells
 * @param first how many panels stand before one that begins a new row; all where none does
 * @param headingHeight height of the heading above the first panel and above that one
 */
record MontageLayout(
    int panelWidth,
    int panelHeight,
    int cellWidth,
    int titleHeight,
    int captionHeight,
    int columns,
    int rows,
    int first,
    int headingHeight) {
  static final int GAP = 12;
  static final int TITLE_HEIGHT = 40;
  static final int CAPTION_HEIGHT = 58;

  /** Height of a heading above rows. */
  static final int HEADING = 30;

  /** Height of a line more above each picture. */
  static final int TITLE_LINE = 14;

  /** Height of a line more below all. */
  static final int CAPTION_LINE = 16;

  private static final int PANEL_SIDE = 232;
  private static final int MIN_CELL_WIDTH = 110;
  private static final int MIN_WIDTH = 500; // of the caption
  private static final int MAX_SIDE = 6000;
  private static final int MAX_COLUMNS = 8;
  private static final double ASPECT = 1.6;

  /**
   * Chooses panels whose longer side is 232 pixels, fewer where the montage would grow beyond 6000
   * pixels, in at most 8 columns, more where there are more than 64 panels.
   *
   * @param pictureWidth size of the source picture in pixels
   * @param pictureHeight size of the source picture in pixels
   * @param panels number of panels
   */
  static MontageLayout of(int pictureWidth, int pictureHeight, int panels) {
    return of(pictureWidth, pictureHeight, panels, 0, 0);
  }

  /**
   * The same with more lines above each picture, and below all; and in two parts with headings.
   *
   * @param lines how many more
   * @param first panels of the first part; 0 for panels without parts and headings
   */
  static MontageLayout of(int pictureWidth, int pictureHeight, int panels, int lines, int first) {
    int side = PANEL_SIDE;
    MontageLayout layout = withSide(side, pictureWidth, pictureHeight, panels, lines, first);
    while (side > 16 && Math.max(layout.width(), layout.height()) > MAX_SIDE) {
      side = side * 9 / 10;
      layout = withSide(side, pictureWidth, pictureHeight, panels, lines, first);
    }
    return layout;
  }

  private static MontageLayout withSide(
      int side, int width, int height, int panels, int lines, int first) {
    int titleHeight = TITLE_HEIGHT + lines * TITLE_LINE;
    double scale = (double) side / Math.max(width, height);
    int panelWidth = Math.max(1, (int) Math.round(width * scale));
    int panelHeight = Math.max(1, (int) Math.round(height * scale));
    int cellWidth = Math.max(panelWidth, MIN_CELL_WIDTH);
    double cellAspect = (double) (cellWidth + GAP) / (panelHeight + titleHeight + GAP);
    int ideal = (int) Math.ceil(Math.sqrt(panels * ASPECT / cellAspect));
    int limit = Math.max(MAX_COLUMNS, (int) Math.ceil(Math.sqrt(panels)));
    int columns = Math.max(1, Math.min(Math.min(ideal, limit), panels));
    int before = first == 0 ? panels : first;
    return new MontageLayout(
        panelWidth,
        panelHeight,
        cellWidth,
        titleHeight,
        CAPTION_HEIGHT + lines * CAPTION_LINE,
        columns,
        rows(before, columns) + rows(panels - before, columns),
        before,
        first == 0 ? 0 : HEADING);
  }

  private static int rows(int panels, int columns) {
    return (panels + columns - 1) / columns;
  }

  int width() {
    return Math.max(MIN_WIDTH, GAP + columns * (cellWidth + GAP));
  }

  int height() {
    int headings = rows > rows(first, columns) ? 2 : 1;
    return rows * (titleHeight + panelHeight + GAP) + headings * headingHeight + captionHeight;
  }

  int cellX(int panel) {
    return GAP + place(panel) % columns * (cellWidth + GAP);
  }

  int cellY(int panel) {
    int headings = panel < first ? 1 : 2;
    return place(panel) / columns * (titleHeight + panelHeight + GAP) + headings * headingHeight;
  }

  /** Its cell, counted row by row. */
  private int place(int panel) {
    return panel < first ? panel : rows(first, columns) * columns + panel - first;
  }

  int pictureX(int panel) {
    return cellX(panel) + (cellWidth - panelWidth) / 2;
  }

  int pictureY(int panel) {
    return cellY(panel) + titleHeight;
  }
}

package org.vlmvisualizer.image;

import org.vlmvisualizer.core.Grid;

/**
 * How Phi-3-V brings a picture onto a white canvas of tiles: its longer side becomes as many tiles
 * as leave room for all of them, and the shorter side is centred, an odd pixel of white at the
 * right or bottom.
 *
 * <p>Source: {@code HD_transform} and {@code padding_336} in image_processing_phi3_v.py of
 * Phi-3-vision-128k-instruct, which transpose a picture that is taller than wide.
 *
 * @param sourceWidth of the picture in pixels
 * @param sourceHeight of the picture in pixels
 * @param tile side of a tile in pixels of the network's input
 * @param width of the picture on the canvas, in pixels of the network's input; 0 if it is a thread
 * @param height the same
 * @param columns tiles in a row
 * @param rows of tiles
 */
record TiledCanvas(
    int sourceWidth, int sourceHeight, int tile, int width, int height, int columns, int rows) {

  /**
   * @param most tiles of a canvas
   */
  static TiledCanvas of(int sourceWidth, int sourceHeight, int tile, int most) {
    if (sourceWidth < sourceHeight) {
      TiledCanvas turned = of(sourceHeight, sourceWidth, tile, most);
      return new TiledCanvas(
          sourceWidth,
          sourceHeight,
          tile,
          turned.height,
          turned.width,
          turned.rows,
          turned.columns);
    }
    double aspect = (double) sourceWidth / sourceHeight;
    int columns = 1;
    while ((columns + 1) * Math.ceil((columns + 1) / aspect) <= most) {
      columns++;
    }
    int height = (int) (columns * tile / aspect);
    int rows = (height + tile - 1) / tile;
    return new TiledCanvas(sourceWidth, sourceHeight, tile, columns * tile, height, columns, rows);
  }

  boolean isUpright() {
    return sourceWidth < sourceHeight;
  }

  int canvasWidth() {
    return columns * tile;
  }

  int canvasHeight() {
    return rows * tile;
  }

  /** White to the left of the picture, in pixels of the network's input. */
  int left() {
    return (canvasWidth() - width) / 2;
  }

  int top() {
    return (canvasHeight() - height) / 2;
  }

  /**
   * The whole canvas in cells.
   *
   * @param modelPixels side of a cell in pixels of the network's input
   */
  Grid grid(int gridColumns, int gridRows, int modelPixels) {
    double pixelWidth = (double) sourceWidth / width;
    double pixelHeight = (double) sourceHeight / height;
    return new Grid(
        sourceWidth,
        sourceHeight,
        gridColumns,
        gridRows,
        -left() * pixelWidth,
        -top() * pixelHeight,
        canvasWidth() * pixelWidth / gridColumns,
        canvasHeight() * pixelHeight / gridRows,
        modelPixels);
  }
}

package org.vlmvisualizer.core;

/**
 * Where each patch of the vision tower lies in the source picture. The one owner of geometry:
 * source pixel ↔ model pixel ↔ patch (= image token, row by row).
 *
 * <p>The map from source to model coordinates is {@code model = source * scale + shift} along each
 * axis. Coordinates are continuous: pixel i covers [i, i + 1).
 *
 * @param sourceWidth width of the source picture in pixels
 * @param sourceHeight height of the source picture in pixels
 * @param modelSize S, side of the network's square input in pixels
 * @param patchSize side of a patch in model pixels
 * @param scaleX model pixels per source pixel
 * @param scaleY model pixels per source pixel
 * @param shiftX model coordinate of the source's left edge
 * @param shiftY model coordinate of the source's top edge
 */
public record PatchGrid(
    int sourceWidth,
    int sourceHeight,
    int modelSize,
    int patchSize,
    double scaleX,
    double scaleY,
    double shiftX,
    double shiftY) {

  public PatchGrid {
    if (sourceWidth < 1 || sourceHeight < 1 || patchSize < 1 || modelSize < patchSize) {
      throw new IllegalArgumentException(
          "Expected positive sizes with patch <= model, found source %d x %d, model %d, patch %d."
              .formatted(sourceWidth, sourceHeight, modelSize, patchSize));
    }
  }

  /**
   * The source centred on a square of its longer side, then scaled to the model's size, as LLaVA's
   * {@code expand2square} does: the offset is rounded down to a whole pixel.
   */
  public static PatchGrid padded(int sourceWidth, int sourceHeight, int modelSize, int patchSize) {
    int side = Math.max(sourceWidth, sourceHeight);
    double scale = (double) modelSize / side;
    int offsetX = (side - sourceWidth) / 2;
    int offsetY = (side - sourceHeight) / 2;
    return new PatchGrid(
        sourceWidth,
        sourceHeight,
        modelSize,
        patchSize,
        scale,
        scale,
        offsetX * scale,
        offsetY * scale);
  }

  /**
   * The shorter side scaled to the model's size and the centre cut out, as transformers'
   * CLIPImageProcessor does: the longer side is rounded down, then the offset.
   */
  public static PatchGrid cropped(int sourceWidth, int sourceHeight, int modelSize, int patchSize) {
    long resizedWidth = croppedLength(sourceWidth, sourceHeight, modelSize);
    long resizedHeight = croppedLength(sourceHeight, sourceWidth, modelSize);
    return new PatchGrid(
        sourceWidth,
        sourceHeight,
        modelSize,
        patchSize,
        (double) resizedWidth / sourceWidth,
        (double) resizedHeight / sourceHeight,
        -((resizedWidth - modelSize) / 2),
        -((resizedHeight - modelSize) / 2));
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

  /** Patches in a row, and rows. A remainder at the right and bottom edge is in no patch. */
  public int columns() {
    return modelSize / patchSize;
  }

  public int rows() {
    return columns();
  }

  /** P, the number of patches. */
  public int size() {
    return columns() * rows();
  }

  /** Horizontal position in patches of a source coordinate; [0, columns) is on the grid. */
  public double cellX(double sourceX) {
    return (sourceX * scaleX + shiftX) / patchSize;
  }

  /** Vertical position in patches of a source coordinate; [0, rows) is on the grid. */
  public double cellY(double sourceY) {
    return (sourceY * scaleY + shiftY) / patchSize;
  }

  /** Source coordinate of a horizontal position in patches: the inverse of {@link #cellX}. */
  public double sourceX(double cellX) {
    return (cellX * patchSize - shiftX) / scaleX;
  }

  /** Source coordinate of a vertical position in patches: the inverse of {@link #cellY}. */
  public double sourceY(double cellY) {
    return (cellY * patchSize - shiftY) / scaleY;
  }

  /** The patch over a source coordinate, or -1 where the model saw nothing of it (cropped away). */
  public int patchAt(double sourceX, double sourceY) {
    int column = (int) Math.floor(cellX(sourceX));
    int row = (int) Math.floor(cellY(sourceY));
    boolean inside = column >= 0 && column < columns() && row >= 0 && row < rows();
    return inside ? row * columns() + column : -1;
  }

  /** Centre of a patch in source pixels; it may lie outside the source, on padding. */
  public double centreX(int patch) {
    return sourceX(patch % columns() + 0.5);
  }

  /** Centre of a patch in source pixels; it may lie outside the source, on padding. */
  public double centreY(int patch) {
    return sourceY(patch / columns() + 0.5);
  }

  /** Share of a patch's area that lies outside the source picture, 0 to 1. */
  public double paddingShare(int patch) {
    int column = patch % columns();
    int row = patch / columns();
    return 1
        - insideShare(sourceX(column), sourceX(column + 1), sourceWidth)
            * insideShare(sourceY(row), sourceY(row + 1), sourceHeight);
  }

  private static double insideShare(double from, double to, int length) {
    double inside = Math.min(to, length) - Math.max(from, 0);
    return Math.max(0, Math.min(1, inside / (to - from)));
  }
}

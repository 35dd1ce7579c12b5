package org.vlmvisualizer.core;

/**
 * The network's input picture, normalised, and where its patches lie in the source picture.
 *
 * @param values [3, S, S], channels first
 * @param grid the geometry back to the source
 */
public record PixelValues(float[] values, PatchGrid grid) {
  public PixelValues {
    int side = grid.modelSize();
    if (values.length != 3 * side * side) {
      throw new IllegalArgumentException(
          "Expected 3 x " + side + " x " + side + " values, found " + values.length + ".");
    }
  }
}

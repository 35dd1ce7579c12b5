package org.vlmvisualizer.core;

/**
 * A box or a point that an answer names, in pixels of the picture that was asked about: pixel i
 * covers [i, i + 1).
 *
 * @param label what the answer calls it; empty if it does not
 * @param x left edge
 * @param y upper edge
 * @param width 0 of a point, and of nothing else
 * @param height as {@code width}
 */
public record NamedBox(String label, double x, double y, double width, double height) {

  /**
   * @throws IllegalArgumentException unless both sides are positive, or both 0
   */
  public NamedBox {
    boolean isFinite = Double.isFinite(x + y + width + height);
    if (!isFinite || !(width > 0 && height > 0 || width == 0 && height == 0)) {
      throw new IllegalArgumentException(
          "Expected a box or a point, found %s x %s at %s, %s.".formatted(width, height, x, y));
    }
  }

  /** Whether it is a point, which no map can be measured in. */
  public boolean isPoint() {
    return width == 0;
  }
}

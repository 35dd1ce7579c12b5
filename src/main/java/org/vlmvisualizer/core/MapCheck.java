package org.vlmvisualizer.core;

/**
 * Whether a token needs the part of the picture that its map is highest on: its probability where
 * nothing but the highest tenth of the map is left of the picture, and where that is hidden.
 *
 * @param only the first, 0 to 1
 * @param without the second, 0 to 1
 */
public record MapCheck(double only, double without) {
  /**
   * F = p(only these) - p(without these), from -1 to 1. Below 0 the token is likelier without what
   * the map points at than with it alone: the map misses what mattered.
   */
  public double faithfulness() {
    return only - without;
  }
}

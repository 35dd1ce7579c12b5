package org.vlmvisualizer.output;

import java.util.List;
import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.PatchGrid;

/** Checks that the parts of a result belong together. */
final class Shapes {
  private Shapes() {}

  /**
   * Checks for [T, P] values on a grid of P patches and T tokens, T at least 1.
   *
   * @throws IllegalArgumentException if they disagree
   */
  static void check(AttributionMap map, PatchGrid grid, List<GeneratedToken> tokens) {
    if (tokens.isEmpty() || map.values().length != tokens.size()) {
      throw new IllegalArgumentException(
          "Expected one map per token, found %d tokens and %d maps."
              .formatted(tokens.size(), map.values().length));
    }
    for (float[] row : map.values()) {
      if (row.length != grid.size()) {
        throw new IllegalArgumentException(
            "Expected %d patches, found %d.".formatted(grid.size(), row.length));
      }
    }
  }
}

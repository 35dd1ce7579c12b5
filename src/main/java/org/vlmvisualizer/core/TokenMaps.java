package org.vlmvisualizer.core;

import java.util.List;

/**
 * Where a model looked for each token of one answer.
 *
 * @param map [T, P]
 * @param grid where the P patches lie in the picture
 * @param tokens [T], at least one
 * @param shares [T] how each token's attention divides between picture and text
 */
public record TokenMaps(
    AttributionMap map, PatchGrid grid, List<GeneratedToken> tokens, List<AttentionShares> shares) {

  /**
   * @throws IllegalArgumentException if the shapes disagree
   */
  public TokenMaps {
    tokens = List.copyOf(tokens);
    shares = List.copyOf(shares);
    if (tokens.isEmpty()
        || map.values().length != tokens.size()
        || shares.size() != tokens.size()) {
      throw new IllegalArgumentException(
          "Expected a map and shares per token, found %d tokens, %d maps and %d shares."
              .formatted(tokens.size(), map.values().length, shares.size()));
    }
    for (float[] row : map.values()) {
      if (row.length != grid.size()) {
        throw new IllegalArgumentException(
            "Expected %d patches, found %d.".formatted(grid.size(), row.length));
      }
    }
  }

  /** T, the number of tokens. */
  public int size() {
    return tokens.size();
  }

  /** The map of one token, [P], not copied. */
  public float[] values(int token) {
    return map.values()[token];
  }
}

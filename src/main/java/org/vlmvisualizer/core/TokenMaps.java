package org.vlmvisualizer.core;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a model looked in one picture for each token of one answer.
 *
 * @param map [T, cells]
 * @param grid where the cells lie in the picture
 * @param tokens [T], at least one
 * @param shares [T] how each token's attention divides between picture and text
 * @param views each view by itself, if the model saw the picture in several
 */
public record TokenMaps(
    AttributionMap map,
    Grid grid,
    List<GeneratedToken> tokens,
    List<AttentionShares> shares,
    List<ViewMaps> views) {

  /** Of a picture that the model saw once. */
  public TokenMaps(
      AttributionMap map, Grid grid, List<GeneratedToken> tokens, List<AttentionShares> shares) {
    this(map, grid, tokens, shares, List.of());
  }

  /**
   * @throws IllegalArgumentException if the shapes disagree
   */
  public TokenMaps {
    tokens = List.copyOf(tokens);
    shares = List.copyOf(shares);
    views = List.copyOf(views);
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
            "Expected %d cells, found %d.".formatted(grid.size(), row.length));
      }
    }
  }

  /**
   * Lays maps out in a frame of a layout.
   *
   * @param map [T, K] of all image tokens
   * @param frame which of the layout's frames
   */
  public static TokenMaps of(
      AttributionMap map,
      Layout layout,
      int frame,
      List<GeneratedToken> tokens,
      List<AttentionShares> shares) {
    float[][] cells = new float[map.values().length][];
    for (int t = 0; t < cells.length; t++) {
      cells[t] = layout.cells(frame, map.values()[t]);
    }
    List<ViewMaps> views = new ArrayList<>();
    if (layout.views(frame).size() > 1) {
      layout.views(frame).forEach(view -> views.add(layout.only(view, map.values())));
    }
    return new TokenMaps(map.with(cells), layout.display(frame), tokens, shares, views);
  }

  /** Of one view by itself: the parts of the maps that lie on it. */
  public TokenMaps only(ViewMaps view) {
    return new TokenMaps(map.with(view.values()), view.view().grid(), tokens, shares);
  }

  /** These tokens and, behind them, more of the same answer; maps are not copied. */
  public TokenMaps with(TokenMaps more) {
    List<ViewMaps> joined = new ArrayList<>();
    for (int v = 0; v < views.size(); v++) {
      joined.add(
          new ViewMaps(
              views.get(v).view(), Rows.joined(views.get(v).values(), more.views.get(v).values())));
    }
    return new TokenMaps(
        map.with(Rows.joined(map.values(), more.map.values())),
        grid,
        Rows.joined(tokens, more.tokens),
        Rows.joined(shares, more.shares),
        joined);
  }

  /** T, the number of tokens. */
  public int size() {
    return tokens.size();
  }

  /** Whether maps have values below 0, which speak against a token. */
  public boolean signed() {
    return map.signed();
  }

  /** The map of one token, [cells], not copied. */
  public float[] values(int token) {
    return map.values()[token];
  }
}

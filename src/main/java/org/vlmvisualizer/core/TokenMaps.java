package org.vlmvisualizer.core;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

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

  /**
   * Some of the tokens.
   *
   * @param wanted their numbers, from 0
   */
  public TokenMaps only(int... wanted) {
    float[][] values = IntStream.of(wanted).mapToObj(t -> map.values()[t]).toArray(float[][]::new);
    List<ViewMaps> some = new ArrayList<>();
    for (ViewMaps view : views) {
      float[][] own = IntStream.of(wanted).mapToObj(t -> view.values()[t]).toArray(float[][]::new);
      some.add(new ViewMaps(view.view(), own));
    }
    return new TokenMaps(
        map.with(values),
        grid,
        IntStream.of(wanted).mapToObj(tokens::get).toList(),
        IntStream.of(wanted).mapToObj(shares::get).toList(),
        some);
  }

  /** The same with more known of the tokens. */
  public TokenMaps withTokens(List<GeneratedToken> others) {
    return new TokenMaps(map, grid, others, shares, views);
  }

  /** T, the number of tokens. */
  public int size() {
    return tokens.size();
  }

  /** Whether maps have values below 0, which speak against a token. */
  public boolean signed() {
    return map.signed();
  }

  /** Whether it was asked where tokens came from. */
  public boolean hasEvidence() {
    return tokens.stream().anyMatch(token -> token.origin() != null);
  }

  /** Whether a map was checked. */
  public boolean hasChecks() {
    return tokens.stream().anyMatch(token -> token.check() != null);
  }

  /** Whether the tokens are a model's that thinks: thoughts, or of its answer. */
  public boolean thinks() {
    return tokens.get(0).thought() != null;
  }

  /** How many of the tokens are thoughts: the first ones, or none. */
  public int thoughts() {
    return (int) tokens.stream().filter(GeneratedToken::isThought).count();
  }

  /** The map of one token, [cells], not copied. */
  public float[] values(int token) {
    return map.values()[token];
  }
}

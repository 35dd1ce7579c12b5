package org.vlmvisualizer.core;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The picture or pictures of one question as the model sees them: where each image token lies. The
 * one way from values per image token to values per place.
 *
 * <p>Views of one picture become one map on its display grid, by area: a token's value counts as
 * spread evenly over its cell, and each cell of the display grid gets what lies on it, summed over
 * the views. So a map keeps its sum.
 *
 * @param views in the order of their first token
 * @param view [K] of each image token; -1 for one without a place, a newline
 * @param cell [K] of each image token in the grid of its view; -1 for one without a place or cell
 * @param spread [K, B * P] the patches that it is made of
 * @param gathered of learned queries, which lie on a view but in no cell, where they looked; null
 *     of other tokens, and before the pictures were seen
 */
public record Layout(List<View> views, int[] view, int[] cell, Spread spread, Gathered gathered) {

  /** Of tokens with cells, or of pictures that were not seen yet. */
  public Layout(List<View> views, int[] view, int[] cell, Spread spread) {
    this(views, view, cell, spread, null);
  }

  /**
   * @throws IllegalArgumentException if the parts disagree
   */
  public Layout {
    views = List.copyOf(views);
    if (view.length != cell.length || view.length != spread.tokens()) {
      throw new IllegalArgumentException(
          "Expected as many cells and rows as tokens, found %d, %d and %d."
              .formatted(cell.length, spread.tokens(), view.length));
    }
    for (int k = 0; k < view.length; k++) {
      if (view[k] >= 0 && cell[k] >= views.get(view[k]).grid().size()) {
        throw new IllegalArgumentException("No cell " + cell[k] + " in " + views.get(view[k]));
      }
    }
  }

  /** One picture in one view, each patch a token. */
  public static Layout of(Grid grid) {
    int[] view = new int[grid.size()];
    int[] cell = IntStream.range(0, grid.size()).toArray();
    return new Layout(
        List.of(new View(0, View.PICTURE, grid)), view, cell, Spread.identity(cell.length));
  }

  /** The same with what learned queries looked at. */
  public Layout with(Gathered known) {
    return new Layout(views, view, cell, spread, known);
  }

  /** K, the number of image tokens, those without a place included. */
  public int tokens() {
    return view.length;
  }

  /** How many maps each token of an answer has: one per picture and time point. */
  public int frames() {
    return (int) views.stream().map(Layout::frame).distinct().count();
  }

  private static List<Integer> frame(View v) {
    return List.of(v.picture(), v.firstFrame());
  }

  /** The views of one frame, counted by {@link #frames} from 0. */
  public List<View> views(int frame) {
    List<Integer> wanted = views.stream().map(Layout::frame).distinct().toList().get(frame);
    return views.stream().filter(v -> frame(v).equals(wanted)).toList();
  }

  /**
   * Which of a question's pictures or time points a frame's map is laid over: of time points that
   * share a view, the first.
   */
  public int picture(int frame) {
    View first = views(frame).get(0);
    return first.picture() + first.firstFrame();
  }

  /** The frame that shows one of a question's pictures or time points. */
  public int frameOf(int picture) {
    return IntStream.range(0, frames())
        .filter(f -> picture(f) <= picture)
        .filter(f -> picture < picture(f) + views(f).get(0).frames())
        .findFirst()
        .orElseThrow();
  }

  /**
   * How much of tokens' values lies on a frame.
   *
   * @param values [K] of all image tokens
   */
  public double sum(int frame, double[] values) {
    List<View> own = views(frame);
    boolean[] counts = new boolean[views.size()];
    for (int v = 0; v < counts.length; v++) {
      counts[v] = own.contains(views.get(v));
    }
    double sum = 0;
    for (int k = 0; k < values.length; k++) {
      sum += hasPlace(k) && counts[view[k]] ? values[k] : 0;
    }
    return sum;
  }

  /** Whether an image token has a place. */
  public boolean hasPlace(int token) {
    return view[token] >= 0;
  }

  /**
   * The grid of a frame's map: that of its only view; of several, the one with the smallest cells,
   * enlarged by whole cells to cover the picture and all views.
   */
  public Grid display(int frame) {
    List<View> own = views(frame);
    Grid finest = own.get(0).grid();
    for (View v : own) {
      double area = v.grid().cellWidth() * v.grid().cellHeight();
      finest = area < finest.cellWidth() * finest.cellHeight() ? v.grid() : finest;
    }
    if (own.size() == 1) {
      return finest;
    }
    Grid display = finest.covering();
    for (View v : own) {
      display = display.covering(v.grid()); // tiles may reach onto padding
    }
    return display;
  }

  /**
   * Lays tokens' values out on the display grid of a frame.
   *
   * @param values [K] of all image tokens; what lies on other frames, or has no place, is left out
   * @return [D] of the display grid's cells
   */
  public float[] cells(int frame, float[] values) {
    Grid display = display(frame);
    double[] sums = new double[display.size()];
    for (View v : views(frame)) {
      CellAreas.add(view(v, values), v.grid(), sums, display);
    }
    return AttributionMap.narrow(sums);
  }

  /**
   * Maps of one view by itself.
   *
   * @param values [T, K] of all image tokens
   */
  public ViewMaps only(View wanted, float[][] values) {
    float[][] own = new float[values.length][];
    for (int t = 0; t < own.length; t++) {
      own[t] = AttributionMap.narrow(view(wanted, values[t]));
    }
    return new ViewMaps(wanted, own);
  }

  /**
   * The values of one view by itself.
   *
   * @param values [K] of all image tokens
   * @return [cells of the view]
   */
  public double[] view(View wanted, float[] values) {
    int v = views.indexOf(wanted);
    if (gathered != null) {
      return gathered.onPatches(values, view, v);
    }
    double[] own = new double[wanted.grid().size()];
    for (int k = 0; k < values.length; k++) {
      if (view[k] == v) {
        own[cell[k]] += values[k];
      }
    }
    return own;
  }
}

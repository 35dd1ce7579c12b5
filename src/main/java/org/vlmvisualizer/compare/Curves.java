package org.vlmvisualizer.compare;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.AnswerProbe;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.RgbPicture;

/**
 * Deletion and insertion (Petsiuk et al., "RISE", BMVC 2018, arXiv 1806.07421): the area under a
 * token's probability while a picture's cells are hidden, those with the highest values first, or
 * shown in that order. What is hidden is filled with the picture's own median colour. The answer is
 * forced. A low deletion and a high insertion tell of a map that is highest on what matters.
 *
 * <p>For one picture.
 */
final class Curves {
  private final AnswerProbe probe;
  private final RgbPicture picture;
  private final int[] fill;
  private final Grid grid;
  private final int steps;
  private final int[] cells;
  private final double[] whole;
  private final double[] nothing;

  /**
   * @param deletion area under the curve, 0 to 1
   * @param insertion area under the curve, 0 to 1
   */
  record Areas(double deletion, double insertion) {
    static final Areas UNKNOWN = new Areas(Double.NaN, Double.NaN);
  }

  /**
   * @param steps parts in which the cells are hidden
   */
  Curves(AnswerProbe probe, Grid grid, int steps) {
    this.probe = probe;
    this.grid = grid;
    this.steps = steps;
    picture = probe.pictures().get(0);
    fill = picture.median();
    cells = IntStream.range(0, grid.size()).filter(grid::hasPixel).toArray();
    whole = probabilities(picture);
    nothing = probabilities(picture.plain(fill));
  }

  /** Of one token, in the order of its map. */
  Areas of(float[] map, int token) {
    return of(byValue(map), new int[] {token}).get(0);
  }

  /** Of several tokens, in a random order of the cells: what a map is worth that tells nothing. */
  List<Areas> random(long seed, int[] tokens) {
    List<Integer> order = new ArrayList<>(IntStream.of(cells).boxed().toList());
    Collections.shuffle(order, new Random(seed));
    return of(order, tokens);
  }

  /** Of several tokens, from the middle of the picture outwards. */
  List<Areas> centred(int[] tokens) {
    double x = picture.width() / 2.0;
    double y = picture.height() / 2.0;
    float[] map = new float[grid.size()];
    for (int c : cells) {
      double dx = (grid.centreX(c) - x) / picture.width();
      double dy = (grid.centreY(c) - y) / picture.height();
      map[c] = (float) Math.exp(-8 * (dx * dx + dy * dy)); // of a quarter of the picture's size
    }
    return of(byValue(map), tokens);
  }

  private List<Integer> byValue(float[] map) {
    return IntStream.of(cells)
        .boxed()
        .sorted(Comparator.comparingDouble(c -> -map[c])) // stable: the first of equals
        .toList();
  }

  private List<Areas> of(List<Integer> order, int[] tokens) {
    double[][] deleted = new double[steps + 1][];
    double[][] inserted = new double[steps + 1][];
    deleted[0] = whole;
    inserted[0] = nothing;
    deleted[steps] = nothing;
    inserted[steps] = whole;
    for (int s = 1; s < steps; s++) {
      int count = Math.round((float) s * order.size() / steps);
      int[] first = order.subList(0, count).stream().mapToInt(Integer::intValue).toArray();
      boolean[] pixels = grid.pixels(first);
      deleted[s] = probabilities(picture.filled(pixels, fill));
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] ^= true;
      }
      inserted[s] = probabilities(picture.filled(pixels, fill));
    }
    return IntStream.of(tokens)
        .mapToObj(t -> new Areas(area(deleted, t), area(inserted, t)))
        .toList();
  }

  /** By trapezoids. */
  private static double area(double[][] curve, int token) {
    double sum = 0;
    for (int s = 1; s < curve.length; s++) {
      sum += (curve[s - 1][token] + curve[s][token]) / 2;
    }
    return sum / (curve.length - 1);
  }

  private double[] probabilities(RgbPicture shown) {
    double[] logs = probe.logProbabilities(List.of(shown));
    return IntStream.range(0, logs.length).mapToDouble(t -> Math.exp(logs[t])).toArray();
  }
}

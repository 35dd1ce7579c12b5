package org.vlmvisualizer.benchmark;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What equal runs took: seconds by stage, and gigabytes of memory at most. */
final class Runs {
  static final String PEAK = "peak memory, GB";

  private final Map<String, List<Double>> figures = new LinkedHashMap<>();

  private int count;

  /**
   * Counts one run.
   *
   * @param tokens that it wrote
   * @param peak gigabytes at most
   */
  void add(Map<String, Double> seconds, int tokens, double peak) {
    count++;
    double total = 0;
    for (Map.Entry<String, Double> stage : seconds.entrySet()) {
      boolean isDecode = stage.getKey().equals("decode");
      add(stage.getKey(), stage.getValue() / (isDecode ? tokens - 1 : 1));
      total += stage.getValue();
    }
    add("whole run", total);
    add(PEAK, peak);
  }

  private void add(String what, double figure) {
    figures.computeIfAbsent(what, k -> new ArrayList<>()).add(figure);
  }

  int count() {
    return count;
  }

  Set<String> stages() {
    return figures.keySet();
  }

  double median(String what) {
    return median(figures.get(what));
  }

  static double median(List<Double> figures) {
    List<Double> sorted = new ArrayList<>(figures);
    Collections.sort(sorted);
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}

package org.vlmvisualizer.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/**
 * A figure of one method over pictures: the mean over tokens, and an interval that 95 of 100 such
 * means lie in, by bootstrap over pictures (Efron, 1979; the percentile method, a thousand times,
 * of one seed).
 *
 * @param mean NaN if nothing was measured
 * @param low end of the interval; NaN for one picture
 * @param high end of the interval
 * @param tokens that were measured
 */
public record Summary(double mean, double low, double high, int tokens) {
  private static final int RESAMPLES = 1000;
  private static final double TAIL = 0.025;
  private static final long SEED = 1;

  /**
   * @param pictures the tokens of each picture
   */
  static Summary of(List<List<TokenScore>> pictures, ToDoubleFunction<TokenScore> figure) {
    List<double[]> sums = new ArrayList<>(); // of each picture, and how many
    for (List<TokenScore> tokens : pictures) {
      double[] found =
          tokens.stream().mapToDouble(figure).filter(value -> !Double.isNaN(value)).toArray();
      if (found.length > 0) {
        sums.add(new double[] {Arrays.stream(found).sum(), found.length});
      }
    }
    if (sums.isEmpty()) {
      return new Summary(Double.NaN, Double.NaN, Double.NaN, 0);
    }
    double mean = mean(sums);
    int count = (int) sums.stream().mapToDouble(s -> s[1]).sum();
    if (sums.size() == 1) {
      return new Summary(mean, Double.NaN, Double.NaN, count);
    }
    Random random = new Random(SEED);
    double[] means = new double[RESAMPLES];
    for (int i = 0; i < RESAMPLES; i++) {
      List<double[]> drawn = new ArrayList<>();
      for (int p = 0; p < sums.size(); p++) {
        drawn.add(sums.get(random.nextInt(sums.size())));
      }
      means[i] = mean(drawn);
    }
    Arrays.sort(means);
    return new Summary(
        mean,
        means[(int) (TAIL * RESAMPLES)],
        means[RESAMPLES - 1 - (int) (TAIL * RESAMPLES)],
        count);
  }

  private static double mean(List<double[]> sums) {
    double sum = 0;
    double count = 0;
    for (double[] picture : sums) {
      sum += picture[0];
      count += picture[1];
    }
    return sum / count;
  }
}

package org.vlmvisualizer.area;

import java.util.Arrays;
import org.vlmvisualizer.core.TokenMaps;

/**
 * What the enrichment of a region would be by chance: that of the same shape laid at random, N =
 * 999 times ({@link Placements}), with the shares of {@link RegionAttention}.
 *
 * <pre>
 * low_t, high_t = the 25th and the 975th of the N enrichments, rising: 2.5 % and 97.5 %
 * p_t           = (1 + number of the N shares that are share_t or more) / (N + 1)
 * </pre>
 *
 * p is that of a permutation test (Phipson and Smyth 2010): the probability of a share as large if
 * the region had nothing to do with the map, 0.001 at the least. A map that is the same everywhere
 * has low = high = 1 and p = 1.
 *
 * @param low [T] NaN for a map with nothing on the picture, and where the region has no area in
 *     what the model saw or fills it, so that it cannot lie elsewhere
 * @param high [T] likewise
 * @param p [T] likewise
 */
public record RegionChance(double[] low, double[] high, double[] p) {
  /** Shares that differ by less are equal: overlaps are exact to rounding. */
  private static final double ROUNDING = 1e-9;

  /** An area share that rounding alone may leave. */
  private static final double NO_AREA = 1e-14;

  /**
   * Measures chance for all maps.
   *
   * @param placements of the region, on the grid of the maps
   */
  public static RegionChance of(Placements placements, TokenMaps maps) {
    double area = placements.observed().area() / Arrays.stream(placements.picture()).sum();
    RegionChance chance =
        new RegionChance(new double[maps.size()], new double[maps.size()], new double[maps.size()]);
    for (int t = 0; t < maps.size(); t++) {
      chance.put(t, maps.values(t), placements, area);
    }
    return chance;
  }

  private void put(int token, float[] map, Placements placements, double area) {
    double all = RegionAttention.all(map, placements.picture());
    if (placements.random().isEmpty() || area < NO_AREA || all == 0) {
      low[token] = Double.NaN;
      high[token] = Double.NaN;
      p[token] = Double.NaN;
      return;
    }
    double observed = placements.observed().sum(map) / all;
    double[] shares = placements.random().stream().mapToDouble(o -> o.sum(map) / all).toArray();
    Arrays.sort(shares);
    int count = shares.length;
    int rank = (count + 1) / 40; // 2.5 %
    low[token] = shares[rank - 1] / area;
    high[token] = shares[count - rank] / area;
    long atLeast = Arrays.stream(shares).filter(share -> share >= observed - ROUNDING).count();
    p[token] = (1 + atLeast) / (count + 1.0);
  }
}

package org.vlmvisualizer.compare;

import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.vlmvisualizer.area.PatchOverlap;
import org.vlmvisualizer.area.Region;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.TokenMaps;

/**
 * How well a map points at a region, the pointing game (Zhang et al., IJCV 2018, arXiv 1608.00507)
 * and what of the map lies there.
 *
 * @param centre share of the cells with the highest value whose middle lies in the region; mostly
 *     one cell, so 0 or 1
 * @param overlap share of them that touch it
 * @param ties cells with the highest value
 * @param energy share of the map's positive values, by area, that lies in the region
 * @param area share of the picture that the region is
 */
public record Pointing(double centre, double overlap, int ties, double energy, double area) {

  /** All NaN: no region, or an empty map. */
  static final Pointing UNKNOWN = new Pointing(Double.NaN, Double.NaN, 0, Double.NaN, Double.NaN);

  static Pointing of(TokenMaps maps, int token, Region region) {
    Grid grid = maps.grid();
    float[] map = maps.values(token);
    double[] inside = PatchOverlap.of(region, grid);
    double[] picture = PatchOverlap.ofPicture(grid);
    double peak = IntStream.range(0, map.length).mapToDouble(c -> map[c]).max().orElse(0);
    int[] peaks = IntStream.range(0, map.length).filter(c -> map[c] == peak).toArray();
    double in = 0;
    double all = 0;
    double areaIn = 0;
    double areaAll = 0;
    for (int c = 0; c < map.length; c++) {
      in += Math.max(0, map[c]) * inside[c];
      all += Math.max(0, map[c]) * picture[c];
      areaIn += inside[c];
      areaAll += picture[c];
    }
    if (peaks.length == map.length || areaIn == 0) {
      return UNKNOWN;
    }
    return new Pointing(
        share(peaks, c -> region.contains(grid.centreX(c), grid.centreY(c))),
        share(peaks, c -> inside[c] > 0),
        peaks.length,
        all == 0 ? 0 : in / all,
        areaIn / areaAll);
  }

  private static double share(int[] cells, IntPredicate holds) {
    return IntStream.of(cells).filter(holds).count() / (double) cells.length;
  }

  /** How many times as much of the map lies in the region as of the picture. */
  public double enrichment() {
    return energy / area;
  }
}

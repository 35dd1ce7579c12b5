package org.vlmvisualizer.area;

import org.vlmvisualizer.core.TokenMaps;

/**
 * How much of each token's map lies in a region R of the picture.
 *
 * <pre>
 * share_t      = Σ_p m_t[p] |p ∩ R| / Σ_p |m_t[p]| |p ∩ picture|
 * areaShare    = Σ_p |p ∩ R| / Σ_p |p ∩ picture|
 * enrichment_t = share_t / areaShare
 * </pre>
 *
 * m_t[p] is the map of token t at patch p, |p ∩ X| the share of the patch's area within X, and R is
 * cut to the picture first. A patch's value counts as spread evenly over the patch. What fell on
 * padding is left out, so that the shares of regions that partition the picture sum to 1. An
 * enrichment of 1 is what a map that looks at nothing in particular has. Of a signed map, shares
 * are negative where what speaks against the token prevails, and those of a partition sum to the
 * map's sum over its sum without signs.
 *
 * @param areaShare of the part of the picture that the model saw, 0 to 1
 * @param shares [T], 0 to 1, of a signed map -1 to 1; NaN for a map with nothing on the picture
 */
public record RegionAttention(double areaShare, double[] shares) {

  /**
   * Measures a region on all maps.
   *
   * @param region in pixels of the picture that was asked about; may reach out of it
   */
  public static RegionAttention of(Region region, TokenMaps maps) {
    return of(PatchOverlap.of(region, maps.grid()), PatchOverlap.ofPicture(maps.grid()), maps);
  }

  /**
   * As {@link #of(Region, TokenMaps)}, for several regions on one grid.
   *
   * @param overlap [P] of the region, from {@link PatchOverlap#of}
   * @param picture [P] from {@link PatchOverlap#ofPicture}
   */
  public static RegionAttention of(double[] overlap, double[] picture, TokenMaps maps) {
    double[] shares = new double[maps.size()];
    for (int t = 0; t < shares.length; t++) {
      double inside = 0;
      float[] map = maps.values(t);
      for (int p = 0; p < map.length; p++) {
        inside += map[p] * overlap[p];
      }
      shares[t] = inside / all(map, picture);
    }
    double area = 0;
    double seen = 0;
    for (int p = 0; p < picture.length; p++) {
      area += overlap[p];
      seen += picture[p];
    }
    return new RegionAttention(area / seen, shares);
  }

  /** {@code Σ_p |m[p]| |p ∩ picture|}. */
  static double all(float[] map, double[] picture) {
    double all = 0;
    for (int p = 0; p < map.length; p++) {
      all += Math.abs(map[p]) * picture[p];
    }
    return all;
  }

  /** share_t / areaShare; NaN where the region has no area in what the model saw. */
  public double enrichment(int token) {
    return shares[token] / areaShare;
  }
}

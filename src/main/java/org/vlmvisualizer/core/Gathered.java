package org.vlmvisualizer.core;

/**
 * Where image tokens without a cell of their own were gathered from: a resampler's learned queries
 * look at all patches of their picture. So a token's value counts as spread over the patches as its
 * attention was, and what lies on a patch is
 *
 * <pre>m_p = Σ_k value_k · attention[k, p]</pre>
 *
 * or, passed on through the tower, {@code m · vision}. The arrays are not copied. A crop is a view.
 *
 * @param attention [K, P] of each token to the patches of its crop, mean over heads; rows sum to 1
 * @param vision [B * P, P] the tower's patch-to-patch attention ({@link Trace#vision}); null to
 *     leave it out
 */
public record Gathered(float[][] attention, float[][] vision) {

  /** The same, passed on through the tower. */
  public Gathered through(float[][] tower) {
    return new Gathered(attention, tower);
  }

  /**
   * What lies on the patches of one crop.
   *
   * @param values [K] of all image tokens
   * @param crops [K] which crop each belongs to
   * @return [P]
   */
  double[] onPatches(float[] values, int[] crops, int crop) {
    double[] sums = new double[attention[0].length];
    for (int k = 0; k < values.length; k++) {
      for (int p = 0; p < sums.length && crops[k] == crop; p++) {
        sums[p] += (double) values[k] * attention[k][p];
      }
    }
    return vision == null ? sums : seen(sums, crop * sums.length);
  }

  /**
   * @param first of the crop's patches among all
   */
  private double[] seen(double[] patches, int first) {
    double[] sums = new double[patches.length];
    for (int q = 0; q < patches.length; q++) {
      for (int p = 0; p < sums.length; p++) {
        sums[p] += patches[q] * vision[first + q][p];
      }
    }
    return sums;
  }
}

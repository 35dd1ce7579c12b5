package org.vlmvisualizer.core;

/**
 * How much each patch counted for each generated token.
 *
 * @param method name of the method that made it
 * @param values [T, P]; each row sums to 1, or is all 0 where the token looked at no patch
 */
public record AttributionMap(String method, float[][] values) {

  /** A map as it was computed, in the type that maps are kept in. */
  public static float[] narrow(double[] map) {
    float[] narrow = new float[map.length];
    for (int i = 0; i < narrow.length; i++) {
      narrow[i] = (float) map[i];
    }
    return narrow;
  }
}

package org.vlmvisualizer.core;

/**
 * How much each patch counted for each generated token.
 *
 * @param method name of the method that made it
 * @param values [T, P]; each row sums to 1, or is all 0 where the token looked at no patch. Of
 *     signed maps, scores in the method's unit (logits, nats): positive where a patch speaks for
 *     the token, negative where it speaks against it
 * @param signed whether values are such scores
 */
public record AttributionMap(String method, float[][] values, boolean signed) {

  /** Of shares. */
  public AttributionMap(String method, float[][] values) {
    this(method, values, false);
  }

  /** Other values of the same method. */
  public AttributionMap with(float[][] others) {
    return new AttributionMap(method, others, signed);
  }

  /** A map as it was computed, in the type that maps are kept in. */
  public static float[] narrow(double[] map) {
    float[] narrow = new float[map.length];
    for (int i = 0; i < narrow.length; i++) {
      narrow[i] = (float) map[i];
    }
    return narrow;
  }
}

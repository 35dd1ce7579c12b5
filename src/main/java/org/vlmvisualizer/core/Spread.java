package org.vlmvisualizer.core;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Which patches each image token is made of, and how much of each: a sparse matrix [K, B * P], by
 * rows. Each row sums to 1, or has no entry: a newline, or a learned query, of which {@link
 * Gathered} tells. Patch p of crop b is column {@code b * P + p}.
 *
 * <p>The network makes the tokens' features by it, and attribution carries attention between tokens
 * and patches by it, so the two cannot disagree. The arrays are not copied.
 *
 * @param start [K + 1] where the entries of each row begin
 * @param patch of each entry; the order within a row is that in which a connector joins patches
 * @param weight of each entry
 */
public record Spread(int[] start, int[] patch, float[] weight) {

  /**
   * @throws IllegalArgumentException if the arrays disagree
   */
  public Spread {
    int entries = start[start.length - 1];
    if (start[0] != 0 || patch.length != entries || weight.length != entries) {
      throw new IllegalArgumentException(
          "Expected %d entries, found %d patches and %d weights."
              .formatted(entries, patch.length, weight.length));
    }
  }

  /** Each token is a patch, in their order. */
  public static Spread identity(int tokens) {
    float[] weight = new float[tokens];
    Arrays.fill(weight, 1);
    int[] start = IntStream.rangeClosed(0, tokens).toArray();
    return new Spread(start, IntStream.range(0, tokens).toArray(), weight);
  }

  /** K, the number of image tokens. */
  public int tokens() {
    return start.length - 1;
  }

  /** Whether each token is the patch of its own number. */
  public boolean isIdentity() {
    return IntStream.range(0, tokens())
        .allMatch(k -> start[k + 1] == k + 1 && patch[k] == k && weight[k] == 1);
  }

  /** Entries of a row at most. */
  public int most() {
    return IntStream.range(0, tokens()).map(k -> start[k + 1] - start[k]).max().orElse(0);
  }

  /**
   * How much came from each patch: values · S.
   *
   * @param values [K] per token
   * @param patches B * P
   * @return [B * P]
   */
  public double[] toPatches(double[] values, int patches) {
    double[] all = new double[patches];
    for (int k = 0; k < values.length; k++) {
      for (int e = start[k]; e < start[k + 1]; e++) {
        all[patch[e]] += values[k] * weight[e];
      }
    }
    return all;
  }

  /**
   * What lies on each token's patches: values · W with W[q, l] = S[l, q] / Σ_l' S[l', q], so that a
   * patch's value is shared out among the tokens that are made of it. What lies on patches that no
   * token is made of is left out.
   *
   * @param values [B * P] per patch
   * @return [K]
   */
  public double[] toTokens(double[] values) {
    double[] sums = new double[values.length];
    for (int e = 0; e < patch.length; e++) {
      sums[patch[e]] += weight[e];
    }
    double[] all = new double[tokens()];
    for (int k = 0; k < all.length; k++) {
      for (int e = start[k]; e < start[k + 1]; e++) {
        all[k] += sums[patch[e]] == 0 ? 0 : values[patch[e]] * weight[e] / sums[patch[e]];
      }
    }
    return all;
  }
}

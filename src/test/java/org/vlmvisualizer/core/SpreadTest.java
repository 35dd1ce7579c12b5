package org.vlmvisualizer.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpreadTest {
  /**
   * Each token is one patch, or none.
   *
   * @param patches [K] of each token; -1 for a newline
   */
  static Spread gather(int[] patches) {
    int[] start = new int[patches.length + 1];
    for (int k = 0; k < patches.length; k++) {
      start[k + 1] = start[k] + (patches[k] < 0 ? 0 : 1);
    }
    int[] some = IntStream.of(patches).filter(p -> p >= 0).toArray();
    float[] weight = new float[some.length];
    Arrays.fill(weight, 1);
    return new Spread(start, some, weight);
  }

  /** Tokens of patches 0 and 1, of none, and of 1 and 2 by unequal parts; patch 3 is in none. */
  private static final Spread SPREAD =
      new Spread(
          new int[] {0, 2, 2, 4}, new int[] {0, 1, 1, 2}, new float[] {0.5f, 0.5f, 0.25f, 0.75f});

  @Test
  void carriesTokensToPatches() {
    double[] patches = SPREAD.toPatches(new double[] {2, 9, 4}, 4);
    assertArrayEquals(new double[] {1, 1 + 1, 3, 0}, patches, 1e-12);
  }

  @Test
  void sharesPatchesOutAmongTheirTokens() {
    double[] tokens = SPREAD.toTokens(new double[] {1, 3, 5, 7});
    assertArrayEquals(new double[] {1 + 2, 0, 1 + 5}, tokens, 1e-12);
  }

  @Test
  void knowsTheIdentity() {
    assertTrue(Spread.identity(3).isIdentity());
    assertFalse(gather(new int[] {0, -1, 1}).isIdentity());
    assertFalse(SPREAD.isIdentity());
    assertEquals(2, SPREAD.most());
  }

  @Test
  void arraysMustAgree() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Spread(new int[] {0, 2}, new int[] {0}, new float[] {1}));
  }
}

package org.vlmvisualizer.attribution;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.vlmvisualizer.core.AttentionShares;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.HeadAttention;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.Layout;

/**
 * Maps of kept attention that are small enough to compute by hand: one token, layers 4 and 5, heads
 * 2 and 3, two patches. The numbers are exact in float32.
 */
class HandComputedKeptTest {
  private static final IndexRange ALL = IndexRange.ALL;

  /** Layer by layer, head by head. */
  private static final float[][] IMAGE = {{.25f, .25f, 0, .25f, 0, 0, .5f, .25f}};

  /** Of each head what lay on the first token, then on other text, then on the answer. */
  private static final float[][] REST = {{.5f, .25f, 1, 0, 0, .5f, 0, .125f, 0, 0, 0, .125f}};

  private static final float[][] VISION = {{.5f, .5f}, {.25f, .75f}};
  private static final HeadAttention KEPT =
      new HeadAttention(
          new IndexRange(4, 5),
          new IndexRange(2, 3),
          false,
          IMAGE,
          REST,
          VISION,
          Layout.of(new Grid(2, 1, 2, 1, 0, 0, 1, 1, 1)));

  private static void assertToken(
      String method,
      IndexRange layers,
      IndexRange heads,
      boolean keepFirst,
      double[] map,
      double... shares) {
    KeptMaps.TokenMap actual = new KeptMaps(KEPT, method, layers, heads, keepFirst).token(0);
    for (int p = 0; p < map.length; p++) {
      assertEquals(map[p], actual.values()[p], 1e-7);
    }
    AttentionShares s = actual.shares();
    assertArrayEquals(shares, new double[] {s.image(), s.prompt(), s.generated()}, 1e-7);
  }

  @Test
  void oneHead() {
    IndexRange layer = new IndexRange(5, 5);
    IndexRange head = new IndexRange(3, 3);
    assertToken("language", layer, head, false, new double[] {2 / 3., 1 / 3.}, .75, .125, .125);
    // 2/3 of (.5, .5) and 1/3 of (.25, .75).
    assertToken(
        "vlm-visualizer", layer, head, false, new double[] {5 / 12., 7 / 12.}, .75, .125, .125);
  }

  /** Mean (.125, .25) on the image, .375 on the first token, .25 on text. */
  @Test
  void headsAreAveragedBeforeTheFirstTokenIsDropped() {
    IndexRange layer = new IndexRange(4, 4);
    assertToken("language", layer, ALL, false, new double[] {1 / 3., 2 / 3.}, .6, .4, 0);
    assertToken("language", layer, ALL, true, new double[] {1 / 3., 2 / 3.}, .375, .625, 0);
  }

  /**
   * Layer 4 without the first token: (.2, .4) and .4 on text. Layer 5: (.25, .125) and .0625 each
   * on text and answer, divided by .5. Then their mean.
   */
  @Test
  void layersAreAveragedAfterIt() {
    assertToken(
        "language", ALL, ALL, false, new double[] {.35 / .675, .325 / .675}, .675, .2625, .0625);
  }

  /** Head 2 of layer 5 looks at nothing but the first token. */
  @Test
  void nothingButTheFirstTokenGivesZerosAndNotNaN() {
    IndexRange layer = new IndexRange(5, 5);
    IndexRange head = new IndexRange(2, 2);
    assertToken("vlm-visualizer", layer, head, false, new double[] {0, 0}, 0, 0, 0);
    assertToken("vlm-visualizer", layer, head, true, new double[] {0, 0}, 0, 1, 0);
    // With head 2 of layer 4, which counts half.
    assertToken("language", ALL, head, false, new double[] {.5, .5}, .5, 0, 0);
  }
}

package org.vlmvisualizer.attribution;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.core.AttentionShares;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.Span;
import org.vlmvisualizer.core.Spread;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.View;
import org.vlmvisualizer.core.VisionLayers;

/**
 * Attribution of traces that are small enough to compute by hand. The prompt is BOS, two patches
 * and one word; the numbers are exact in float32.
 */
class HandComputedAttributionTest {
  private static final double TOLERANCE = 1e-9;
  private static final AttentionOptions KEEP =
      new AttentionOptions(IndexRange.ALL, IndexRange.ALL, true, VisionLayers.ALL);

  private static final TokenSequence PROMPT =
      new TokenSequence(
          "<image>word",
          new int[] {1, 9, 9, 5},
          List.of("<s>", "<image>", "<image>", "word"),
          List.of(
              new Span(Span.Kind.PROMPT, 0, 1),
              new Span(Span.Kind.IMAGE, 1, 3),
              new Span(Span.Kind.PROMPT, 3, 4)));

  private static final Layout LAYOUT = Layout.of(new Grid(2, 1, 2, 1, 0, 0, 1, 1, 1));

  private static final float[][][] ROWS = { // [T, L, K]
    {{.5f, .125f, .125f, .25f}, {0, .5f, 0, .5f}},
    {{.5f, .125f, .125f, .125f, .125f}, {0, .5f, 0, .25f, .25f}}
  };
  private static final float[][] PROMPT_ROWS = {
    {1, 0, 0, 0}, {0, 1, 0, 0}, {0, .25f, .75f, 0}, {0, .5f, .25f, .25f}
  };
  private static final float[][] VISION = {{.5f, .5f}, {.25f, .75f}};

  private static Trace trace(float[][][] rows) {
    List<GeneratedToken> tokens = new ArrayList<>();
    for (int t = 0; t < rows.length; t++) {
      tokens.add(new GeneratedToken(t, "t" + t, .5));
    }
    return new Trace(PROMPT, LAYOUT, tokens, rows, PROMPT_ROWS, VISION, null, null, Map.of(), null);
  }

  private static void assertRows(double[][] expected, double[][] actual) {
    assertEquals(expected.length, actual.length);
    for (int i = 0; i < expected.length; i++) {
      assertArrayEquals(expected[i], actual[i], TOLERANCE, "row " + i);
    }
  }

  private static double[][] wide(float[][] rows) {
    double[][] wide = new double[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      wide[i] = new double[rows[i].length];
      for (int k = 0; k < rows[i].length; k++) {
        wide[i][k] = rows[i][k];
      }
    }
    return wide;
  }

  private static double[][] weights(AttentionRows rows, Trace trace) {
    double[][] weights = new double[rows.rows().length][];
    for (int t = 0; t < weights.length; t++) {
      weights[t] = rows.token(t, trace).weights(trace.layout());
    }
    return weights;
  }

  private static void assertShares(
      double image, double prompt, double generated, AttentionShares shares) {
    assertEquals(image, shares.image(), TOLERANCE);
    assertEquals(prompt, shares.prompt(), TOLERANCE);
    assertEquals(generated, shares.generated(), TOLERANCE);
  }

  /** Layer 0 without BOS: (.125, .125, .25) / .5; layer 1 as it is; then their mean. */
  @Test
  void withoutTheFirstTokenEachLayerIsDividedByTheRest() {
    AttentionRows attention = AttentionRows.of(trace(ROWS), false);
    assertRows(new double[][] {{0, .375, .125, .5}, {0, .375, .125, .25, .25}}, attention.rows());
    assertRows(new double[][] {{.75, .25}, {.75, .25}}, weights(attention, trace(ROWS)));
    List<AttentionShares> shares = attention.shares(trace(ROWS), 0);
    assertShares(.5, .5, 0, shares.get(0));
    assertShares(.5, .25, .25, shares.get(1));
  }

  @Test
  void withTheFirstTokenEachLayerIsTakenAsItIs() {
    AttentionRows attention = AttentionRows.of(trace(ROWS), true);
    assertRows(
        new double[][] {{.25, .3125, .0625, .375}, {.25, .3125, .0625, .1875, .1875}},
        attention.rows());
    assertRows(
        new double[][] {{5 / 6., 1 / 6.}, {5 / 6., 1 / 6.}}, weights(attention, trace(ROWS)));
    assertShares(.375, .625, 0, attention.shares(trace(ROWS), 0).get(0));
    assertShares(.375, .4375, .1875, attention.shares(trace(ROWS), 0).get(1));
  }

  @Test
  void attentionToNothingButTheFirstTokenGivesZerosAndNotNaN() {
    Trace sunk = trace(new float[][][] {{{1, 0, 0, 0}, {1, 0, 0, 0}}});
    AttentionRows attention = AttentionRows.of(sunk, false);
    assertRows(new double[][] {{0, 0, 0, 0}}, attention.rows());
    assertShares(0, 0, 0, attention.shares(sunk, 0).get(0));
    for (String method : List.of("vlm-visualizer", "language")) {
      assertRows(
          new double[][] {{0, 0}},
          wide(AttributionMethods.of(method, AttentionOptions.REFERENCE).attribute(sunk).values()));
    }
  }

  @Test
  void aLayerThatLooksAtNothingElseCountsAsZeros() {
    Trace half = trace(new float[][][] {{{1, 0, 0, 0}, {0, .5f, 0, .5f}}});
    assertRows(new double[][] {{0, .25, 0, .25}}, AttentionRows.of(half, false).rows());
  }

  @Test
  void aTokenThatLooksAtNoPatchHasAnEmptyMap() {
    Trace blind = trace(new float[][][] {{{0, 0, 0, 1}}});
    assertRows(new double[][] {{0, 0}}, weights(AttentionRows.of(blind, false), blind));
    assertShares(0, 1, 0, AttentionRows.of(blind, false).shares(blind, 0).get(0));
  }

  @Test
  void languageIsTheShareOfEachPatch() {
    assertRows(
        new double[][] {{.75, .25}, {.75, .25}},
        wide(
            AttributionMethods.of("language", AttentionOptions.REFERENCE)
                .attribute(trace(ROWS))
                .values()));
  }

  /** .75 · (.5, .5) + .25 · (.25, .75). */
  @Test
  void theReferenceSpreadsEachPatchOverWhatTheTowerGathered() {
    assertRows(
        new double[][] {{.4375, .5625}, {.4375, .5625}},
        wide(
            AttributionMethods.of("vlm-visualizer", AttentionOptions.REFERENCE)
                .attribute(trace(ROWS))
                .values()));
  }

  @Test
  void keepingTheFirstTokenReachesTheMap() {
    float[][] map = AttributionMethods.of("language", KEEP).attribute(trace(ROWS)).values();
    assertEquals((float) (5 / 6.), map[0][0]);
    assertEquals((float) (1 / 6.), map[1][1]);
  }

  /** Row i is the row that token i was predicted from. */
  @Test
  void theMatrixPutsPromptRowsOneLaterAndTheAnswerBehindThem() {
    assertRows(
        new double[][] {
          {1, 0, 0, 0, 0, 0},
          {1, 0, 0, 0, 0, 0},
          {0, 1, 0, 0, 0, 0},
          {0, .25, .75, 0, 0, 0},
          {0, .375, .125, .5, 0, 0},
          {0, .375, .125, .25, .25, 0}
        },
        wide(AttentionRows.of(trace(ROWS), false).matrix(trace(ROWS))));
  }

  /**
   * BOS, a tile's name, its two image tokens of two patches each, a newline: .25 of what is not on
   * BOS lies on the name, .125 on the newline.
   */
  @Test
  void newlinesAndNamesOfTilesAreMarkers() {
    Trace tiled = tiled();
    AttentionRows rows = AttentionRows.of(tiled, false);
    AttentionShares shares = rows.shares(tiled, 0).get(0);
    assertShares(.5, .125, 0, shares);
    assertEquals(.375, shares.marker(), TOLERANCE);
    assertRows(new double[][] {{.75, .25, 0}}, weights(rows, tiled));
  }

  /**
   * Patches get (.375, .375, .125, .125), look at (.4375, .0625, .0625, .1875) and .25 on a fifth
   * that no token is made of: tokens have .5 and .25, divided by .75.
   */
  @Test
  void theReferenceGoesFromTokensToPatchesAndBack() {
    AttributionMethod method = AttributionMethods.of("vlm-visualizer", AttentionOptions.REFERENCE);
    assertRows(new double[][] {{2 / 3f, 1 / 3f, 0}}, wide(method.attribute(tiled()).values()));
  }

  private static Trace tiled() {
    TokenSequence prompt =
        new TokenSequence(
            "<row_1_col_1><image>word",
            new int[] {1, 7, 9, 9, 9, 5},
            List.of("<s>", "<row_1_col_1>", "<image>", "<image>", "<image>", "word"),
            List.of(
                new Span(Span.Kind.PROMPT, 0, 1),
                new Span(Span.Kind.MARKER, 1, 2),
                new Span(Span.Kind.IMAGE, 2, 5),
                new Span(Span.Kind.PROMPT, 5, 6)));
    Layout layout =
        new Layout(
            List.of(new View(0, View.TILES, new Grid(2, 1, 2, 1, 0, 0, 1, 1, 1))),
            new int[] {0, 0, -1},
            new int[] {0, 1, -1},
            new Spread(
                new int[] {0, 2, 4, 4}, new int[] {0, 1, 2, 3}, new float[] {.5f, .5f, .5f, .5f}));
    float[][][] rows = {{{.5f, .125f, .1875f, .0625f, .0625f, .0625f}}};
    float[][] vision = {
      {1, 0, 0, 0, 0},
      {0, 0, 0, .5f, .5f},
      {.5f, .25f, .25f, 0, 0},
      {0, .25f, .25f, 0, .5f},
      {0, 0, 0, 0, 1}
    };
    return new Trace(
        prompt,
        layout,
        List.of(new GeneratedToken(0, "t", .5)),
        rows,
        null,
        vision,
        null,
        null,
        Map.of(),
        null);
  }
}

package org.vlmvisualizer.attribution;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.AnswerProbe;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.HeadMap;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.MapCheck;
import org.vlmvisualizer.core.Replayed;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.Span;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.VisionLayers;

/**
 * Each method on traces that are small enough to compute by hand. The prompt is BOS, a picture of 2
 * × 2 patches of a pixel each, and two words; the answer has two tokens, 8 and 9.
 */
class HandComputedMethodsTest {
  private static final double TOLERANCE = 1e-7;
  private static final int[] IMAGE = {1, 2, 3, 4};
  private static final TokenSequence PROMPT =
      new TokenSequence(
          "<image>two words",
          new int[] {1, 7, 7, 7, 7, 5, 6},
          List.of("<s>", "<image>", "<image>", "<image>", "<image>", "two", "words"),
          List.of(
              new Span(Span.Kind.PROMPT, 0, 1),
              new Span(Span.Kind.IMAGE, 1, 5),
              new Span(Span.Kind.PROMPT, 5, 7)));
  private static final Grid GRID = new Grid(2, 2, 2, 2, 0, 0, 1, 1, 1);
  private static final Layout LAYOUT = Layout.of(GRID);
  private static final List<GeneratedToken> TOKENS =
      List.of(new GeneratedToken(8, "a", .5), new GeneratedToken(9, "b", .5));

  /** Rows that are told nothing of but that each looks at the first patch only. */
  private static final float[][][] ROWS = {{{0, 1, 0, 0, 0, 0, 0}}, {{0, 1, 0, 0, 0, 0, 0, 0}}};

  private static Trace trace(float[][][] rows, HeadMap.Made[] headMaps, Replayed replayed) {
    return new Trace(
        PROMPT, LAYOUT, TOKENS, rows, null, null, null, null, headMaps, null, replayed, Map.of(),
        null);
  }

  private static float[][] values(String method, Trace trace, AnswerProbe probe) {
    return AttributionMethods.of(method, AttentionOptions.REFERENCE)
        .attribute(trace, probe)
        .values();
  }

  private static void assertMap(double[] expected, float[] actual) {
    double[] wide = new double[actual.length];
    Arrays.setAll(wide, i -> actual[i]);
    assertArrayEquals(expected, wide, TOLERANCE);
  }

  @Test
  void logitAttributionIsTheImageTokensPartOfTheLogit() {
    float[][] logits = {{9, 1, -2, 0, .5f, 9, 9, 0}, {9, 0, 0, -1, 3, 9, 9, 9}};
    Replayed replayed = new Replayed(logits, null, null, null);
    float[][] found = values("logit-attribution", trace(ROWS, null, replayed), null);
    assertMap(new double[] {1, -2, 0, .5}, found[0]);
    assertMap(new double[] {0, 0, -1, 3}, found[1]);
  }

  @Test
  void valueNormsAreSharesOfEachLayerWithoutTheFirstToken() {
    float[][][] norms = {
      {{90, 1, 1, 0, 0, 2, 0, 0}, {5, 0, 0, 3, 0, 0, 1, 0}},
      {{0, 0, 0, 0, 0, 0, 0, 1}, {0, 0, 0, 0, 0, 0, 0, 1}}
    };
    Replayed replayed = new Replayed(null, norms, null, null);
    float[][] found = values("value-norm", trace(ROWS, null, replayed), null);
    // Layers: (1/4, 1/4, 0, 0) and (0, 0, 3/4, 0); their mean, divided by 5/8.
    assertMap(new double[] {.2, .2, .6, 0}, found[0]);
    assertMap(new double[] {0, 0, 0, 0}, found[1]); // nothing on the picture, and no NaN
  }

  @Test
  void rolloutIsARowOfTheProduct() {
    float[][] rolled = {{.4f, .1f, .2f, .1f, 0, .1f, .1f, 0}, {.5f, 0, 0, 0, .25f, 0, 0, .25f}};
    float[][] found =
        values("rollout", trace(ROWS, null, new Replayed(null, null, rolled, null)), null);
    assertMap(new double[] {.25, .5, .25, 0}, found[0]);
    assertMap(new double[] {0, 0, 0, 1}, found[1]);
  }

  @Test
  void relativeAttentionIsDividedByThatOfAGeneralQuestion() {
    float[][][] rows = {{{.5f, .2f, .1f, .1f, 0, .1f, 0}}, {{.5f, 0, 0, 0, .5f, 0, 0, 0}}};
    float[][][] general = {{{.5f, .2f, .1f, .05f, .05f, .1f, 0}}, {{1, 0, 0, 0, 0, 0, 0, 0}}};
    Probe probe = new Probe();
    probe.general = trace(general, null, Replayed.NOTHING);
    float[][] found = values("relative", trace(rows, null, Replayed.NOTHING), probe);
    assertEquals("Write a general description of the image.", probe.asked);
    // Without the first token (.4, .2, .2, 0) by (.4, .2, .1, .1); a tenth of the median .15.
    double[] ratio = {.4 / .415, .2 / .215, .2 / .115, 0};
    double sum = ratio[0] + ratio[1] + ratio[2];
    assertMap(new double[] {ratio[0] / sum, ratio[1] / sum, ratio[2] / sum, 0}, found[0]);
    assertMap(new double[] {0, 0, 0, 1}, found[1]);
  }

  @Test
  void tokenActivationTakesAwayWhatEarlierWordsAreReadAt() {
    // Columns: the ids 5, 6, 8, 9. Rows: BOS, four patches, "two" 5, "words" 6, "a" 8.
    float[][] similarity = {
      {0, 0, 0, 0},
      {1, 0, 4, 1},
      {1, 0, 4, 0},
      {1, 0, 4, 0},
      {1, 0, 4, 0},
      {0, 0, 2, 3},
      {0, 0, 5, 1},
      {0, 0, 7, 9}
    };
    Map<Integer, Integer> columns = Map.of(5, 0, 6, 1, 8, 2, 9, 3);
    int[] ids = {1, 7, 7, 7, 7, 5, 6, 8, 9};
    Replayed replayed =
        new Replayed(null, null, null, new Replayed.Similarity(ids, columns, similarity));
    float[][] found = values("tam", trace(ROWS, null, replayed), null);
    // Token 8 is even, 4; "two" with weight 2 is even, 1: all of it is taken away.
    assertMap(new double[] {0, 0, 0, 0}, found[0]);
    // Token 9 is (1, 0, 0, 0). "two" with weight 3, and 8 with weight 1 at the row that predicted
    // it: J = (3 + 4) / 4 everywhere, so s J = 1/4: (3/4, 0, 0, 0), then the filter.
    double[] map = RankGaussian.filter(new double[] {.75, 0, 0, 0}, 2);
    double sum = Arrays.stream(map).sum();
    assertMap(Arrays.stream(map).map(v -> v / sum).toArray(), found[1]);
  }

  @Test
  void theRankFilterWeighsByRankAndMirrors() {
    // Of 3 x 3 with one hot cell in the middle, the middle's window has mean 1 and deviation √8.
    double[] cells = {0, 0, 0, 0, 9, 0, 0, 0, 0};
    double[] found = RankGaussian.filter(cells, 3);
    double weights = 1;
    for (int rank = 1; rank <= 4; rank++) {
      weights += 2 * Math.exp(-rank * rank / 16.0);
    }
    assertEquals(9 * Math.exp(-16 / 16.0) / weights, found[4], TOLERANCE);
    // A corner's window, mirrored, has the hot cell four times: ranks 1 to 4, mean 4, variance 20.
    double relative = 20.0 / 16;
    double hot = 0;
    double all = 0;
    for (int rank = -4; rank <= 4; rank++) {
      double weight = Math.exp(-rank * rank / (2 * relative));
      all += weight;
      hot += rank > 0 ? weight : 0;
    }
    assertEquals(9 * hot / all, found[0], TOLERANCE);
    assertArrayEquals(
        new double[] {2, 2, 2, 2}, RankGaussian.filter(new double[] {2, 2, 2, 2}, 2), 0);
    assertArrayEquals(new double[] {3}, RankGaussian.filter(new double[] {3}, 1), 0);
  }

  @Test
  void theElbowLiesFarthestFromTheChord() {
    // 0, 0.1, 0.2, 1 by the chord 0, 1/3, 2/3, 1: distances 0, .23, .47, 0.
    assertEquals(.2, LocalizationHeads.elbow(new double[] {.2, 1, 0, .1}));
    assertEquals(.5, LocalizationHeads.elbow(new double[] {.5, .5, .5}));
    assertEquals(.7, LocalizationHeads.elbow(new double[] {.7}));
  }

  @Test
  void localizationHeadsAreStrongAndInOnePiece() {
    Layout row = Layout.of(new Grid(5, 1, 5, 1, 0, 0, 1, 1, 1));
    float[] heads = {
      .5f, 0, 0, 0, .5f, // strong, in two pieces: ln 2
      0, .5f, .5f, 0, 0, // strong, in one piece
      .9f, 0, 0, 0, 0, // in one piece
      .01f, 0, 0, 0, 0, // weak
      .2f, .2f, .2f, .2f, .2f, // even: visible nowhere
    };
    // Sums 1, 1, .9, .01, 1: the elbow is at .9.
    assertArrayEquals(new int[] {1, 2, 0}, LocalizationHeads.choose(heads, 5, row));
    // .5 + .9 on the first, .5 on the second, third and last, divided by 2.9.
    assertMap(new double[] {1.4 / 2.9, .5 / 2.9, .5 / 2.9, 0, .5 / 2.9}, located(heads, 5, row));
    float[] few = {0, 0, 0, 0, 0, .1f, 0, 0, 0, 0};
    assertMap(new double[] {1, 0, 0, 0, 0}, located(few, 2, row));
  }

  private static float[] located(float[] heads, int rows, Layout layout) {
    return new LocalizationHeads(AttentionOptions.REFERENCE)
        .map(heads, new IndexRange(0, 0), new IndexRange(0, rows - 1), layout)
        .values();
  }

  @Test
  void givenLocalizationHeadsAreThoseThatAreRead() {
    Layout row = Layout.of(new Grid(2, 1, 2, 1, 0, 0, 1, 1, 1));
    float[] heads = {1, 0, .1f, .3f, 0, 1, .5f, .5f}; // two layers of two heads
    AttentionOptions given =
        AttentionOptions.REFERENCE.locating(LocalizationChoice.parse("5.3,4.3").heads());
    HeadMap.Made made =
        new LocalizationHeads(given).map(heads, new IndexRange(4, 5), new IndexRange(2, 3), row);
    assertMap(new double[] {.6 / 1.4, .8 / 1.4}, made.values());
    assertArrayEquals(
        new HeadMap.Head[] {new HeadMap.Head(5, 3), new HeadMap.Head(4, 3)}, made.heads());
    AttentionOptions elsewhere =
        AttentionOptions.REFERENCE.locating(LocalizationChoice.parse("6.2").heads());
    assertThrows(
        InputException.class,
        () ->
            new LocalizationHeads(elsewhere)
                .map(heads, new IndexRange(4, 5), new IndexRange(2, 3), row));
    for (String text : List.of("", "1", "1.2,", "a.b", "layer", "1.2;3.4")) {
      assertThrows(InputException.class, () -> LocalizationChoice.parse(text), text);
    }
    assertEquals("1.2,3.4", LocalizationChoice.parse("1.2,3.4").toString());
  }

  @Test
  void piecesTouchAtCorners() {
    Layout square = Layout.of(new Grid(3, 3, 3, 3, 0, 0, 1, 1, 1));
    Pieces pieces = new Pieces(square);
    float[] diagonal = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    assertEquals(0, pieces.entropy(diagonal, 0, 3, .001));
    float[] apart = {1, 0, 1, 0, 0, 0, 1, 0, 1};
    assertEquals(Math.log(4), pieces.entropy(apart, 0, 4, .001), TOLERANCE);
    assertEquals(Double.POSITIVE_INFINITY, pieces.entropy(new float[9], 0, 0, .001));
  }

  @Test
  void occlusionIsWhatAHiddenWindowCosts() {
    Probe probe = new Probe();
    AttentionOptions single =
        new AttentionOptions(
            IndexRange.ALL,
            IndexRange.ALL,
            false,
            VisionLayers.ALL,
            Sinks.KEEP,
            OcclusionWindow.parse("1"),
            List.of());
    List<TokenMaps> maps =
        AttributionMethods.of("occlusion", single).maps(trace(ROWS, null, Replayed.NOTHING), probe);
    // ln p of token t is t - 1 at the first pixel's red, which hiding makes 80 of 90.
    assertTrue(maps.get(0).map().signed());
    assertMap(new double[] {-10, 0, 0, 0}, maps.get(0).values(0));
    assertMap(new double[] {0, 0, 0, 0}, maps.get(0).values(1));
    // Two by two cells are all there is: one window.
    maps =
        AttributionMethods.of("occlusion", AttentionOptions.REFERENCE)
            .maps(trace(ROWS, null, Replayed.NOTHING), probe);
    assertMap(new double[] {-10, -10, -10, -10}, maps.get(0).values(0));
  }

  @Test
  void tokenOcclusionHidesTheTokensOfAWindow() {
    Probe probe = new Probe();
    AttentionOptions overlapping =
        new AttentionOptions(
            IndexRange.ALL,
            IndexRange.ALL,
            false,
            VisionLayers.ALL,
            Sinks.KEEP,
            OcclusionWindow.parse("2/1"),
            List.of());
    List<TokenMaps> maps =
        AttributionMethods.of("token-occlusion", overlapping)
            .maps(trace(ROWS, null, Replayed.NOTHING), probe);
    assertEquals(
        List.of("[0, 1, 2, 3]", "[1, 3]", "[2, 3]", "[3]"),
        probe.hidden.stream().map(Arrays::toString).toList());
    // Each hidden token costs its number: windows cost 6, 4, 5 and 3.
    assertMap(
        new double[] {6, (6 + 4) / 2., (6 + 5) / 2., (6 + 4 + 5 + 3) / 4.}, maps.get(0).values(0));
  }

  @Test
  void windowsThatCannotBeAreRefused() {
    for (String text : List.of("0", "2/3", "a", "", "65", "2/0", "-1")) {
      assertThrows(InputException.class, () -> OcclusionWindow.parse(text), text);
    }
    assertEquals("3/1", OcclusionWindow.parse(" 3/1 ").toString());
    assertEquals("2", OcclusionWindow.parse("2/2").toString());
  }

  @Test
  void aMapIsCheckedByItsHighestTenth() {
    Probe probe = new Probe();
    Trace trace = trace(ROWS, null, Replayed.NOTHING);
    List<TokenMaps> maps =
        AttributionMethods.of("language", AttentionOptions.REFERENCE).maps(trace, null);
    // The highest of four cells is the first: 90 stays where it is shown, 80 where it is hidden.
    MapCheck check = Faithfulness.of(maps, 0, probe);
    assertEquals(Math.exp(-90), check.only(), 1e-45);
    assertEquals(Math.exp(-80), check.without(), 1e-40);
    assertTrue(check.faithfulness() < 0);
    RgbPicture only = Faithfulness.only(probe.pictures(), maps, 0).get(0);
    assertArrayEquals(new int[] {90, 80, 80, 80}, reds(only));
    RgbPicture without = Faithfulness.without(probe.pictures(), maps, 0).get(0);
    assertArrayEquals(new int[] {80, 10, 60, 80}, reds(without));
  }

  private static int[] reds(RgbPicture picture) {
    return new int[] {
      picture.get(0, 0, 0), picture.get(1, 0, 0), picture.get(0, 1, 0), picture.get(1, 1, 0)
    };
  }

  /**
   * A model to which token t of an answer is ln p = (t - 1) * red of the first pixel; its median of
   * 90, 10, 60, 80 is 80, the upper one.
   */
  private static final class Probe implements AnswerProbe {
    private final RgbPicture picture =
        new RgbPicture(2, 2, new byte[] {90, 0, 0, 10, 0, 0, 60, 0, 0, 80, 0, 0});
    private final List<int[]> hidden = new ArrayList<>();
    private Trace general;
    private String asked;

    @Override
    public List<RgbPicture> pictures() {
      return List.of(picture);
    }

    @Override
    public void update(String stage, int done, int total) {}

    @Override
    public double[] logProbabilities(List<RgbPicture> pictures) {
      int red = pictures.get(0).get(0, 0, 0);
      return new double[] {-red, 0};
    }

    @Override
    public double[][] logProbabilitiesWithout(List<int[]> sets) {
      hidden.addAll(sets);
      return sets.stream()
          .map(set -> new double[] {-90 - Arrays.stream(set).sum(), 0})
          .toArray(double[][]::new);
    }

    @Override
    public Trace ask(String question) {
      asked = question;
      return general;
    }

    @Override
    public float[][] integratedGradients(int steps) {
      return new float[][] {new float[IMAGE.length], new float[IMAGE.length]};
    }
  }

  @Test
  void methodsThatCannotLeaveOutSinksRefuseTo() {
    AttentionOptions without = AttentionOptions.REFERENCE.with(Sinks.REMOVE);
    List<String> obeying = AttributionMethods.names(Sinks.REMOVE);
    for (String name : AttributionMethods.names()) {
      if (obeying.contains(name)) {
        assertEquals(name, AttributionMethods.of(name, without).name());
      } else {
        String sentence =
            assertThrows(InputException.class, () -> AttributionMethods.of(name, without))
                .getMessage();
        PlainSentence.check(sentence);
        assertTrue(sentence.contains("method " + name + ","), sentence);
      }
    }
  }
}

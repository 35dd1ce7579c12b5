package org.vlmvisualizer.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vlmvisualizer.Golden.difference;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.DemoPictures;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.attribution.AttentionOptions;
import org.vlmvisualizer.attribution.AttributionMethods;
import org.vlmvisualizer.attribution.KeptMaps;
import org.vlmvisualizer.attribution.Sinks;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Keep;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.core.TokenSequence;

/** A model whose image tokens are learned queries, the whole way: maps, or a refusal by name. */
class LearnedQueriesTest {
  private static final String QUESTION = "What is in the picture?";
  private static final Set<String> REFUSED = Set.of("tam", "localization-heads", "token-occlusion");
  private static final Set<String> SIGNED =
      Set.of("logit-attribution", "occlusion", "integrated-gradients");
  private static AttentionModel model;

  @BeforeAll
  static void open() {
    model = DemoPictures.open(Checkpoint.open(new Golden("families/qwen-vl-one").checkpoint()));
  }

  @AfterAll
  static void close() {
    model.close();
  }

  static List<String> names() {
    return AttributionMethods.names();
  }

  private static RgbPicture picture(int width, int height, int seed) {
    byte[] rgb = new byte[3 * width * height];
    new java.util.Random(seed).nextBytes(rgb);
    return new RgbPicture(width, height, rgb);
  }

  private static final List<RgbPicture> TWO = List.of(picture(40, 30, 1), picture(24, 36, 2));

  private static Analysis ask(List<RgbPicture> pictures, AnalysisRequest request) {
    return model.analyze(pictures, false, request, Progress.NONE);
  }

  private static AnalysisRequest request(String method) {
    return Defaults.coarse(Defaults.request(QUESTION, method, 4), 3);
  }

  @ParameterizedTest
  @MethodSource("names")
  void makesMapsOfPatchesOrRefuses(String method) {
    if (REFUSED.contains(method)) {
      String sentence =
          assertThrows(InputException.class, () -> ask(TWO, request(method))).getMessage();
      PlainSentence.check(sentence);
      assertTrue(sentence.contains("method=" + method), sentence);
      assertThrows(
          InputException.class, () -> AttentionModel.check(model.checkpoint(), request(method)));
      return;
    }
    Analysis asked = ask(TWO, request(method));
    assertEquals(2, asked.maps().size());
    for (int t = 0; t < asked.tokens().size(); t++) {
      double sum = 0;
      double largest = 0;
      for (TokenMaps maps : asked.maps()) {
        assertEquals(6, maps.grid().columns());
        for (float value : maps.values(t)) {
          sum += value;
          largest = Math.max(largest, Math.abs(value));
        }
      }
      assertTrue(largest > 0 && Double.isFinite(sum));
      assertTrue(SIGNED.contains(method) || Math.abs(sum - 1) < 1e-5, method + ": " + sum);
    }
    int[] ids = GeneratedToken.ids(asked.tokens());
    Analysis again = model.again(TWO, false, asked.request(), ids, Progress.NONE);
    assertEquals(
        0, difference(asked.maps().get(1).values(1), again.maps().get(1).values(1)), method);
  }

  @ParameterizedTest
  @EnumSource(
      value = Sinks.class,
      names = {"MARK", "REMOVE"})
  void refusesToTellWhereSinksAre(Sinks sinks) {
    AttentionOptions plain = AttentionOptions.REFERENCE;
    AnalysisRequest request =
        Defaults.with(
            request("language"),
            new AttentionOptions(
                plain.layers(),
                plain.heads(),
                plain.keepFirst(),
                plain.vision(),
                sinks,
                plain.window(),
                plain.localization()));
    String sentence =
        assertThrows(InputException.class, () -> ask(TWO.subList(0, 1), request)).getMessage();
    PlainSentence.check(sentence);
    assertTrue(sentence.contains("sinks="), sentence);
  }

  @ParameterizedTest
  @ValueSource(strings = {"language", "vlm-visualizer"})
  void keptHeadsGiveTheSameMaps(String method) {
    AnalysisRequest plain = request(method);
    AnalysisRequest keeping =
        new AnalysisRequest(
            plain.question(),
            method,
            plain.options(),
            Keep.HEADS,
            plain.template(),
            plain.keepSystem(),
            plain.fit(),
            plain.tiles(),
            plain.length(),
            plain.matrix(),
            plain.earlier());
    Analysis run = ask(TWO.subList(0, 1), keeping);
    TokenMaps own = run.maps().get(0);
    TokenMaps kept = KeptMaps.of(run.kept(), own, IndexRange.ALL, IndexRange.ALL, false);
    for (int t = 0; t < own.size(); t++) {
      assertTrue(difference(own.values(t), kept.values(t)) < 1e-6);
    }
  }

  /** What is checked of maps reads their cells. */
  @Test
  void checksItsMaps() {
    AnalysisRequest request =
        Defaults.with(request("vlm-visualizer"), "a cell", new Checks(true, true, true));
    Analysis asked = ask(TWO.subList(0, 1), request);
    GeneratedToken token =
        asked.tokens().stream().filter(t -> t.check() != null).findFirst().orElseThrow();
    assertTrue(Double.isFinite(token.check().faithfulness()));
    assertTrue(asked.tokens().stream().allMatch(t -> t.origin() != null));
  }

  /** Another picture, and the tower, move the maps. */
  @Test
  void mapsHangOnThePicture() {
    AnalysisRequest given = Defaults.with(request("language"), "a cell", Checks.NONE);
    float[] first = ask(List.of(picture(40, 30, 1)), given).maps().get(0).values(0);
    float[] second = ask(List.of(picture(40, 30, 3)), given).maps().get(0).values(0);
    assertNotEquals(0, difference(first, second));
  }

  @Test
  void namesTheLengthThatItWasTrainedWith() {
    List<RgbPicture> many = Collections.nCopies(90, picture(8, 8, 1));
    String sentence =
        assertThrows(InputException.class, () -> ask(many, request("language"))).getMessage();
    PlainSentence.check(sentence);
    assertTrue(sentence.contains("at most 2048") && sentence.contains("seq_length"), sentence);
  }

  @Test
  void numbersPictures() {
    TokenSequence prompt = ask(TWO, request("language")).prompt();
    String text = prompt.text();
    assertTrue(
        text.contains(
            "Picture 1: <img><imgpad></img>\nPicture 2: <img><imgpad></img>\n" + QUESTION),
        text);
  }
}

package org.vlmvisualizer.analysis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.DemoPictures;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.attribution.AttributionMethods;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Keep;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.TokenMaps;

/** Each method by its name, the whole way from pictures to maps. */
class EveryMethodTest {
  private static final Set<String> SIGNED =
      Set.of("logit-attribution", "occlusion", "token-occlusion", "integrated-gradients");
  private static final Set<String> OF_ROWS =
      Set.of("vlm-visualizer", "language", "localization-heads");
  private static AttentionModel demo;
  private static AttentionModel tiles;
  private static AttentionModel several;

  @BeforeAll
  static void open() {
    demo = DemoPictures.open();
    tiles = golden("families/smolvlm-tiles");
    several = golden("families/interleave-qwen2");
  }

  private static AttentionModel golden(String name) {
    return DemoPictures.open(Checkpoint.open(new Golden(name).checkpoint()));
  }

  @AfterAll
  static void close() {
    List.of(demo, tiles, several).forEach(AttentionModel::close);
  }

  static List<String> names() {
    return AttributionMethods.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void makesMapsOfAPictureAndTheSameAgain(String method) {
    List<RgbPicture> pictures = List.of(DemoPictures.read("page-1.png"));
    Analysis asked = run(demo, pictures, method, 1);
    assertEquals("The page says market", asked.answer());
    // By another method, the answer known from before.
    int[] ids = asked.tokens().stream().mapToInt(GeneratedToken::id).toArray();
    run(demo, pictures, "language", 1);
    Analysis again = demo.again(pictures, false, asked.request(), ids, Progress.NONE);
    assertEquals(asked.tokens(), again.tokens());
    assertEquals(asked.ended(), again.ended());
    assertArrayEquals(
        asked.maps().get(0).map().values(), again.maps().get(0).map().values(), method);
    assertEquals(asked.maps().get(0).shares(), again.maps().get(0).shares());
  }

  @ParameterizedTest
  @MethodSource("names")
  void makesMapsOfSeveralViews(String method) {
    Analysis asked = run(tiles, List.of(picture(90, 60, 1)), method, 1);
    int views = asked.maps().get(0).views().size();
    assertTrue(method.endsWith("occlusion") ? views == 0 : views > 1, views + " views");
  }

  @ParameterizedTest
  @MethodSource("names")
  void makesMapsOfTwoPictures(String method) {
    run(several, List.of(picture(40, 30, 1), picture(24, 36, 2)), method, 2);
  }

  @ParameterizedTest
  @MethodSource("names")
  void keepsHeadsOnlyWhereMapsAreMadeOfRows(String method) {
    AnalysisRequest request = Defaults.request(DemoPictures.QUESTION, method, 2);
    if (OF_ROWS.contains(method)) {
      assertEquals(Keep.HEADS, keeping(request).keep());
      return;
    }
    String sentence = assertThrows(InputException.class, () -> keeping(request)).getMessage();
    PlainSentence.check(sentence);
    assertTrue(sentence.contains(method), sentence);
  }

  private static AnalysisRequest keeping(AnalysisRequest plain) {
    return new AnalysisRequest(
        plain.question(),
        plain.method(),
        plain.options(),
        Keep.HEADS,
        plain.template(),
        plain.keepSystem(),
        plain.fit(),
        plain.tiles(),
        plain.length(),
        plain.matrix(),
        plain.earlier());
  }

  private static Analysis run(
      AttentionModel model, List<RgbPicture> pictures, String method, int frames) {
    AnalysisRequest request =
        Defaults.coarse(Defaults.request(DemoPictures.QUESTION, method, 4), model == demo ? 8 : 2);
    Analysis asked = model.analyze(pictures, false, request, Progress.NONE);
    assertEquals(frames, asked.maps().size());
    double[] sums = new double[asked.tokens().size()];
    double largest = 0;
    for (int frame = 0; frame < frames; frame++) {
      TokenMaps maps = asked.maps().get(frame);
      assertEquals(method, maps.map().method());
      assertEquals(SIGNED.contains(method), maps.signed());
      assertEquals(pictures.get(frame).width(), maps.grid().sourceWidth());
      assertEquals(asked.tokens().size(), maps.map().values().length);
      for (int t = 0; t < sums.length; t++) {
        assertEquals(maps.grid().size(), maps.values(t).length);
        for (float value : maps.values(t)) {
          assertTrue(Float.isFinite(value), method + ": " + value);
          assertTrue(maps.signed() || value >= 0, method + ": " + value);
          sums[t] += value;
          largest = Math.max(largest, Math.abs(value));
        }
      }
    }
    assertNotEquals(0, largest);
    for (double sum : sums) {
      assertTrue(SIGNED.contains(method) || sum == 0 || Math.abs(sum - 1) < 1e-5, "" + sum);
    }
    return asked;
  }

  private static RgbPicture picture(int width, int height, int seed) {
    byte[] rgb = new byte[3 * width * height];
    new java.util.Random(seed).nextBytes(rgb);
    return new RgbPicture(width, height, rgb);
  }
}

package org.vlmvisualizer.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vlmvisualizer.Golden.difference;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.attribution.AttentionOptions;
import org.vlmvisualizer.attribution.KeptMaps;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.AttentionShares;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.HeadAttention;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Keep;
import org.vlmvisualizer.core.MatrixChoice;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.core.VisionLayers;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.picture.ImageInput;

/**
 * Maps of some layers and heads from what one run kept are those of a run that reads these alone.
 */
class KeptAttentionTest {
  private static final double TOLERANCE = 1e-6;
  private static final IndexRange ALL = IndexRange.ALL;

  private AttentionModel model;
  private RgbPicture picture;
  private Fit fit;

  @AfterEach
  void close() {
    model.close();
  }

  /** A golden checkpoint, or the demo. */
  private void open(String name) {
    boolean demo = name.equals(Checkpoint.DEMO);
    String folder = demo ? name : Golden.ROOT.resolve(name + "/checkpoint").toString();
    Path file =
        demo
            ? Path.of("src/main/resources/demo-images/page.png")
            : Golden.ROOT.resolve(name + "/picture.png");
    fit = name.contains("crop") ? Fit.CROP : Fit.PAD;
    picture = ImageInput.open(file.toString()).picture();
    model = AttentionModel.open(Checkpoint.find(folder), "cpu", Precision.FLOAT32, Progress.NONE);
  }

  private Analysis ask(
      String method, IndexRange layers, IndexRange heads, boolean keepFirst, Keep keep) {
    AttentionOptions options = new AttentionOptions(layers, heads, keepFirst, VisionLayers.ALL);
    return model.analyze(
        picture,
        new AnalysisRequest(
            "What is it?",
            method,
            options,
            keep,
            "auto",
            false,
            fit,
            true,
            5,
            MatrixChoice.SHORT,
            List.of()),
        Progress.NONE);
  }

  /** Whatever the run's own layers and first token were, as long as it kept what is read. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama-mha",
        "llama-gqa-sharded",
        "mistral-gqa-bfloat16",
        "llama-crop-eos",
        "llama-layers",
        "original-mistral-identity",
        "demo"
      })
  void someLayersAndHeadsAreAsInARunOfTheirOwn(String name) {
    open(name);
    for (String method : List.of("vlm-visualizer", "language", "localization-heads")) {
      Analysis run = ask(method, ALL, ALL, false, Keep.HEADS);
      HeadAttention kept = run.kept();
      IndexRange lastLayer = new IndexRange(-1, -1);
      IndexRange middle = new IndexRange(1, kept.heads().last() - 1);
      for (boolean first : new boolean[] {false, true}) {
        check(run, ask(method, ALL, ALL, first, Keep.NOTHING), ALL, ALL, first);
        check(run, ask(method, lastLayer, ALL, first, Keep.NOTHING), lastLayer, ALL, first);
        check(run, ask(method, lastLayer, middle, first, Keep.NOTHING), lastLayer, middle, first);
        IndexRange zero = new IndexRange(0, 0);
        check(run, ask(method, zero, zero, first, Keep.NOTHING), zero, zero, first);
      }
    }
  }

  private static void check(
      Analysis run, Analysis alone, IndexRange layers, IndexRange heads, boolean keepFirst) {
    TokenMaps maps = KeptMaps.of(run.kept(), run.maps().get(0), layers, heads, keepFirst);
    assertEquals(alone.maps().get(0).tokens().size(), maps.size());
    assertEquals(alone.maps().get(0).map().method(), maps.map().method());
    String what = "layers %s, heads %s, first %s".formatted(layers, heads, keepFirst);
    for (int t = 0; t < maps.size(); t++) {
      double difference = difference(alone.maps().get(0).values(t), maps.values(t));
      assertTrue(difference <= TOLERANCE, what + ": map differs by " + difference);
      AttentionShares expected = alone.maps().get(0).shares().get(t);
      AttentionShares actual = maps.shares().get(t);
      assertEquals(expected.image(), actual.image(), TOLERANCE, what);
      assertEquals(expected.prompt(), actual.prompt(), TOLERANCE, what);
      assertEquals(expected.generated(), actual.generated(), TOLERANCE, what);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama-mha", "llama-gqa-sharded", "demo"})
  void layersAloneGiveTheMapsOfAnyLayers(String name) {
    open(name);
    Analysis run = ask("vlm-visualizer", ALL, ALL, false, Keep.LAYERS);
    assertTrue(run.kept().averaged());
    for (boolean first : new boolean[] {false, true}) {
      for (IndexRange layers : List.of(ALL, new IndexRange(0, 0), new IndexRange(-1, -1))) {
        Analysis alone = ask("vlm-visualizer", layers, ALL, first, Keep.NOTHING);
        check(run, alone, layers, ALL, first);
      }
    }
    refused(run, ALL, new IndexRange(0, 0));
  }

  /** Numbers of layers and heads stay those of the model. */
  @ParameterizedTest
  @ValueSource(strings = {"llama-gqa-sharded"})
  void aRunOfSomeHeadsKeepsThem(String name) {
    open(name);
    IndexRange lastLayer = new IndexRange(-1, -1);
    Analysis run = ask("vlm-visualizer", lastLayer, new IndexRange(1, 2), true, Keep.HEADS);
    check(run, run, ALL, ALL, true);
    IndexRange one = new IndexRange(2, 2);
    check(run, ask("vlm-visualizer", lastLayer, one, false, Keep.NOTHING), lastLayer, one, false);
    assertTrue(refused(run, ALL, new IndexRange(0, 1)).contains("within 1-2, found 0-1"));
    assertTrue(refused(run, new IndexRange(0, 0), ALL).contains("layers"));
  }

  private static String refused(Analysis run, IndexRange layers, IndexRange heads) {
    String sentence =
        assertThrows(
                InputException.class,
                () -> KeptMaps.of(run.kept(), run.maps().get(0), layers, heads, false))
            .getMessage();
    PlainSentence.check(sentence);
    return sentence;
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama-mha", "llama-gqa-sharded", "demo"})
  void everyKeptRowSumsToOne(String name) {
    open(name);
    assertNull(ask("language", ALL, ALL, false, Keep.NOTHING).kept());
    for (Keep keep : List.of(Keep.LAYERS, Keep.HEADS)) {
      HeadAttention kept = ask("language", ALL, ALL, false, keep).kept();
      assertNull(kept.vision());
      for (int t = 0; t < kept.size(); t++) {
        for (int l = 0; l < kept.layers().size(); l++) {
          for (int h = 0; h < kept.rowsPerLayer(); h++) {
            assertEquals(1, sum(kept, t, l, h), TOLERANCE);
          }
        }
      }
    }
    assertNotNull(ask("vlm-visualizer", ALL, ALL, false, Keep.LAYERS).kept().vision());
  }

  private static double sum(HeadAttention kept, int token, int layer, int head) {
    double sum = 0;
    for (int s = 0; s < HeadAttention.SUMS; s++) {
      sum += kept.rest(token, s, layer, head);
    }
    for (int p = 0; p < kept.recorded(); p++) {
      sum += kept.image()[token][kept.offset(layer, head) + p];
    }
    return sum;
  }
}

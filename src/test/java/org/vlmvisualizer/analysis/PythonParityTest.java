package org.vlmvisualizer.analysis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vlmvisualizer.Golden.difference;
import static org.vlmvisualizer.Golden.flatten;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.attribution.AttentionOptions;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.AttentionShares;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.Keep;
import org.vlmvisualizer.core.MatrixChoice;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.VisionLayers;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.family.Families;
import org.vlmvisualizer.picture.ImageInput;

/** The whole way from a picture file to maps and matrix, against Python. */
class PythonParityTest {
  private static final double TOLERANCE = 1e-5;

  /** Bfloat16 keeps 8 bits; measured: 0.007 to 0.024 on attention of 0 to 1. */
  private static final double BFLOAT16_TOLERANCE = 0.05;

  static final List<String> NAMES = Golden.NAMES;

  @ParameterizedTest
  @FieldSource("NAMES")
  void pixelValuesAreThoseOfPython(String name) {
    Golden golden = new Golden(name);
    Checkpoint checkpoint = Checkpoint.open(golden.checkpoint());
    float[] values =
        Families.of(checkpoint)
            .pictures(checkpoint, PictureOptions.of(fit(golden)))
            .process(List.of(picture(golden)), Progress.NONE)
            .crops()
            .get(0)
            .values();
    assertClose(golden, "pixel_values", values, 1e-6);
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void idsMapsAndMatrixAreThoseOfPython(String name) {
    Golden golden = new Golden(name);
    try (AttentionModel model = open(golden, Precision.FLOAT32)) {
      Analysis analysis = analyze(model, golden, AttentionOptions.REFERENCE, "vlm-visualizer");
      assertEquals(golden.json.get("prompt").getAsString(), analysis.prompt().text());
      assertArrayEquals(golden.ints("input_ids"), analysis.prompt().inputIds());
      assertArrayEquals(golden.ints("generated_ids"), ids(analysis));
      assertEquals(golden.json.get("generatedText").getAsString().strip(), analysis.answer());
      assertClose(golden, "ratio", ratio(analysis), TOLERANCE);
      assertClose(golden, "map", flatten(analysis.maps().get(0).map().values()), TOLERANCE);
      assertClose(golden, "matrix", flatten(analysis.matrix()), TOLERANCE);
    }
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void optionsAreThoseOfPython(String name) {
    Golden golden = new Golden(name);
    AttentionOptions selected =
        new AttentionOptions(IndexRange.ALL, IndexRange.ALL, false, VisionLayers.SELECTED);
    AttentionOptions keep =
        new AttentionOptions(IndexRange.ALL, IndexRange.ALL, true, VisionLayers.ALL);
    try (AttentionModel model = open(golden, Precision.FLOAT32)) {
      Analysis language = analyze(model, golden, AttentionOptions.REFERENCE, "language");
      assertClose(
          golden, "map_language", flatten(language.maps().get(0).map().values()), TOLERANCE);
      Analysis oneLayer = analyze(model, golden, selected, "vlm-visualizer");
      assertClose(
          golden, "map_selected", flatten(oneLayer.maps().get(0).map().values()), TOLERANCE);
      Analysis kept = analyze(model, golden, keep, "vlm-visualizer");
      assertClose(golden, "ratio_keep", ratio(kept), TOLERANCE);
      assertClose(golden, "token_attention_keep", flatten(answerRows(kept)), TOLERANCE);
      for (AttentionShares share : kept.maps().get(0).shares()) {
        assertEquals(1, share.image() + share.prompt() + share.generated(), TOLERANCE);
      }
    }
  }

  /** Ids may differ where two are nearly as likely; rows compare as long as they do not. */
  @ParameterizedTest
  @FieldSource("NAMES")
  void bfloat16IsCloseToPython(String name) {
    Golden golden = new Golden(name);
    try (AttentionModel model = open(golden, Precision.BFLOAT16)) {
      assertEquals(Precision.BFLOAT16, model.precision());
      Analysis analysis = analyze(model, golden, AttentionOptions.REFERENCE, "vlm-visualizer");
      int[] expected = golden.ints("generated_ids");
      int[] actual = ids(analysis);
      int mismatch = Arrays.mismatch(expected, actual);
      int same = mismatch < 0 ? expected.length : mismatch + 1;
      int n = analysis.prompt().length();
      int length = golden.shape("matrix")[1];
      float[] matrix = golden.floats("matrix");
      List<float[]> rows = new ArrayList<>();
      for (int i = 0; i < Math.min(n + same, n + Math.min(expected.length, actual.length)); i++) {
        rows.add(Arrays.copyOf(analysis.matrix()[i], length));
      }
      float[] seen = flatten(rows.toArray(float[][]::new));
      double difference = difference(Arrays.copyOf(matrix, seen.length), seen);
      assertTrue(difference <= BFLOAT16_TOLERANCE, "rows differ by " + difference);
    }
  }

  private static AttentionModel open(Golden golden, Precision precision) {
    Checkpoint checkpoint = Checkpoint.find(golden.checkpoint().toString());
    return AttentionModel.open(checkpoint, "cpu", precision, Progress.NONE);
  }

  private static Analysis analyze(
      AttentionModel model, Golden golden, AttentionOptions options, String method) {
    AnalysisRequest request =
        new AnalysisRequest(
            golden.json.get("question").getAsString(),
            method,
            options,
            Keep.NOTHING,
            "auto",
            !golden.json.get("system").isJsonNull(),
            fit(golden),
            true,
            golden.json.get("maxNewTokens").getAsInt(),
            MatrixChoice.SHORT,
            List.of());
    return model.analyze(picture(golden), request, Progress.NONE);
  }

  private static RgbPicture picture(Golden golden) {
    return ImageInput.open(golden.picture().toString()).picture();
  }

  private static Fit fit(Golden golden) {
    return golden.json.get("fit").getAsString().equals("crop") ? Fit.CROP : Fit.PAD;
  }

  private static int[] ids(Analysis analysis) {
    return analysis.maps().get(0).tokens().stream().mapToInt(GeneratedToken::id).toArray();
  }

  private static float[] ratio(Analysis analysis) {
    float[] ratio = new float[analysis.maps().get(0).shares().size()];
    for (int t = 0; t < ratio.length; t++) {
      ratio[t] = (float) analysis.maps().get(0).shares().get(t).image();
    }
    return ratio;
  }

  private static float[][] answerRows(Analysis analysis) {
    float[][] matrix = analysis.matrix();
    return Arrays.copyOfRange(matrix, analysis.prompt().length(), matrix.length);
  }

  private static void assertClose(Golden golden, String tensor, float[] actual, double tolerance) {
    double difference = difference(golden.floats(tensor), actual);
    assertTrue(difference <= tolerance, "%s differs by %.3g".formatted(tensor, difference));
  }
}

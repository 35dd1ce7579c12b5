package org.vlmvisualizer.analysis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.picture.ImageInput;

/**
 * The demo model on held-out pictures: it answers as it does in Python, to the letter, and looks at
 * the same patches, which lie on the words and cells that it names.
 */
class DemoModelTest {
  private static final Path FOLDER = Path.of("src/test/resources/demo");
  private static AttentionModel model;

  @BeforeAll
  static void open() {
    model =
        AttentionModel.open(
            Checkpoint.find(Checkpoint.DEMO), "cpu", Precision.FLOAT32, Progress.NONE);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  static List<JsonElement> pictures() throws IOException {
    String json = Files.readString(FOLDER.resolve("expected.json"));
    return JsonParser.parseString(json).getAsJsonArray().asList();
  }

  @ParameterizedTest
  @MethodSource("pictures")
  void answersAndLooksAsInPython(JsonObject expected) {
    RgbPicture picture = picture(expected);
    Analysis reference = ask(picture, expected.get("question").getAsString(), "vlm-visualizer");
    Analysis language = ask(picture, expected.get("question").getAsString(), "language");
    assertEquals(expected.get("answer").getAsString(), reference.answer());
    int[] ids = reference.maps().get(0).tokens().stream().mapToInt(GeneratedToken::id).toArray();
    assertArrayEquals(ints(expected.getAsJsonArray("tokens")), ids);
    for (JsonElement element : expected.getAsJsonArray("pointing")) {
      JsonObject pointing = element.getAsJsonObject();
      int t = pointing.get("position").getAsInt();
      JsonObject patches = pointing.getAsJsonObject("patches");
      int peak = peak(language.maps().get(0).map().values()[t]);
      assertEquals(patches.get("all").getAsInt(), peak(reference.maps().get(0).map().values()[t]));
      assertEquals(patches.get("none").getAsInt(), peak);
      assertTrue(
          overlaps(language.maps().get(0).grid(), peak, ints(pointing.getAsJsonArray("box"))),
          pointing.get("token") + " at patch " + peak);
    }
  }

  @ParameterizedTest
  @MethodSource("pictures")
  void answersTheOtherQuestions(JsonObject expected) {
    RgbPicture picture = picture(expected);
    for (var other : expected.getAsJsonObject("others").entrySet()) {
      Analysis analysis = ask(picture, other.getKey(), "language");
      assertEquals(other.getValue().getAsString(), analysis.answer(), other.getKey());
    }
  }

  @Test
  void readsTheBundledPage() {
    Path page = Path.of("src/main/resources/demo-images/page.png");
    RgbPicture picture = ImageInput.open(page.toString()).picture();
    assertEquals(
        "The page says apple banana cherry.",
        ask(picture, "What is in the image?", "language").answer());
  }

  private static RgbPicture picture(JsonObject expected) {
    String file = expected.get("file").getAsString();
    return ImageInput.open(FOLDER.resolve(file).toString()).picture();
  }

  private static Analysis ask(RgbPicture picture, String question, String method) {
    return model.analyze(picture, Defaults.request(question, method, 64), Progress.NONE);
  }

  /** The patch with the largest value. */
  private static int peak(float[] map) {
    int best = 0;
    for (int p = 1; p < map.length; p++) {
      best = map[p] > map[best] ? p : best;
    }
    return best;
  }

  /** Whether a patch and a box (left, top, right, bottom, in source pixels) have area in common. */
  private static boolean overlaps(Grid grid, int patch, int[] box) {
    int column = patch % grid.columns();
    int row = patch / grid.columns();
    return grid.sourceX(column) < box[2]
        && grid.sourceX(column + 1) > box[0]
        && grid.sourceY(row) < box[3]
        && grid.sourceY(row + 1) > box[1];
  }

  private static int[] ints(JsonArray array) {
    return array.asList().stream().mapToInt(e -> (int) Math.round(e.getAsDouble())).toArray();
  }
}

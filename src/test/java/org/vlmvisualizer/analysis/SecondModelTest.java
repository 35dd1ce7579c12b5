package org.vlmvisualizer.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.area.Region;
import org.vlmvisualizer.area.RegionAttention;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.picture.ImageInput;

/**
 * The second small model, which answers questions that name one of two cells: maps move with the
 * question to the cell that it names.
 */
class SecondModelTest {
  private static final Path FOLDER = Path.of("src/test/resources/second");
  private static AttentionModel model;
  private static JsonArray fields;

  @BeforeAll
  static void open() throws IOException {
    Checkpoint checkpoint = Checkpoint.open(Path.of("src/test/resources/second-checkpoint"));
    model = AttentionModel.open(checkpoint, "cpu", Precision.FLOAT32, Progress.NONE);
    String json = Files.readString(FOLDER.resolve("expected.json"));
    fields = JsonParser.parseString(json).getAsJsonArray();
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static RgbPicture picture(JsonObject field) {
    return ImageInput.open(FOLDER.resolve(field.get("file").getAsString()).toString()).picture();
  }

  private static Analysis ask(RgbPicture picture, String question, String method) {
    return model.analyze(picture, Defaults.request(question, method, 8), Progress.NONE);
  }

  @Test
  void itAnswersByTheCellThatIsNamed() {
    for (JsonElement element : fields) {
      JsonObject field = element.getAsJsonObject();
      RgbPicture picture = picture(field);
      for (JsonElement named : field.getAsJsonArray("named")) {
        JsonObject asked = named.getAsJsonObject();
        String question = asked.get("question").getAsString();
        assertEquals(
            asked.get("answer").getAsString(),
            ask(picture, question, "language").answer(),
            question);
      }
    }
  }

  /**
   * Of each cell's box, a larger share of the map when that cell is asked about than when the other
   * is; the mean over both cells and all fields.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "language",
        "localization-heads",
        "vlm-visualizer",
        "logit-attribution",
        "value-norm",
        "rollout"
      })
  void mapsMoveToTheCellThatIsNamed(String method) {
    double moved = 0;
    for (JsonElement element : fields) {
      JsonObject field = element.getAsJsonObject();
      JsonObject[] asked = new JsonObject[2];
      for (JsonElement named : field.getAsJsonArray("named")) {
        JsonObject one = named.getAsJsonObject();
        if (one.get("question").getAsString().startsWith("What shape is the")) {
          asked[one.get("cell").getAsInt()] = one;
        }
      }
      RgbPicture picture = picture(field);
      double[][] shares = new double[2][2]; // by the question's cell, in each cell's box
      for (int q = 0; q < 2; q++) {
        Analysis analysis = ask(picture, asked[q].get("question").getAsString(), method);
        for (int cell = 0; cell < 2; cell++) {
          double[] b = box(asked[cell]);
          Region region = Region.rectangle(b[0], b[1], b[2] - b[0], b[3] - b[1]);
          shares[q][cell] = RegionAttention.of(region, analysis.maps().get(0)).shares()[0];
        }
      }
      double change = shares[0][0] - shares[1][0] + shares[1][1] - shares[0][1];
      moved += change / 2 / fields.size();
    }
    System.out.printf(
        Locale.ROOT, "Share that moves to the named cell by %s: %.2f%n", method, moved);
    assertTrue(moved > 0.05, method + " moves by " + moved);
  }

  private static double[] box(JsonObject asked) {
    double[] box = new double[4];
    for (int i = 0; i < 4; i++) {
      box[i] = asked.getAsJsonArray("box").get(i).getAsDouble();
    }
    return box;
  }
}

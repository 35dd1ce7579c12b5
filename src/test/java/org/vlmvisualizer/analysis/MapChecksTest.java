package org.vlmvisualizer.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.DemoPictures;
import org.vlmvisualizer.attribution.Faithfulness;
import org.vlmvisualizer.core.AnswerProbe;
import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.MapCheck;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.TokenMaps;

/** Whether the demo model's words need what their maps are highest on. */
class MapChecksTest {
  private static final String STAGE = "Checking maps";
  private static final RgbPicture PAGE = DemoPictures.read("page-2.png");
  private static AttentionModel model;

  @BeforeAll
  static void open() {
    model = DemoPictures.open();
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static AnalysisRequest request(String answer) {
    AnalysisRequest own = Defaults.request(DemoPictures.QUESTION, "language", 24);
    return Defaults.with(own, answer, new Checks(false, true, false));
  }

  @Test
  void wordsAreCheckedAndNothingElseIs() {
    List<String> steps = new ArrayList<>();
    Progress progress =
        (stage, done, total) -> {
          if (stage.equals(STAGE)) {
            steps.add(done + " of " + total);
          }
        };
    Analysis asked = model.analyze(PAGE, request(""), progress);
    assertEquals("The page says river rocket pear.", asked.answer());
    int words = asked.tokens().size() - 2;
    for (int t = 0; t < asked.tokens().size(); t++) {
      GeneratedToken token = asked.tokens().get(t);
      assertEquals(t < words, token.check() != null, token.toString());
      if (t < words) {
        MapCheck check = token.check();
        assertTrue(check.only() >= 0 && check.only() <= 1, token.toString());
        assertTrue(check.without() >= 0 && check.without() <= 1, token.toString());
        assertEquals(check.only() - check.without(), check.faithfulness());
      }
    }
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < words; i++) {
      expected.add(i + " of " + words);
    }
    assertEquals(expected, steps.stream().distinct().toList());
    assertTrue(steps.size() > 2 * words, "each pass hears a cancel");
    assertTrue(asked.seconds().get("check") > 0);
  }

  @Test
  void anAnswerWithoutWordsSaysSo() {
    Analysis asked = model.analyze(PAGE, request("..."), Progress.NONE);
    assertEquals("the answer has no words", asked.notes().get("check_left_out"));
    assertTrue(asked.tokens().stream().allMatch(token -> token.check() == null));
  }

  @Test
  void aCancelKeepsWhatWasCheckedOfAWatchedAnswer() {
    Analysis kept = model.analyze(List.of(PAGE), false, request(""), cancelAt(3), soFar -> {});
    assertEquals("cancelled", kept.notes().get("check_left_out"));
    assertTrue(kept.ended());
    for (int t = 0; t < kept.tokens().size(); t++) {
      assertEquals(t < 3, kept.tokens().get(t).check() != null);
    }
    assertThrows(CancellationException.class, () -> model.analyze(PAGE, request(""), cancelAt(3)));
    Analysis after = model.analyze(PAGE, request(""), Progress.NONE);
    assertFalse(after.notes().containsKey("check_left_out"));
    assertEquals(kept.tokens().subList(0, 3), after.tokens().subList(0, 3));
  }

  /** Within the check of a word. */
  private static Progress cancelAt(int word) {
    boolean[] seen = {false};
    return (stage, done, total) -> {
      boolean reached = stage.equals(STAGE) && done == word;
      if (reached && seen[0]) {
        throw new CancellationException();
      }
      seen[0] |= reached;
    };
  }

  /** Maps made by hand: 1 where the word stands, or as much of another place. */
  @Test
  void aMapOfTheRightPlaceIsMoreFaithfulThanOneOfAnother() throws IOException {
    String json = Files.readString(DemoPictures.FOLDER.resolve("expected.json"));
    int words = 0;
    for (JsonElement element : JsonParser.parseString(json).getAsJsonArray()) {
      JsonObject expected = element.getAsJsonObject();
      if (!expected.get("file").getAsString().startsWith("page")) {
        continue;
      }
      RgbPicture picture = DemoPictures.read(expected.get("file").getAsString());
      Analysis asked =
          model.analyze(
              picture, Defaults.request(DemoPictures.QUESTION, "language", 24), Progress.NONE);
      int[] ids = asked.tokens().stream().mapToInt(GeneratedToken::id).toArray();
      AnswerProbe probe = model.probe(List.of(picture), false, asked.request(), ids, Progress.NONE);
      for (JsonElement one : expected.getAsJsonArray("pointing")) {
        int t = one.getAsJsonObject().get("position").getAsInt();
        JsonArray box = one.getAsJsonObject().getAsJsonArray("box");
        MapCheck right = Faithfulness.of(List.of(map(asked, box, 0)), t, probe);
        MapCheck moved = Faithfulness.of(List.of(map(asked, box, 8)), t, probe);
        assertTrue(
            right.faithfulness() > moved.faithfulness() + 0.3,
            "%s: %s, moved %s".formatted(one.getAsJsonObject().get("token"), right, moved));
        words++;
      }
    }
    assertEquals(5, words);
  }

  /**
   * @param rows by how many rows of cells it is moved, from the bottom on at the top
   */
  private static TokenMaps map(Analysis asked, JsonArray box, int rows) {
    TokenMaps own = asked.maps().get(0);
    Grid grid = own.grid();
    double middleX = (box.get(0).getAsDouble() + box.get(2).getAsDouble()) / 2;
    double middleY = (box.get(1).getAsDouble() + box.get(3).getAsDouble()) / 2;
    float[][] values = new float[own.size()][grid.size()];
    for (int cell = 0; cell < grid.size(); cell++) {
      double dx = (grid.centreX(cell) - middleX) / grid.cellWidth();
      double dy = (grid.centreY(cell) - middleY) / grid.cellHeight();
      int to = (cell + rows * grid.columns()) % grid.size();
      for (float[] row : values) {
        row[to] = (float) Math.exp(-dx * dx / 32 - dy * dy / 4); // words are wide
      }
    }
    return new TokenMaps(new AttributionMap("by hand", values), grid, own.tokens(), own.shares());
  }
}

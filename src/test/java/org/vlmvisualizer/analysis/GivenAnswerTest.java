package org.vlmvisualizer.analysis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.DemoPictures;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.TokenMaps;

/** Maps of a text that the user gives, in the place of what the demo model would answer. */
class GivenAnswerTest {
  private static final RgbPicture CELLS = DemoPictures.read("cells-3.png");
  private static AttentionModel model;

  @BeforeAll
  static void open() {
    model = DemoPictures.open();
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static Analysis ask(RgbPicture picture, String method, String answer) {
    AnalysisRequest own = Defaults.request(DemoPictures.QUESTION, method, 24);
    return model.analyze(picture, Defaults.with(own, answer, Checks.NONE), Progress.NONE);
  }

  /** With the token that ends it; without, the rows before it are the same. */
  @Test
  void ofTheModelsOwnAnswerMapsAreTheSameToTheBit() throws IOException {
    String json = Files.readString(DemoPictures.FOLDER.resolve("expected.json"));
    for (JsonElement element : JsonParser.parseString(json).getAsJsonArray()) {
      JsonObject expected = element.getAsJsonObject();
      RgbPicture picture = DemoPictures.read(expected.get("file").getAsString());
      String answer = expected.get("answer").getAsString();
      for (String method : List.of("vlm-visualizer", "tam", "logit-attribution")) {
        Analysis own = ask(picture, method, "");
        Analysis given = ask(picture, method, answer + "</s>");
        assertArrayEquals(ids(expected.getAsJsonArray("tokens")), ids(given.tokens()));
        assertSame(own, given);
      }
      Analysis open = ask(picture, "vlm-visualizer", answer);
      assertSame(ask(picture, "vlm-visualizer", ""), open);
      assertTrue(open.ended());
    }
  }

  private static void assertSame(Analysis own, Analysis given) {
    int count = given.tokens().size();
    assertTrue(count >= own.tokens().size() - 1);
    assertEquals(own.tokens().subList(0, count), given.tokens());
    assertEquals(own.maps().get(0).shares().subList(0, count), given.maps().get(0).shares());
    for (int t = 0; t < count; t++) {
      assertArrayEquals(own.maps().get(0).values(t), given.maps().get(0).values(t));
    }
    assertEquals(own.answer(), given.answer());
  }

  @Test
  void aWrongWordIsUnlikelyAndTheModelsOwnStandsBesideIt() {
    String text = "Two cells: long blue bottom-right.";
    Analysis given = ask(CELLS, "language", "  " + text + "\n");
    assertEquals(text, given.answer());
    TokenMaps maps = given.maps().get(0);
    assertEquals(7, maps.size());
    GeneratedToken wrong = maps.tokens().get(0);
    assertEquals("Two", wrong.text().strip());
    assertTrue(wrong.probability() < 0.05, wrong.toString());
    assertEquals("One", wrong.others().get(0).text().strip());
    assertTrue(wrong.others().get(0).probability() > 0.5, wrong.toString());
    for (GeneratedToken token : maps.tokens()) {
      assertEquals(5, token.others().size());
      assertTrue(token.others().stream().noneMatch(other -> other.id() == token.id()));
      double sum =
          token.probability() + token.others().stream().mapToDouble(o -> o.probability()).sum();
      assertTrue(sum > 0 && sum <= 1 + 1e-6, token.toString());
    }
    for (float[] row : maps.map().values()) {
      double sum = 0;
      for (float value : row) {
        sum += value;
      }
      assertEquals(1, sum, 1e-5);
    }
    assertEquals("blue", maps.tokens().get(4).text().strip());
    assertTrue(maps.tokens().get(4).probability() > 0.5, "what comes behind is right");
  }

  @Test
  void canBeWatched() {
    AnalysisRequest own = Defaults.request(DemoPictures.QUESTION, "language", 24);
    AnalysisRequest request = Defaults.with(own, "Two cells.", Checks.NONE);
    List<Integer> seen = new ArrayList<>();
    Analysis given =
        model.analyze(
            List.of(CELLS),
            false,
            request,
            Progress.NONE,
            soFar -> seen.add(soFar.get().tokens().size()));
    assertEquals(List.of(1, 2, 3), seen);
    assertEquals("Two cells.", given.answer());
  }

  /** The length is of answers that the model writes. */
  @Test
  void aTextMayBeLongerThanTheLengthAsked() {
    AnalysisRequest brief = Defaults.request(DemoPictures.QUESTION, "language", 2);
    Analysis given =
        model.analyze(
            CELLS, Defaults.with(brief, "One cell: long blue.", Checks.NONE), Progress.NONE);
    assertEquals(6, given.tokens().size());
    assertTrue(given.ended());
    assertFalse(Provenance.of(model, given, 0).containsKey("written"));
  }

  @Test
  void whatCannotBeReadIsRefusedInASentence() {
    assertTrue(refused("   ").contains("an empty one"));
    assertTrue(refused("One <image> cell.").contains("<image>"));
    String tooLong = refused(words(400));
    assertTrue(tooLong.contains("shorten the answer"), tooLong);
    assertTrue(refused(words(AnalysisRequest.MAX_LENGTH + 1)).contains("at most 4096 tokens"));
  }

  private static String words(int count) {
    return java.util.stream.IntStream.range(0, count)
        .mapToObj(i -> "red")
        .collect(Collectors.joining(" "));
  }

  private static String refused(String answer) {
    String sentence =
        assertThrows(InputException.class, () -> ask(CELLS, "language", answer)).getMessage();
    PlainSentence.check(sentence);
    return sentence;
  }

  private static int[] ids(List<GeneratedToken> tokens) {
    return tokens.stream().mapToInt(GeneratedToken::id).toArray();
  }

  private static int[] ids(JsonArray array) {
    return array.asList().stream().mapToInt(JsonElement::getAsInt).toArray();
  }
}

package org.vlmvisualizer.ask;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.CheckpointCopy;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.DemoPictures;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.ThinkingModel;
import org.vlmvisualizer.analysis.AnalysisRequest;
import org.vlmvisualizer.analysis.Checks;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.TestFiles;
import org.vlmvisualizer.core.Detail;
import org.vlmvisualizer.core.Exchange;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.MapCheck;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.SavedResult;
import org.vlmvisualizer.output.Upsampling;
import org.vlmvisualizer.picture.ImageInput;

/** Other maps of an answer that was saved, and checks of its maps, without asking it anew. */
class AskAgainTest {
  @TempDir Path folder;
  private final ModelKeeper keeper = new ModelKeeper();
  private Path model;

  @BeforeEach
  void copyModel() {
    model = folder.resolve("demo");
    TestFiles.copy(Path.of("src/main/resources/demo-checkpoint"), model);
  }

  @AfterEach
  void close() {
    keeper.close();
  }

  private Asker asker(RequestOptions options) {
    return new Asker(keeper, Checkpoint.open(model), options, engine -> {});
  }

  /** An answer, saved and read back. */
  private AttentionResult answer(AnalysisRequest request) {
    RequestOptions options =
        new RequestOptions(request, "cpu", Precision.FLOAT32, Defaults.maps(Upsampling.NONE));
    try (Asker asker = asker(options)) {
      String page = DemoPictures.FOLDER.resolve("page-2.png").toString();
      AttentionResult result = asker.ask(ImageInput.open(page), Progress.NONE);
      Path saved = folder.resolve("saved " + request.method());
      result.write(saved, result.heatmaps());
      return SavedResult.read(saved);
    }
  }

  private static AnalysisRequest request(String method, Checks checks) {
    AnalysisRequest asked = Defaults.request(DemoPictures.QUESTION, method, 24);
    return Defaults.with(asked, "", checks)
        .following(List.of(new Exchange("How many are there?", "Three words.")));
  }

  private AttentionResult again(AttentionResult answer, String method, Progress progress) {
    try (Asker asker = asker(RequestOptions.of(answer, method))) {
      return asker.again(answer, progress);
    }
  }

  @Test
  void otherMapsAreThoseThatAskingByThatMethodWouldHaveMade() {
    AttentionResult saved = answer(request("vlm-visualizer", new Checks(true, true, false)));
    assertNotNull(saved.maps().tokens().get(0).check());
    for (String method : List.of("language", "tam", "logit-attribution", "vlm-visualizer")) {
      AttentionResult other = again(saved, method, Progress.NONE);
      AttentionResult asked = answer(request(method, Checks.NONE));
      assertEquals(method, other.maps().map().method());
      assertEquals(method.equals("logit-attribution"), other.maps().signed());
      assertArrayEquals(asked.maps().map().values(), other.maps().map().values(), method);
      assertEquals(asked.maps().shares(), other.maps().shares());
      assertEquals(saved.answer(), other.answer());
      assertEquals(saved.run().get("generated_ids"), other.run().get("generated_ids"));
      assertEquals(saved.run().get("prompt_ids"), other.run().get("prompt_ids"));
      for (int t = 0; t < other.maps().size(); t++) {
        GeneratedToken token = other.maps().tokens().get(t);
        assertNull(token.check(), "of another map");
        assertEquals(saved.maps().tokens().get(t).checked(null), token, "what is known stays");
        assertNotNull(token.probabilityWithoutImage());
        assertEquals(5, token.others().size());
      }
    }
  }

  @Test
  void aMapIsCheckedAsItWouldHaveBeenWithTheAnswer() {
    AttentionResult saved = answer(request("language", new Checks(false, true, false)));
    int words = 0;
    for (int t = 0; t < saved.maps().size(); t++) {
      MapCheck check = saved.maps().tokens().get(t).check();
      if (check != null) {
        try (Asker asker = asker(RequestOptions.of(saved, "language"))) {
          assertEquals(check, asker.check(saved, t, Progress.NONE));
          words++;
        }
      }
    }
    assertTrue(words > 0, saved.answer());
  }

  @Test
  void aCancelIsHeardAndTheModelStays() {
    AttentionResult saved = answer(request("language", Checks.NONE));
    Progress cancel =
        (stage, done, total) -> {
          throw new CancellationException();
        };
    assertThrows(CancellationException.class, () -> again(saved, "tam", cancel));
    try (Asker asker = asker(RequestOptions.of(saved, "language"))) {
      assertThrows(CancellationException.class, () -> asker.check(saved, 3, cancel));
    }
    assertTrue(keeper.isLoaded());
    assertEquals("tam", again(saved, "tam", Progress.NONE).maps().map().method());
  }

  @Test
  void ofAnotherModelNothingIsTold() {
    AttentionResult saved = answer(request("language", Checks.NONE));
    byte[] weights = TestFiles.read(model.resolve(CheckpointCopy.WEIGHTS));
    weights[weights.length - 1] ^= 1;
    TestFiles.write(model.resolve(CheckpointCopy.WEIGHTS), weights);
    String changed = refused(() -> again(saved, "tam", Progress.NONE));
    assertTrue(changed.contains("have changed"), changed);
    try (Asker asker = asker(RequestOptions.of(saved, "language"))) {
      assertEquals(changed, refused(() -> asker.check(saved, 3, Progress.NONE)));
    }
  }

  @Test
  void anAnswerAboutSeveralPicturesIsRefused() throws Exception {
    model = new Golden("families/interleave-qwen2").checkpoint();
    RequestOptions options =
        new RequestOptions(
            Defaults.request("What?", "language", 2),
            "cpu",
            Precision.FLOAT32,
            Defaults.maps(Upsampling.NONE));
    ImageInput page = ImageInput.open(DemoPictures.FOLDER.resolve("page-1.png").toString());
    try (Asker asker = asker(options)) {
      AttentionResult first = asker.ask(List.of(page, page), null, Progress.NONE, null).get(0);
      String sentence = refused(() -> RequestOptions.of(first, "tam"));
      assertTrue(sentence.contains("about several together"), sentence);
    }
  }

  /** Results of versions without the option were asked with its default. */
  @Test
  void detailIsKeptAndTold() throws Exception {
    model = new Golden("families/qwen2-vl-one").checkpoint();
    Map<String, String> words = new LinkedHashMap<>();
    Defaults.request("What?", "language", 2)
        .words()
        .forEach((name, word) -> words.put(name.replace("_token", ""), word.toString()));
    JsonObject whole = answer(AnalysisRequest.of("What?", words::get)).run();
    assertEquals("standard", whole.getAsJsonObject("options").get("detail").getAsString());
    assertFalse(whole.has("image_tokens_limited"));
    words.put("detail", "4");
    AttentionResult less = answer(AnalysisRequest.of("What?", words::get));
    assertEquals("4", less.run().getAsJsonObject("options").get("detail").getAsString());
    assertTrue(less.run().get("image_tokens_limited").getAsBoolean());
    assertTrue(less.maps().grid().size() <= 4, less.maps().grid().toString());
    assertEquals(less.maps().grid(), again(less, "tam", Progress.NONE).maps().grid());
    assertEquals(4, RequestOptions.again(less, "Why?").request().detail().tokens());
    less.run().getAsJsonObject("options").remove("detail");
    assertEquals(Detail.STANDARD, RequestOptions.again(less, "Why?").request().detail());
  }

  /** Of a model that thinks, the prompt ends its thoughts; of the others, run.json says more. */
  @Test
  void otherMapsOfAGivenAnswerAreMadeBehindTheSamePrompt() {
    model = ThinkingModel.copy(folder).folder;
    Map<String, String> words = new LinkedHashMap<>();
    Defaults.request("What?", "language", 3)
        .words()
        .forEach((name, word) -> words.put(name.replace("_token", ""), word.toString()));
    words.put("template", ThinkingModel.TEMPLATE);
    words.put("answer", "a b");
    AttentionResult given = answer(AnalysisRequest.of("What?", words::get));
    assertTrue(given.run().get("prompt").getAsString().endsWith("<think>\n\n</think>\n\n"));
    AttentionResult same = again(given, "language", Progress.NONE);
    assertEquals(given.run().get("prompt_ids"), same.run().get("prompt_ids"));
    assertEquals(given.maps().tokens(), same.maps().tokens());
    assertArrayEquals(given.maps().map().values(), same.maps().map().values());
    assertEquals(given.run().get("options"), same.run().get("options"));
    assertFalse(same.isCancelled(), "it has no token that ends it");
    assertEquals("", RequestOptions.again(given, "Why?").request().answer());
  }

  private static String refused(Runnable action) {
    String sentence = assertThrows(InputException.class, action::run).getMessage();
    PlainSentence.check(sentence);
    return sentence;
  }
}

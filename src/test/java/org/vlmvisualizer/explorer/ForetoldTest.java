package org.vlmvisualizer.explorer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.ask.ForetoldTime;
import org.vlmvisualizer.core.ForetoldText;
import org.vlmvisualizer.output.AttentionResult;

/** How long maps and checks will take, from what a run tells, and in words. */
class ForetoldTest {
  private static final Gson GSON = new Gson();

  /** Of 4 tokens on 8 × 8 cells, which took 3 + 2 s to read and 1 s to write. */
  private static AttentionResult result() {
    AttentionResult result = Samples.result(400, 300, 4);
    JsonObject run = result.run();
    run.add("options", GSON.toJsonTree(Defaults.asked("What?").words()));
    run.addProperty("device", "cpu");
    run.addProperty("precision", "float32");
    run.add("picture", new JsonObject());
    run.add("seconds", GSON.toJsonTree(Map.of("vision", 3, "prefill", 2, "decode", 1)));
    run.add("prompt_ids", GSON.toJsonTree(new int[100]));
    run.addProperty("prefix_reused", 0);
    return result;
  }

  @Test
  void countsPassesOverThePicture() {
    AttentionResult result = result();
    assertEquals(6, ForetoldTime.by(result, "language"), "read once more");
    assertEquals(6 + 5, ForetoldTime.by(result, "rollout"));
    assertEquals(6 + 5 * 8 * 9, ForetoldTime.by(result, "integrated-gradients"));
    assertEquals(10, ForetoldTime.check(result));
  }

  @Test
  void whatWasReadBeforeIsScaled() {
    AttentionResult result = result();
    result.run().addProperty("prefix_reused", 80);
    assertEquals(2 * (3 + 5 * 2), ForetoldTime.check(result), 1e-9);
    result.run().addProperty("prefix_reused", 100);
    assertEquals(10, ForetoldTime.check(result), 1e-9);
  }

  @Test
  void knowsNothingOfWhatIsNotTold() {
    AttentionResult result = result();
    result.run().remove("seconds");
    assertEquals(Double.NaN, ForetoldTime.by(result, "occlusion"));
    assertEquals(Double.NaN, ForetoldTime.check(result));
    AttentionResult several = result();
    several.run().getAsJsonObject("picture").addProperty("of", 2);
    assertEquals(Double.NaN, ForetoldTime.by(several, "occlusion"));
  }

  @ParameterizedTest
  @CsvSource({
    "NaN, ''",
    "0, ''",
    "1.9, ''",
    "2, about 2 s",
    "9.4, about 9 s",
    "12.4, about 10 s",
    "59, about 60 s",
    "61, about 1 min",
    "170, about 3 min",
    "3599, about 60 min",
    "8000, about 2.2 h"
  })
  void inWords(double seconds, String words) {
    assertEquals(words, ForetoldText.of(seconds));
  }
}

package org.vlmvisualizer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.output.SavedResult;

/** Several --prompt: each a question of its own, of a model that is loaded once. */
class CliPromptsTest {
  private static final String PAGE = "src/main/resources/demo-images/page.png";

  @TempDir Path folder;

  private List<String> arguments(String... prompts) {
    List<String> all = new ArrayList<>(CliRun.arguments(folder));
    for (String prompt : prompts) {
      all.addAll(List.of("--prompt", prompt));
    }
    return all;
  }

  private JsonObject run(String name) throws Exception {
    Path file = folder.resolve("results").resolve(name).resolve("run.json");
    return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
  }

  /** The cost comes first, and answers stay by themselves. */
  @Test
  void onATerminalTheCostIsToldBeforeEachAnswer() {
    CliRun run = CliRun.onTerminal(arguments("What is it?", "Where is it?"));
    assertEquals(0, run.exitCode(), run.err());
    List<String> told =
        run.err().lines().filter(line -> line.contains("image tokens")).map(String::strip).toList();
    assertEquals(3, told.size(), run.err());
    assertTrue(told.get(0).matches("q1: 16 image tokens(; .*)?"), told.get(0));
    // Of the second, the first has told the seconds.
    assertTrue(
        told.get(1)
            .matches(
                "q2: 16 image tokens; .* s until the first word, up to .* more for 3 tokens \\(from the last run on this computer: cpu, float32\\)"),
        told.get(1));
    assertEquals(CliRun.of(arguments("What is it?", "Where is it?")).out(), run.out());
  }

  @Test
  void eachHasItsAnswerAndOneLoads() throws Exception {
    CliRun run = CliRun.of(arguments("What is in the middle?", "How many are there?"));
    assertEquals("", run.err());
    assertEquals(0, run.exitCode());
    Path results = folder.resolve("results");
    StringBuilder expected = new StringBuilder();
    for (String name : List.of("q1", "q2", "q3")) {
      String answer = SavedResult.read(results.resolve(name)).answer();
      expected.append(name).append(": ").append(answer).append(System.lineSeparator());
    }
    assertEquals(expected.toString(), run.out());
    assertEquals("What is in the middle?", run("q2").get("question").getAsString());
    assertEquals("for this question", run("q1").get("loaded").getAsString());
    assertEquals("before this question", run("q2").get("loaded").getAsString());
    assertEquals("before this question", run("q3").get("loaded").getAsString());
    assertFalse(Files.exists(results.resolve("run.json")));
  }

  /** The answers are those of runs with one question each. */
  @Test
  void theAnswersAreThoseOfOneAlone() throws Exception {
    CliRun.of(arguments("What is in the middle?"));
    String together = Files.readString(folder.resolve("results/q2/tokens.csv"));
    CliRun.of(
        CliRun.arguments(
            folder,
            "--prompt",
            "What is in the middle?",
            "--output",
            folder.resolve("alone").toString()));
    assertEquals(Files.readString(folder.resolve("alone/tokens.csv")), together);
  }

  @Test
  void oneThatFailsLosesNoOther() throws Exception {
    CliRun run = CliRun.of(arguments("word ".repeat(3000), "How many are there?"));
    assertEquals(1, run.exitCode());
    assertTrue(run.err().startsWith("q2: "), run.err());
    PlainSentence.check(run.err().substring("q2: ".length()));
    assertEquals("How many are there?", run("q3").get("question").getAsString());
    assertEquals("before this question", run("q3").get("loaded").getAsString());
    assertFalse(Files.exists(folder.resolve("results/q2")));
    assertTrue(run.out().contains("q1: ") && run.out().contains("q3: "), run.out());
  }

  /** What is wrong with all of them is said once. */
  @Test
  void aModelThatCannotBeLoaded() throws Exception {
    List<String> arguments = arguments("How many are there?");
    arguments.addAll(List.of("--device", "gpu:7"));
    CliRun.refusal(1, folder, arguments);
  }

  @Test
  void ofAFolderEachHasItsTables() throws Exception {
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    Files.copy(Path.of(PAGE), pictures.resolve("page.png"));
    Files.writeString(pictures.resolve("broken.png"), "no picture");
    List<String> arguments = arguments("How many are there?");
    arguments.set(arguments.indexOf("--image") + 1, pictures.toString());
    CliRun run = CliRun.of(arguments);
    assertEquals(1, run.exitCode());
    assertEquals(
        List.of("q1: page.png", "q2: page.png"),
        run.out().lines().map(line -> line.replaceAll("(png): .*", "$1")).toList());
    assertTrue(run.err().startsWith("q1: broken.png: "), run.err());
    for (String name : List.of("q1", "q2")) {
      assertTrue(Files.exists(folder.resolve("results").resolve(name).resolve("batch.csv")));
      SavedResult.read(folder.resolve("results").resolve(name).resolve("page-png"));
    }
    assertEquals("before this question", run("q2/page-png").get("loaded").getAsString());
  }

  @Test
  void ofSeveralPicturesTogether() throws Exception {
    List<String> arguments = arguments("How many are there?");
    arguments.addAll(List.of("--image", PAGE));
    CliRun run = CliRun.of(arguments);
    assertEquals("", run.err());
    assertEquals(2, run.out().lines().count());
    SavedResult.read(folder.resolve("results/q2/p0002"));
    assertEquals("before this question", run("q2/p0001").get("loaded").getAsString());
  }

  @Test
  void aConversation() throws Exception {
    List<String> arguments = arguments("What is in the middle?", "How many are there?");
    arguments.addAll(List.of("--turn", "next"));
    CliRun run = CliRun.of(arguments);
    assertEquals("", run.err());
    assertEquals(0, run.exitCode());
    assertFalse(run("q1").has("conversation"));
    String text = run("q3").get("prompt").getAsString();
    for (String name : List.of("q1", "q2")) {
      String question = run(name).get("question").getAsString();
      String answer = run(name).get("answer").getAsString();
      assertTrue(text.contains(question + " ASSISTANT: " + answer + " USER: "), text);
    }
    assertEquals(2, run("q3").getAsJsonArray("conversation").size());
    assertTrue(run("q3").get("prefix_reused").getAsInt() > 0);
  }

  @Test
  void aConversationNeedsSeveralQuestionsAboutOnePicture() throws Exception {
    List<String> one = arguments();
    one.addAll(List.of("--turn", "next"));
    assertTrue(CliRun.refusal(1, folder, one).contains("several --prompt"));
    List<String> many = arguments("How many are there?");
    many.addAll(List.of("--turn", "next"));
    many.set(many.indexOf("--image") + 1, "src/main/resources/demo-images");
    assertTrue(CliRun.refusal(1, folder, many).contains("with a folder of pictures"));
  }
}

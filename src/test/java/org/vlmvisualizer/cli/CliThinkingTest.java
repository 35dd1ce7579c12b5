package org.vlmvisualizer.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.CheckpointCopy;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.ThinkingModel;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.SavedResult;

/** Files and lines of a model that thinks. */
class CliThinkingTest {
  private static final Path PICTURE =
      Golden.ROOT.resolve("families/qwen3-vl-one").resolve("picture-1.png");
  private static final String GIVEN = "A dog? No.</think>It is red.";
  private static final String LEFT_OUT =
      "No answer: the thoughts came up to length=3; set it higher.";

  /** Of "a a" and "a b" with an end and two line breaks between them. */
  private static final List<String> PARTS =
      Stream.concat(
              Collections.nCopies(4, "thought").stream(), Collections.nCopies(4, "answer").stream())
          .toList();

  @TempDir Path folder;
  private CheckpointCopy model;

  @BeforeEach
  void copy() {
    model = ThinkingModel.copy(folder);
  }

  private CliRun run(String... options) {
    return run(List.of(), options);
  }

  /**
   * @param more options that are there already
   */
  private CliRun run(List<String> more, String... options) {
    List<String> all = new ArrayList<>(List.of("--template", ThinkingModel.TEMPLATE));
    all.addAll(List.of("--model", model.folder.toString(), "--image", PICTURE.toString()));
    all.addAll(List.of(options));
    List<String> arguments = CliRun.arguments(folder, all.toArray(String[]::new));
    arguments.addAll(more);
    CliRun run = CliRun.of(arguments);
    assertEquals(0, run.exitCode(), run.err());
    assertEquals("", run.printed());
    return run;
  }

  private Path results() {
    return folder.resolve("results");
  }

  private static JsonObject json(Path results) throws Exception {
    return JsonParser.parseString(Files.readString(results.resolve("run.json"))).getAsJsonObject();
  }

  /** The cells of a column; none of these tables has a comma in a cell, but some line breaks. */
  private static List<String> column(Path table, String name) throws Exception {
    String[] lines = Files.readString(table).split("\r\n");
    int place = Arrays.asList(lines[0].split(",", -1)).indexOf(name);
    assertTrue(place >= 0, lines[0]);
    return Arrays.stream(lines).skip(1).map(line -> line.split(",", -1)[place]).toList();
  }

  private static void assertLast(Path table, String name) throws Exception {
    String header = Files.readAllLines(table).get(0);
    assertTrue(header.endsWith("," + name), header);
  }

  @Test
  void tellsThemApartInEveryFile() throws Exception {
    CliRun run = run("--answer", "a a</think>a b");
    assertEquals("a b", run.out().strip());
    assertEquals("", run.err());
    assertEquals(PARTS, column(results().resolve("tokens.csv"), "part"));
    assertEquals(
        List.of("thought", "thought", "answer", "answer"),
        column(results().resolve("words.csv"), "part"));
    assertLast(results().resolve("tokens.csv"), "part");
    assertLast(results().resolve("words.csv"), "part");
    JsonObject json = json(results());
    assertEquals("a b", json.get("answer").getAsString());
    assertEquals("a a", json.get("thoughts").getAsString());
    assertFalse(json.has("answer_left_out"));
    List<Boolean> thoughts =
        json.getAsJsonArray("tokens").asList().stream()
            .map(JsonElement::getAsJsonObject)
            .map(token -> token.get("thought").getAsBoolean())
            .toList();
    assertEquals(List.of(true, true, true, true, false, false, false, false), thoughts);
    assertTrue(
        Files.readString(results().resolve("methods.txt"))
            .contains(
                "Of the 8 tokens, the first 4 are the model's thoughts, up to </think>, and the others its answer."));
    assertTrue(Files.size(results().resolve("attention-ratio.png")) > 1000);
    assertTrue(Files.size(results().resolve("montage.png")) > 1000);

    AttentionResult read = SavedResult.read(results());
    assertEquals("a b", read.answer());
    assertEquals("a a", read.thoughts());
    assertEquals(4, read.maps().thoughts());
    assertEquals(thoughts, read.maps().tokens().stream().map(GeneratedToken::thought).toList());
    assertEquals(Files.readString(results().resolve("tokens.csv")), read.table().toCsv());
    assertEquals(Files.readString(results().resolve("words.csv")), read.words().toCsv());
  }

  @Test
  void saysThatThoughtsCameUpToLength() throws Exception {
    ThinkingModel.write(model, 43, 44, 45);
    CliRun run = run();
    assertEquals("", run.out().strip());
    assertEquals(LEFT_OUT, run.err().strip());
    PlainSentence.check(run.err());
    assertEquals(
        List.of("thought", "thought", "thought"), column(results().resolve("tokens.csv"), "part"));
    assertEquals(LEFT_OUT, json(results()).get("answer_left_out").getAsString());
    assertEquals(LEFT_OUT, SavedResult.read(results()).answerLeftOut());
    assertTrue(
        Files.readString(results().resolve("methods.txt"))
            .contains("All 3 tokens are the model's thoughts."));
  }

  @Test
  void aFoldersTablesTellThemApart() throws Exception {
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    Files.copy(PICTURE, pictures.resolve("a.png"));
    Files.copy(PICTURE, pictures.resolve("b.png"));
    CliRun run = run("--image", pictures.toString(), "--answer", "a</think>a b");
    assertEquals(List.of("a.png: a b", "b.png: a b"), run.out().lines().toList());
    assertEquals("", run.err());
    assertEquals(List.of("a b", "a b"), column(results().resolve("batch.csv"), "answer"));
    List<String> parts = PARTS.subList(1, 8); // one thought less
    List<String> both = new ArrayList<>(parts);
    both.addAll(parts);
    assertEquals(both, column(results().resolve("tokens.csv"), "part"));
    assertLast(results().resolve("tokens.csv"), "part");
    assertEquals(
        List.of("thought", "answer", "answer", "thought", "answer", "answer"),
        column(results().resolve("words.csv"), "part"));
  }

  /** Also of an earlier run. */
  @Test
  void aFoldersNotesSayWhereThereIsNoAnswer() throws Exception {
    ThinkingModel.write(model, 43, 44, 45);
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    Files.copy(PICTURE, pictures.resolve("a.png"));
    CliRun run = run("--image", pictures.toString());
    assertEquals("a.png:", run.out().strip());
    assertEquals(LEFT_OUT, run.err().strip());
    assertEquals(List.of(LEFT_OUT), column(results().resolve("batch.csv"), "note"));
    assertEquals(List.of(""), column(results().resolve("batch.csv"), "answer"));
    run("--image", pictures.toString());
    assertEquals(List.of(LEFT_OUT), column(results().resolve("batch.csv"), "note"));
  }

  @Test
  void aConversationLeavesThemOut() throws Exception {
    CliRun run = run(List.of("--prompt", "What?"), "--answer", GIVEN, "--turn", "next");
    assertEquals(List.of("q1: It is red.", "q2: It is red."), run.out().lines().toList());
    JsonObject second = json(results().resolve("q2"));
    String prompt = second.get("prompt").getAsString();
    assertTrue(
        prompt.endsWith(
            "<|im_start|>assistant\nIt is red.<|im_end|>\n<|im_start|>user\nWhat?<|im_end|>\n<|im_start|>assistant\n<think>\n"),
        prompt);
    assertEquals(
        "It is red.",
        second.getAsJsonArray("conversation").get(0).getAsJsonObject().get("answer").getAsString());
  }

  /** By the template of models that do not think, nothing says so. */
  @Test
  void othersAreAsTheyWere() throws Exception {
    run("--answer", "a</think>a", "--template", "qwen3_vl");
    for (String file : List.of("tokens.csv", "words.csv", "run.json", "methods.txt")) {
      String text = Files.readString(results().resolve(file));
      assertFalse(text.contains("thought") || text.contains(",part"), file + ":\n" + text);
    }
    assertEquals("a</think>a", json(results()).get("answer").getAsString());
    byte[] first = Files.readAllBytes(results().resolve("montage.png"));
    run("--answer", "a</think>a", "--template", "qwen3_vl");
    assertArrayEquals(first, Files.readAllBytes(results().resolve("montage.png")));
  }
}

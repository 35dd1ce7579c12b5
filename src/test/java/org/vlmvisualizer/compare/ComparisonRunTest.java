package org.vlmvisualizer.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import ij.gui.Roi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.JavaProcess;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.ask.Asker;
import org.vlmvisualizer.ask.ModelKeeper;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;

/** Comparing two methods on four pictures: what is written, and what a later run goes on from. */
class ComparisonRunTest {
  static final ComparisonOptions OPTIONS =
      new ComparisonOptions(List.of("language", "tam"), false, 0);

  private static final ModelKeeper KEEPER = new ModelKeeper();
  private static List<String> undisturbed;
  private static List<String> undisturbedTokens;

  @TempDir Path folder;
  private Path pictures;
  private Path results;

  @BeforeAll
  static void runUndisturbed(@TempDir Path other) throws IOException {
    Path pictures = ComparedFolder.write(other.resolve("pictures"));
    Path results = other.resolve("results");
    try (Asker asker = ComparisonChild.asker(KEEPER, "")) {
      new ComparisonRun(asker, OPTIONS, results, true)
          .run(ComparedPicture.inFolder(pictures), Progress.NONE);
    }
    undisturbed = ComparedFolder.withoutSeconds(results);
    undisturbedTokens = Files.readAllLines(results.resolve(ComparisonRun.TOKENS));
  }

  @AfterAll
  static void close() {
    KEEPER.close();
  }

  @BeforeEach
  void write() throws IOException {
    pictures = ComparedFolder.write(folder.resolve("pictures"));
    results = folder.resolve("results");
  }

  private ComparisonRun.Outcome run(String answer, ComparisonOptions options, Progress progress) {
    try (Asker asker = ComparisonChild.asker(KEEPER, answer)) {
      return new ComparisonRun(asker, options, results, true)
          .run(ComparedPicture.inFolder(pictures), progress);
    }
  }

  private ComparisonRun.Outcome run(Progress progress) {
    return run("", OPTIONS, progress);
  }

  private String refused(String answer) {
    String sentence =
        assertThrows(InputException.class, () -> run(answer, OPTIONS, Progress.NONE)).getMessage();
    PlainSentence.check(sentence);
    return sentence;
  }

  private void keepOnly(String... names) throws IOException {
    for (String name : ComparedFolder.NAMES) {
      if (!List.of(names).contains(name)) {
        Files.delete(pictures.resolve(name));
      }
    }
  }

  /** Which pictures were asked about, by their numbers. */
  private static final class Asked implements Progress {
    final TreeSet<Integer> numbers = new TreeSet<>();

    @Override
    public void update(String stage, int done, int total) {
      if (!stage.endsWith(": opening")) {
        numbers.add(Integer.parseInt(stage.substring(0, stage.indexOf(' '))));
      }
    }
  }

  @Test
  void theTablesHaveARowPerMethodAndPerToken() {
    assertEquals(3, undisturbed.size());
    assertTrue(undisturbed.get(0).startsWith("method,pictures,tokens,pointing_centre,"));
    List<String> tam = List.of(undisturbed.get(2).split(",", -1));
    assertEquals(List.of("tam", "4"), tam.subList(0, 2));
    int words = Integer.parseInt(tam.get(2));
    assertEquals(1 + 2 * words, undisturbedTokens.size());
    List<String> columns = List.of(undisturbed.get(0).split(","));
    for (String figure : List.of("pointing_overlap", "energy", "energy_over_area")) {
      double mean = Double.parseDouble(tam.get(columns.indexOf(figure)));
      double low = Double.parseDouble(tam.get(columns.indexOf(figure + "_low")));
      double high = Double.parseDouble(tam.get(columns.indexOf(figure + "_high")));
      assertTrue(low <= mean && mean <= high && low < high, figure);
    }
    double enriched = Double.parseDouble(tam.get(columns.indexOf("energy_over_area")));
    assertTrue(enriched > 2, "times as much as by chance: " + enriched);
    assertEquals("NaN", tam.get(columns.indexOf("faithfulness")));
    assertEquals("NaN", tam.get(columns.indexOf("deletion")));
  }

  @Test
  void goesOnBehindWhatWasDoneWhenItWasKilled() throws Exception {
    JavaProcess child =
        JavaProcess.run(
            List.of("-Dslf4j.internal.verbosity=ERROR"),
            ComparisonChild.class,
            List.of(pictures.toString(), results.toString(), "3"));
    assertEquals(9, child.exitCode(), child.err());
    Map<String, String> before = ComparedFolder.times(results);
    assertEquals(List.of("cells-1-png", "cells-3-png"), List.copyOf(before.keySet()));
    assertFalse(Files.exists(results.resolve(ComparisonRun.TABLE)), "tables come at the end");
    Asked asked = new Asked();
    ComparisonRun.Outcome outcome = run(asked);
    assertEquals(new TreeSet<>(List.of(3, 4)), asked.numbers);
    checkWhole(outcome, before);
  }

  @Test
  void goesOnBehindWhatWasDoneWhenItFailedOrWasCancelled() throws Exception {
    Progress failing = at(2, new InternalError("power cut"));
    assertThrows(InternalError.class, () -> run(failing));
    assertEquals(1, ComparedFolder.times(results).size());
    ComparisonRun.Outcome cancelled = run(at(3, new CancellationException()));
    assertTrue(cancelled.cancelled());
    assertEquals(2, cancelled.pictures().size());
    Map<String, String> before = ComparedFolder.times(results);
    assertEquals(2, before.size());
    assertEquals(
        "2", ComparedFolder.withoutSeconds(results).get(1).split(",")[1], "tables of those");
    checkWhole(run(Progress.NONE), before);
  }

  private static Progress at(int picture, Throwable thrown) {
    return (stage, done, total) -> {
      if (stage.startsWith(picture + " of") && stage.contains(": tam")) {
        ComparisonRunTest.<RuntimeException>sneak(thrown);
      }
    };
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneak(Throwable thrown) throws T {
    throw (T) thrown;
  }

  private void checkWhole(ComparisonRun.Outcome outcome, Map<String, String> before)
      throws IOException {
    assertEquals(4, outcome.pictures().size());
    assertEquals(Map.of(), outcome.failures());
    assertFalse(outcome.cancelled());
    Map<String, String> after = ComparedFolder.times(results);
    before.forEach((name, time) -> assertEquals(time, after.get(name)));
    assertEquals(undisturbed, ComparedFolder.withoutSeconds(results));
    assertEquals(undisturbedTokens, Files.readAllLines(results.resolve(ComparisonRun.TOKENS)));
    assertEquals(
        "4",
        JsonParser.parseString(Files.readString(results.resolve("comparison.json")))
            .getAsJsonObject()
            .get("pictures")
            .getAsString());
    for (String name : after.keySet()) {
      assertTrue(Files.size(results.resolve(name).resolve("methods.png")) > 1000);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "null",
        "\"scores\": {}",
        "\"scores\": {\"picture\": \"page-1.png\", \"answer\": \"a\"}",
        "\"scores\": {\"picture\": \"page-1.png\", \"methods\": [{\"method\": \"tam\"}]}",
        "\"compared\": {}"
      })
  void damagedFiguresAreMeasuredAnew(String damage) throws Exception {
    keepOnly("page-1.png");
    run(Progress.NONE);
    List<String> whole = ComparedFolder.withoutSeconds(results);
    Path file = results.resolve("page-1-png/scores.json");
    String text = damage;
    if (damage.startsWith("\"")) {
      var json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
      JsonParser.parseString("{" + damage + "}")
          .getAsJsonObject()
          .entrySet()
          .forEach(entry -> json.add(entry.getKey(), entry.getValue()));
      text = json.toString();
    }
    Files.writeString(file, text);
    Asked asked = new Asked();
    run(asked);
    assertEquals(new TreeSet<>(List.of(1)), asked.numbers);
    assertNotEquals(text, Files.readString(file));
    assertEquals(whole, ComparedFolder.withoutSeconds(results));
  }

  @Test
  void otherOptionsOrRoisAreMeasuredAnew() throws Exception {
    keepOnly("page-1.png");
    run(Progress.NONE);
    Asked same = new Asked();
    run(same);
    assertEquals(new TreeSet<>(), same.numbers);
    ComparedFolder.writeRois(pictures.resolve("page-1.zip"), List.of(new Roi(1, 1, 50, 50)));
    Asked rois = new Asked();
    run(rois);
    assertEquals(new TreeSet<>(List.of(1)), rois.numbers);
    Asked options = new Asked();
    run("", new ComparisonOptions(List.of("tam"), false, 0), options);
    assertEquals(new TreeSet<>(List.of(1)), options.numbers);
  }

  @Test
  void everyFigureIsThereWhereAllAreAskedFor() throws Exception {
    keepOnly("page-1.png");
    run("", new ComparisonOptions(List.of("language"), true, 2), Progress.NONE);
    List<String> lines = ComparedFolder.withoutSeconds(results);
    assertEquals(1 + 3, lines.size());
    List<String> columns = List.of(lines.get(0).split(","));
    assertTrue(lines.get(2).startsWith("random order,1,"), lines.get(2));
    assertTrue(lines.get(3).startsWith("centred Gaussian,1,"), lines.get(3));
    for (String figure : List.of("deletion", "insertion", "insertion_minus_deletion")) {
      for (String line : lines.subList(1, 4)) {
        double value = Double.parseDouble(line.split(",")[columns.indexOf(figure)]);
        assertTrue(Math.abs(value) <= 1, figure + " of " + line);
      }
    }
    double faithfulness =
        Double.parseDouble(lines.get(1).split(",")[columns.indexOf("faithfulness")]);
    assertTrue(Math.abs(faithfulness) <= 1, "" + faithfulness);
    assertEquals("NaN", lines.get(2).split(",")[columns.indexOf("faithfulness")]);
  }

  @Test
  void brokenPicturesAndRoisAreToldAndPassedOver() throws Exception {
    Files.writeString(pictures.resolve("cells-1.png"), "This is no picture.");
    Files.writeString(pictures.resolve("cells-3.zip"), "These are no ROIs.");
    ComparisonRun.Outcome outcome = run(Progress.NONE);
    assertEquals(List.of("cells-1.png", "cells-3.png"), List.copyOf(outcome.failures().keySet()));
    outcome.failures().values().forEach(PlainSentence::check);
    assertEquals(
        List.of("page-1.png", "page-2.png"),
        outcome.pictures().stream().map(PictureScores::picture).toList());
    String run = Files.readString(results.resolve("comparison.json"));
    assertEquals(
        outcome.failures().get("cells-1.png"),
        JsonParser.parseString(run)
            .getAsJsonObject()
            .getAsJsonObject("failures")
            .get("cells-1.png")
            .getAsString());
  }

  @Test
  void aMethodThatIsRefusedHasNoFiguresAndTheOthersDo() throws Exception {
    keepOnly("page-1.png");
    Progress full =
        (stage, done, total) -> {
          if (stage.contains(": tam: ")) {
            throw new InputException("Expected 9 GB, found 1.");
          }
        };
    ComparisonRun.Outcome outcome = run(full);
    assertEquals(Map.of(), outcome.failures());
    List<String> lines = ComparedFolder.withoutSeconds(results);
    assertTrue(lines.get(1).startsWith("language,1,1,"), lines.get(1));
    assertTrue(lines.get(2).startsWith("tam,0,0,NaN,"), lines.get(2));
    assertTrue(lines.get(2).endsWith("\"Expected 9 GB, found 1.\""), lines.get(2));
  }

  @Test
  void aPictureWithoutRoisIsJudgedWithoutPointing() throws Exception {
    keepOnly("page-1.png");
    Files.delete(pictures.resolve("page-1.zip"));
    run("", new ComparisonOptions(List.of("language"), true, 0), Progress.NONE);
    List<String> lines = ComparedFolder.withoutSeconds(results);
    List<String> columns = List.of(lines.get(0).split(","));
    String[] cells = lines.get(1).split(",");
    assertEquals("4", cells[2], "all words");
    assertEquals("NaN", cells[columns.indexOf("pointing_centre")]);
    assertNotEquals("NaN", cells[columns.indexOf("faithfulness")]);
  }

  @Test
  void aGivenAnswerIsWhatIsCompared() throws Exception {
    keepOnly("page-1.png");
    ComparisonRun.Outcome outcome = run("The page says butter.", OPTIONS, Progress.NONE);
    assertEquals("The page says butter.", outcome.pictures().get(0).answer());
  }

  @Test
  void whereNoPictureCanBeMeasuredTheReasonIsSaid() throws Exception {
    keepOnly("page-1.png");
    assertTrue(refused("...").contains("Expected an answer with words"));
    ComparedFolder.writeRois(pictures.resolve("page-1.zip"), List.of(new Roi(900, 900, 9, 9)));
    assertTrue(refused("").contains("outside of it"));
    Files.delete(pictures.resolve("page-1.png"));
    assertTrue(refused("").contains("found none in"));
  }

  private static ComparisonOptions options(
      String methods, String faithfulness, String steps, String sinks) {
    return ComparisonOptions.of(words(methods, faithfulness, steps, sinks)::get);
  }

  private static Map<String, String> words(
      String methods, String faithfulness, String steps, String sinks) {
    Map<String, String> words = new HashMap<>();
    words.put("methods", methods);
    words.put("faithfulness", faithfulness);
    words.put("steps", steps);
    words.put("sinks", sinks);
    words.put("boxes", "none");
    words.put("check", "nothing");
    words.put("keep", "nothing");
    return words;
  }

  @Test
  void wrongOptionsAreRefused() {
    List<String> sentences = new ArrayList<>();
    for (List<String> words :
        List.of(
            List.of("language,magic", "on", "0", "keep"),
            List.of("", "on", "0", "keep"),
            List.of("all", "on", "1", "keep"),
            List.of("all", "on", "101", "keep"),
            List.of("all", "on", "-2", "keep"),
            List.of("all", "maybe", "2", "keep"),
            List.of("language,tam", "on", "0", "remove"))) {
      Executable read = () -> options(words.get(0), words.get(1), words.get(2), words.get(3));
      sentences.add(assertThrows(InputException.class, read).getMessage());
    }
    sentences.forEach(PlainSentence::check);
    assertTrue(sentences.get(0).contains("'magic'"));
    assertTrue(sentences.get(2).contains("found 1"));
    assertTrue(sentences.get(6).contains("method tam"));
  }

  @Test
  void whatAComparisonDoesNotMakeIsRefused() {
    for (String asked : List.of("boxes=rois", "check=map", "keep=heads")) {
      String[] parts = asked.split("=");
      Map<String, String> words = words("all", "on", "0", "keep");
      words.put(parts[0], parts[1]);
      Executable read = () -> ComparisonOptions.of(words::get);
      String sentence = assertThrows(InputException.class, read).getMessage();
      PlainSentence.check(sentence);
      assertTrue(sentence.contains("found " + asked), sentence);
    }
  }

  @Test
  void methodsAreThoseThatAreNamedOrAllThatObeyTheOptions() {
    assertEquals(11, options(" all ", "off", "2", "mark").methods().size());
    assertEquals(List.of("tam"), options("tam, tam", "on", "0", "keep").methods());
    assertEquals(
        List.of("language", "vlm-visualizer", "localization-heads", "relative"),
        options("all", "on", "0", "remove").methods());
  }
}

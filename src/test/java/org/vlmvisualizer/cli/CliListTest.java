package org.vlmvisualizer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.IJ;
import ij.ImagePlus;
import ij.gui.Roi;
import ij.io.FileSaver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.JavaProcess;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.output.SavedResult;
import org.vlmvisualizer.picture.BioFormatsStandIn;

/** What users have: folders in folders, lists with questions, stacks, files of microscopes. */
class CliListTest {
  private static final Path PICTURE = CliRun.GOLDEN.resolve("picture.png");
  @TempDir Path folder;
  private Path pictures;
  private Path results;

  @BeforeEach
  void makePictures() throws IOException {
    pictures = Files.createDirectories(folder.resolve("pictures"));
    results = folder.resolve("results");
    Files.createDirectory(pictures.resolve("well"));
    Files.copy(PICTURE, pictures.resolve("a.png"));
    Files.copy(PICTURE, pictures.resolve("well/b.png"));
  }

  private List<String> arguments(Path source, String... options) {
    List<String> all = CliRun.arguments(folder, options);
    all.set(all.indexOf("--image") + 1, source.toString());
    return all;
  }

  private static List<String> and(List<String> all, String... more) {
    List<String> both = new ArrayList<>(all);
    both.addAll(List.of(more));
    return both;
  }

  private Path list(String text) throws IOException {
    return Files.writeString(pictures.resolve("list.csv"), text);
  }

  private List<String> lines(String table) throws IOException {
    return Files.readAllLines(results.resolve(table));
  }

  private static void assertDone(CliRun run) {
    assertEquals("", run.err());
    assertEquals(0, run.exitCode());
    assertEquals("", run.printed());
  }

  private List<String> hidden() throws IOException {
    try (Stream<Path> files = Files.walk(results)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith(".vlm-visualizer"))
          .toList();
    }
  }

  @Test
  void resultsOfFoldersInAFolderHaveTheirPlaces() throws IOException {
    results = pictures.resolve("results");
    List<String> all = and(arguments(pictures, "--output", results.toString()), "--subfolders");
    CliRun run = CliRun.of(all);
    assertDone(run);
    assertTrue(run.out().contains("well/b.png: "), run.out());
    SavedResult.read(results.resolve("well/b-png"));
    assertEquals(List.of(), hidden());
    List<String> rows = lines("batch.csv");
    assertEquals(3, rows.size(), "not its own results");
    assertTrue(rows.get(2).startsWith("2,well/b.png,done,well/b-png,"), rows.get(2));
    // Beside the pictures, too.
    all.set(all.indexOf("--output") + 1, pictures.toString());
    CliRun.of(all);
    CliRun again = CliRun.of(all);
    assertEquals(2, again.out().lines().count(), again.out());
    SavedResult.read(pictures.resolve("well/b-png"));
  }

  @Test
  void aListCarriesItsColumnsIntoAllTables() throws IOException {
    Path list =
        list(
            "image;dose;question\na.png;\"1;5\";\nwell/b.png;\"say \"\"x\"\"\";Where is it?\na.png; 3;Where is it?\nno.png;;\n");
    List<String> all = arguments(list);
    CliRun run = CliRun.of(all);
    assertEquals(1, run.exitCode());
    PlainSentence.check(run.err());
    assertTrue(run.err().startsWith("no.png: "), run.err());
    List<String> rows = lines("batch.csv");
    assertTrue(rows.get(0).endsWith(",note,error,dose,question"), rows.get(0));
    assertTrue(rows.get(1).endsWith(",,,1;5,"), rows.get(1));
    assertTrue(rows.get(2).endsWith(",\"say \"\"x\"\"\",Where is it?"), rows.get(2));
    assertTrue(rows.get(3).endsWith(",\" 3\",Where is it?"), rows.get(3));
    assertTrue(rows.get(4).endsWith(",,"), rows.get(4));
    for (String table : List.of("tokens.csv", "words.csv")) {
      List<String> cells = lines(table);
      assertTrue(cells.get(0).endsWith(",dose,question"), cells.get(0));
      assertTrue(cells.get(1).endsWith(",1;5,"), cells.get(1));
      assertTrue(cells.stream().anyMatch(row -> row.endsWith(",\"say \"\"x\"\"\",Where is it?")));
    }
    String own = rows.get(3).split(",")[3];
    assertTrue(own.matches("a-png-[0-9a-f]{8}"), own);
    assertEquals(
        "Where is it?", SavedResult.read(results.resolve(own)).run().get("question").getAsString());
    assertEquals(
        "What is in the picture?",
        SavedResult.read(results.resolve("a-png")).run().get("question").getAsString());

    // The same by itself: what a picture's own question gives is what the question gives.
    CliRun.of(
        arguments(
            pictures, "--prompt", "Where is it?", "--output", folder.resolve("alone").toString()));
    assertEquals(
        Files.readString(folder.resolve("alone/a-png/tokens.csv")),
        Files.readString(results.resolve(own).resolve("tokens.csv")));
  }

  @Test
  void shardsOfAListGiveTheTablesOfOneRun() throws IOException {
    Path list = list("file,prompt,dose\na.png,,1\nwell/b.png,Where is it?,2\na.png,Where?,3\n");
    CliRun.of(arguments(list, "--output", folder.resolve("alone").toString()));
    for (String shard : List.of("2/2", "1/2", "2/2")) {
      assertDone(CliRun.of(and(arguments(list), "--shard", shard)));
    }
    assertDone(CliRun.of(List.of("--merge", results.toString())));
    for (String table : List.of("batch.csv", "tokens.csv", "words.csv")) {
      assertEquals(
          Files.readString(folder.resolve("alone").resolve(table)),
          Files.readString(results.resolve(table)));
    }
    assertEquals(4, lines("batch.csv").size());
    String rows = Files.readString(results.resolve("batch.csv"));
    assertFalse(rows.contains("pending"), rows);
    assertDone(CliRun.of(arguments(list)));
    assertEquals(rows, Files.readString(results.resolve("batch.csv")));
  }

  @Test
  void everyTimePointIsAPictureOnRequest() throws IOException {
    ImagePlus movie = IJ.createHyperStack("movie", 40, 30, 1, 1, 3, 8);
    for (int t = 1; t <= 3; t++) {
      movie.getStack().getProcessor(t).fill(new Roi(5 * t, 5, 10, 10));
    }
    new FileSaver(movie).saveAsTiffStack(pictures.resolve("movie.tif").toString());
    assertDone(CliRun.of(arguments(pictures, "--planes", "all")));
    List<String> rows = lines("batch.csv");
    assertEquals(5, rows.size());
    assertTrue(rows.get(3).startsWith("3,movie.tif t=2,done,movie-tif/t0002,"), rows.get(3));
    assertEquals(
        "movie.tif t=3", SavedResult.read(results.resolve("movie-tif/t0003")).source().title());
    assertNotEquals(
        Files.readString(results.resolve("movie-tif/t0001/tokens.csv")),
        Files.readString(results.resolve("movie-tif/t0003/tokens.csv")));
    CliRun first = CliRun.of(arguments(pictures));
    assertDone(first);
    assertTrue(lines("batch.csv").get(2).contains("the first of 3 slices"));
    SavedResult.read(results.resolve("movie-tif"));
  }

  /** As a program of its own, which the variable tells where Bio-Formats is. */
  @Test
  void aPlateIsReadByBioFormatsWhereTheVariableNamesIt() throws Exception {
    Path jar = BioFormatsStandIn.jar(folder);
    Files.writeString(
        pictures.resolve("plate.HTD"),
        "image - 30 20 2 1 1\nimage - 30 20 2 1 1\nwell 0 0 0\nwell 0 1 1\nuses part.tif\n");
    Files.writeString(pictures.resolve("part.tif"), "of the plate");
    List<String> all = arguments(pictures, "--planes", "series");
    JavaProcess run = with(jar.toString(), all);
    assertEquals("", run.err());
    assertEquals(0, run.exitCode());
    assertTrue(run.out().contains("plate.HTD #2 A02: "), run.out());
    List<String> rows = lines("batch.csv");
    assertTrue(rows.get(3).startsWith("3,plate.HTD #2 A02,done,plate-HTD/s0002,"), rows.get(3));
    assertTrue(rows.get(4).startsWith("0,part.tif,skipped,"), rows.get(4));
    JavaProcess without = with("", all);
    assertEquals(1, without.exitCode());
    without.err().lines().forEach(PlainSentence::check);
    assertTrue(without.err().contains("plate.HTD: Expected Bio-Formats"), without.err());
  }

  private static JavaProcess with(String bioFormats, List<String> arguments) throws Exception {
    return JavaProcess.run(
        List.of(),
        JavaProcess.classPath(),
        AttentionCli.class.getName(),
        arguments,
        Map.of("VLM_BIO_FORMATS", bioFormats));
  }

  @ParameterizedTest
  @CsvSource({"--planes, both, first", "--planes, all, --planes", "--subfolders, , --subfolders"})
  void whatIsNotForASinglePictureIsRefused(String option, String value, String said)
      throws IOException {
    List<String> all = and(CliRun.arguments(folder), option);
    if (value != null) {
      all.add(value);
    }
    assertTrue(CliRun.refusal(1, folder, all).contains(said));
  }

  @Test
  void questionsOfAListAreAskedOnce() throws IOException {
    Path list = list("image,question\na.png,Where?\n");
    List<String> two = and(arguments(list), "--prompt", "And how many?");
    assertTrue(CliRun.refusal(1, folder, two).contains("questions of its own"));
    List<String> pair = and(arguments(list), "--image", PICTURE.toString());
    assertTrue(CliRun.refusal(1, folder, pair).contains("list"));
    List<String> within = and(arguments(list), "--subfolders");
    assertTrue(CliRun.refusal(1, folder, within).contains("subfolders"));
    list("image,well\na.png\n");
    assertTrue(CliRun.refusal(1, folder, arguments(list)).contains("line 2"));
  }
}

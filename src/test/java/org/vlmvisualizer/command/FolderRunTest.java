package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import ij.IJ;
import ij.Macro;
import ij.measure.ResultsTable;
import ij.plugin.filter.Analyzer;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.scijava.Context;
import org.scijava.command.CommandService;
import org.scijava.event.EventService;
import org.scijava.module.Module;
import org.scijava.service.Service;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.ask.BatchRun;
import org.vlmvisualizer.ask.ManyPictures;
import org.vlmvisualizer.ask.PictureFolder;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.ProcessMark;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.HtmlReport;
import org.vlmvisualizer.output.MapStyle;
import org.vlmvisualizer.output.SavedResult;

/** The command over a folder: what it writes, what it goes on from, what it says. */
class FolderRunTest {
  private final CommandRuns runs = new CommandRuns();
  @TempDir Path folder;
  private Path pictures;
  private Path results;
  private Map<Path, FileTime> before;

  @BeforeEach
  void makePictures() throws Exception {
    pictures = folder.resolve("pictures");
    results = folder.resolve("results");
    ManyPictures.write(pictures, 13);
  }

  @AfterEach
  void dispose() {
    runs.close();
  }

  private AttentionInFolder run(Object... options) throws Exception {
    Map<String, Object> inputs = new HashMap<>(Map.of("model", CommandRuns.MODEL, "length", 2));
    inputs.put("folder", pictures.toFile());
    inputs.put("output", results.toFile());
    for (int i = 0; i < options.length; i += 2) {
      inputs.put((String) options[i], options[i + 1]);
    }
    CommandService commands = runs.context.service(CommandService.class);
    Module module = commands.run(AttentionInFolder.class, true, inputs).get();
    return (AttentionInFolder) module.getDelegateObject();
  }

  private String refused(Object... options) throws Exception {
    AttentionInFolder command = run(options);
    assertTrue(command.isCanceled(), "not refused");
    PlainSentence.check(command.getCancelReason());
    return command.getCancelReason();
  }

  private void done(Object... options) throws Exception {
    before = Files.isDirectory(results) ? times() : Map.of();
    AttentionInFolder command = run(options);
    assertFalse(command.isCanceled(), command.getCancelReason());
  }

  /** Names of pictures whose answer is that of an earlier run. */
  private List<String> kept() throws Exception {
    Map<Path, FileTime> now = times();
    return rows("done").stream()
        .filter(
            name -> {
              Path run = Path.of(PictureFolder.folderName(name), "run.json");
              return before.containsKey(run) && before.get(run).equals(now.get(run));
            })
        .toList();
  }

  /** Names of pictures whose row has a word. */
  private List<String> rows(String word) throws Exception {
    List<String> names = new ArrayList<>();
    for (String line : Files.readAllLines(results.resolve("batch.csv"))) {
      List<String> cells = Arrays.asList(line.split(","));
      if (cells.contains(word)) {
        names.add(cells.get(1));
      }
    }
    return names;
  }

  private Map<Path, FileTime> times() throws Exception {
    Map<Path, FileTime> times = new HashMap<>();
    try (Stream<Path> files = Files.walk(results)) {
      for (Path file : files.filter(f -> f.endsWith("run.json")).toList()) {
        times.put(results.relativize(file), Files.getLastModifiedTime(file));
      }
    }
    return times;
  }

  @Test
  void everyPictureHasItsFolderOrItsError() throws Exception {
    done();
    assertEquals(
        List.of(
            "cell1.png",
            "cell2.png",
            "cell3.png",
            "cell4.png",
            "cell5.tif",
            "cell6.jpg",
            "cell11.png",
            "cell12.tif",
            "cell13.tif"),
        rows("done"));
    assertEquals(List.of("cell7.png", "cell8.png", "cell9.jpg", "cell10.tif"), rows("failed"));
    assertEquals(List.of("notes.txt"), rows("skipped"));
    assertEquals(List.of("cell13.tif"), rows("the first of 12 slices"));
    try (Stream<Path> files = Files.list(results)) {
      assertEquals(9 + 4 + 4, files.count());
    }
    assertEquals(300, SavedResult.read(results.resolve("cell11-png")).picture().width());
    List<String> tokens = Files.readAllLines(results.resolve("tokens.csv"));
    assertEquals(1 + 9 * 2, tokens.size());
    assertTrue(tokens.get(0).startsWith("frame,picture,index,token_id,token,probability"));
    List<String> words = Files.readAllLines(results.resolve("words.csv"));
    assertTrue(words.get(0).startsWith("frame,picture,index,word,first_token,last_token,"));
    assertTrue(words.stream().anyMatch(row -> row.startsWith("11,cell11.png,1,")));
    assertTrue(tokens.get(13).startsWith("11,cell11.png,1,"), tokens.get(13));
    String own = Files.readAllLines(results.resolve("cell11-png/tokens.csv")).get(1);
    assertEquals("11,cell11.png," + own.replace(",cell11.png,", ","), tokens.get(13));
    ResultsTable table = Analyzer.getResultsTable();
    assertEquals(13, table.size());
    assertEquals("failed", table.getStringValue("status", 6));
    PlainSentence.check(table.getStringValue("error", 6).replace(folder.toString(), ""));
  }

  /** Tables of older versions end without the picture, and nothing was asked of evidence. */
  @Test
  void copiesTheTablesOfAnOlderVersion() throws Exception {
    done();
    String all = Files.readString(results.resolve("tokens.csv"));
    Path own = results.resolve("cell11-png/tokens.csv");
    String older =
        Files.readString(own)
            .replaceAll(",(picture,image_marker_attention|cell11.png,0.0),.*\r", "\r");
    assertNotEquals(older, Files.readString(own));
    Files.writeString(own, older);
    Map<Path, FileTime> before = times();
    done();
    assertEquals(before, times());
    String unasked =
        all.replaceAll(
            "(?m)^(11,cell11.png,.*,0\\.0)(,[^,]*){8}$", "$1,NaN,NaN,,NaN,NaN,NaN,NaN,NaN");
    assertNotEquals(unasked, all);
    assertEquals(unasked, Files.readString(results.resolve("tokens.csv")));
  }

  @Test
  void goesOnWhereItEnded() throws Exception {
    EventService events = runs.context.service(EventService.class);
    StackTest.AtPicture cancel =
        new StackTest.AtPicture(
            "5 of 13",
            event -> {
              if (!event.getTask().isCanceled()) {
                event.getTask().cancel("enough");
              }
            });
    var subscribers = events.subscribe(cancel);
    done();
    events.unsubscribe(subscribers);
    List<String> first = List.of("cell1.png", "cell2.png", "cell3.png", "cell4.png");
    assertEquals(first, rows("done"));
    assertEquals(9, rows("pending").size());
    for (String name : first) {
      SavedResult.read(results.resolve(PictureFolder.folderName(name)));
    }
    assertEquals(1 + 4 * 2, Files.readAllLines(results.resolve("tokens.csv")).size());
    Map<Path, FileTime> before = times();
    done();
    assertEquals(first, kept());
    assertEquals(9, rows("done").size());
    before.forEach((file, time) -> assertEquals(time, unchecked(() -> times().get(file))));
    String tokens = Files.readString(results.resolve("tokens.csv"));
    results = folder.resolve("in one go");
    done();
    assertEquals(Files.readString(results.resolve("tokens.csv")), tokens);
  }

  private interface Unchecked<T> {
    T get() throws Exception;
  }

  private static <T> T unchecked(Unchecked<T> what) {
    try {
      return what.get();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "prompt, What else?, 0",
    "length, 3, 0",
    "layers, 1, 0",
    "upsampling, none, 0",
    "lut, fire, 0",
    "precision, bfloat16, 0",
    "resume, false, 0",
    "device, cpu, 2",
    "resume, true, 2"
  })
  void asksAgainWhereTheAnswerCouldDiffer(String key, String value, int kept) throws Exception {
    keepOnly("cell1.png", "cell2.png");
    done();
    Object typed =
        key.equals("length")
            ? Integer.valueOf(value)
            : key.equals("resume") ? Boolean.valueOf(value) : value;
    done(key, typed);
    assertEquals(2, rows("done").size());
    assertEquals(kept, kept().size());
  }

  private void keepOnly(String... names) throws Exception {
    try (Stream<Path> files = Files.list(pictures)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!List.of(names).contains(file.getFileName().toString())) {
          Files.delete(file);
        }
      }
    }
  }

  @Test
  void asksAgainWhereThePictureOrItsResultsChanged() throws Exception {
    keepOnly("cell1.png", "cell2.png", "cell3.png", "cell4.png");
    done();
    Files.copy(
        pictures.resolve("cell2.png"),
        pictures.resolve("cell1.png"),
        StandardCopyOption.REPLACE_EXISTING);
    Files.delete(results.resolve("cell2-png/heatmaps.tif"));
    Files.writeString(results.resolve("cell3-png/run.json"), "{");
    Path left =
        Files.createDirectories(
            results.resolve("cell3-png/.vlm-visualizer-" + deadMark() + "_1.tmp/new"));
    Files.writeString(left.resolve("heatmaps.tif"), "half");
    done();
    assertEquals(List.of("cell4.png"), kept());
    assertFalse(Files.exists(left.getParent()));
    SavedResult.read(results.resolve("cell2-png"));
  }

  /** Of an earlier program with this one's number. */
  private static String deadMark() {
    return ProcessMark.own().replaceFirst("-\\d+$", "-1000000000000");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"tokens\": 3, \"answer\": \"a\"",
        "\"answer\": \"a\"",
        "\"tokens\": []",
        "\"tokens\": [], \"answer\": {}",
        "\"tokens\": [], \"answer\": null"
      })
  void anEditedAnswerIsAskedForAgain(String edited) throws Exception {
    keepOnly("cell1.png", "cell2.png");
    done();
    Path json = results.resolve("cell1-png/run.json");
    JsonObject run = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
    run.remove("tokens");
    run.remove("answer");
    JsonObject more = JsonParser.parseString("{" + edited + "}").getAsJsonObject();
    more.entrySet().forEach(e -> run.add(e.getKey(), e.getValue()));
    Files.writeString(json, run.toString());
    done();
    assertEquals(List.of("cell1.png", "cell2.png"), rows("done"));
    assertEquals(List.of("cell2.png"), kept());
    SavedResult.read(results.resolve("cell1-png"));
  }

  private List<String> files(String picture) throws Exception {
    try (Stream<Path> files = Files.list(results.resolve(picture))) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  private Map<String, String> tables() throws Exception {
    Map<String, String> tables = new HashMap<>();
    for (String name : List.of("batch.csv", "tokens.csv", "words.csv")) {
      tables.put(name, Files.readString(results.resolve(name)));
    }
    return tables;
  }

  /** What is written changes no figure, and a folder with more serves for less. */
  @Test
  void writesTheFilesThatAreWanted() throws Exception {
    keepOnly("cell1.png", "cell5.tif");
    done("files", "table");
    assertEquals(List.of("run.json", "tokens.csv", "words.csv"), files("cell1-png"));
    Map<String, String> tables = tables();
    done("files", "maps");
    assertEquals(List.of(), kept());
    assertEquals(List.of("patches.tif", "run.json", "tokens.csv", "words.csv"), files("cell1-png"));
    done("files", "table");
    assertEquals(List.of("cell1.png", "cell5.tif"), kept());
    assertEquals(tables, tables());
    done();
    assertEquals(List.of(), kept());
    assertTrue(files("cell1-png").containsAll(List.of("heatmaps.tif", "montage.png")));
    done("files", "table");
    done("files", "maps");
    assertEquals(List.of("cell1.png", "cell5.tif"), kept());
    assertEquals(tables, tables());
    done("files", "maps", "resume", false);
    assertEquals(List.of("patches.tif", "run.json", "tokens.csv", "words.csv"), files("cell1-png"));
    assertEquals(tables, tables());
  }

  @Test
  void mapsWithoutTheirPictureAreMeasuredAndNotExplored() throws Exception {
    keepOnly("cell1.png");
    done("files", "maps");
    AttentionResult saved = SavedResult.read(results.resolve("cell1-png"));
    assertFalse(saved.hasPicture());
    assertEquals(96, saved.picture().width());
    Path report = folder.resolve("report.html");
    String sentence =
        assertThrows(
                InputException.class, () -> HtmlReport.write(saved, MapStyle.of(saved), report))
            .getMessage();
    PlainSentence.check(sentence);
    assertTrue(sentence.contains("Open cell1.png"), sentence);
    done("files", "table", "resume", false);
    String tables =
        assertThrows(InputException.class, () -> SavedResult.read(results.resolve("cell1-png")))
            .getMessage();
    PlainSentence.check(tables);
    assertTrue(tables.contains("files=maps"), tables);
  }

  private List<String> inResults() throws Exception {
    try (Stream<Path> files = Files.list(results)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  /** Tables, resuming and the explorer do as with folders. */
  @Test
  void packsResults() throws Exception {
    keepOnly("cell1.png", "cell2.png", "cell5.tif", "cell7.png");
    done();
    Map<String, String> tables = tables();
    Path one = results;
    results = folder.resolve("packed");
    done("pack", "zip");
    List<String> packed =
        List.of(
            "batch.csv",
            "cell7-png", // which failed
            "part-0001.zip",
            "pictures.json",
            "tokens.csv",
            "words.csv");
    assertEquals(packed, inResults());
    assertEquals(tables, tables());
    FileTime written = Files.getLastModifiedTime(results.resolve("part-0001.zip"));
    done("pack", "zip");
    done();
    done("files", "table");
    assertEquals(packed, inResults());
    assertEquals(written, Files.getLastModifiedTime(results.resolve("part-0001.zip")));
    assertEquals(tables, tables());
    Files.delete(results.resolve("tokens.csv"));
    assertEquals(3 + 1, BatchRun.merge(results, false).size());
    assertEquals(tables, tables());
    assertTrue(SavedResult.read(results.resolve("cell2-png")).hasPicture());

    done("prompt", "What else?"); // takes the place of what is packed
    assertTrue(inResults().contains("cell2-png"));
    assertEquals("What else?", SavedResult.read(results.resolve("cell2-png")).question());
    Map<String, String> others = tables();
    assertNotEquals(tables, others);
    assertEquals(4, BatchRun.merge(results, true).size());
    assertEquals(packed.stream().map(n -> n.replace("0001", "0002")).toList(), inResults());
    assertEquals(others, tables());
    assertEquals("What else?", SavedResult.read(results.resolve("cell2-png")).question());
    results = one;
    BatchRun.merge(results, true);
    assertEquals(packed, inResults());
    assertEquals(tables, tables());
  }

  /** The picture's own window is as good as picture.png; one that shows something else is not. */
  @Test
  void theExplorerTakesThePictureFromItsWindow() throws Exception {
    keepOnly("cell1.png", "cell2.png");
    done("files", "maps");
    Map<String, Object> inputs = new HashMap<>();
    inputs.put("folder", results.resolve("cell1-png").toFile());
    inputs.put("report", folder.resolve("report.html").toFile());
    CommandService commands = runs.context.service(CommandService.class);
    for (String name : List.of("cell2.png", "cell1.png")) {
      inputs.put("image", IJ.openImage(pictures.resolve(name).toString()));
      TokenExplorer command =
          (TokenExplorer) commands.run(TokenExplorer.class, true, inputs).get().getDelegateObject();
      assertEquals(name.equals("cell2.png"), command.isCanceled());
    }
    assertTrue(Files.readString(folder.resolve("report.html")).contains("cell1.png"));
  }

  /** And is asked about again. */
  @Test
  void aResultThatCannotBeWrittenIsARow() throws Exception {
    keepOnly("cell1.png", "cell2.png", "cell3.png", "cell4.png");
    Files.createDirectories(results.resolve("cell2-png/tokens.csv"));
    done("files", "table");
    assertEquals(List.of("cell1.png", "cell3.png", "cell4.png"), rows("done"));
    assertEquals(List.of("cell2.png"), rows("failed"));
    assertTrue(Files.exists(results.resolve("cell2-png/failed.json")));
    Files.delete(results.resolve("cell2-png/tokens.csv"));
    done("files", "table");
    assertEquals(List.of("cell1.png", "cell3.png", "cell4.png"), kept());
    assertEquals(4, rows("done").size());
  }

  @Test
  void aPictureWithoutHeightIsARow() throws Exception {
    keepOnly("cell1.png", "cell3.png");
    Files.writeString(pictures.resolve("cell2.pgm"), "P5 4 0 255\n");
    done();
    assertEquals(List.of("cell1.png", "cell3.png"), rows("done"));
    assertEquals(List.of("cell2.pgm"), rows("failed"));
  }

  @Test
  void sameStemAndResultsBesideThePictures() throws Exception {
    keepOnly("cell1.png");
    Files.copy(pictures.resolve("cell1.png"), pictures.resolve("cell1.tif"));
    results = pictures;
    done();
    done();
    assertEquals(List.of("cell1.png", "cell1.tif"), rows("done"));
    assertNotEquals(PictureFolder.folderName("cell1.png"), PictureFolder.folderName("cell1.tif"));
    assertTrue(Files.isRegularFile(pictures.resolve("cell1.png")));
    assertTrue(Files.isRegularFile(pictures.resolve("cell1-tif/run.json")));
  }

  @Test
  void aPictureThatDisappearsIsARow() throws Exception {
    keepOnly("cell1.png", "cell2.png", "cell3.png");
    EventService events = runs.context.service(EventService.class);
    StackTest.AtPicture delete =
        new StackTest.AtPicture(
            "1 of 3",
            event -> unchecked(() -> Files.deleteIfExists(pictures.resolve("cell2.png"))));
    var subscribers = events.subscribe(delete);
    done();
    events.unsubscribe(subscribers);
    assertEquals(List.of("cell2.png"), rows("failed"));
    assertEquals(List.of("cell1.png", "cell3.png"), rows("done"));
  }

  @Test
  void whereNoneCanBeAskedTheReasonIsSaidAndTheTableWritten() throws Exception {
    keepOnly("cell7.png", "cell8.png");
    String sentence = refused();
    assertTrue(
        sentence.startsWith("None of 2 pictures could be asked about. The first, cell7.png"));
    assertEquals(2, rows("failed").size());
  }

  @Test
  void refusesBeforeAnyWork() throws Exception {
    assertTrue(refused("folder", new File("")).contains("folder"));
    assertTrue(refused("output", new File("")).contains("output"));
    assertTrue(refused("folder", folder.resolve("no").toFile()).contains("found none"));
    assertTrue(refused("folder", pictures.resolve("cell1.png").toFile()).contains("found none"));
    assertTrue(
        refused("folder", Files.createDirectory(folder.resolve("e")).toFile()).contains("e"));
    assertTrue(refused("output", pictures.resolve("cell1.png").toFile()).contains("found a file"));
    refused("lut", "jet");
    refused("display", "both");
    assertTrue(refused("prompt", " ").contains("empty prompt"));
    refused("files", "some");
    refused("pack", "tar");
    assertTrue(refused("files", "maps", "keep", "heads").contains("files=all"));
    refused("display", "composite", "upsampling", "none");
    refused("model", "/no/such/model");
    assertFalse(Files.exists(results));
  }

  @Test
  void keysSuitTheMacroLanguage() {
    List<String> keys = new ArrayList<>();
    runs.context
        .service(CommandService.class)
        .getCommand(AttentionInFolder.class)
        .inputs()
        .forEach(
            item -> {
              if (!Service.class.isAssignableFrom(item.getType())
                  && item.getType() != Context.class) {
                assertFalse(item.isPersisted(), item.getName());
                assertTrue(item.getName().matches("[a-z]+"), item.getName());
                keys.add(item.getName());
              }
            });
    for (String key : keys) {
      assertTrue(keys.stream().noneMatch(k -> !k.equals(key) && k.endsWith(key)), key);
    }
    assertEquals("prompt", keys.get(keys.size() - 1));
    assertEquals("/a b", Macro.getValue("folder=[/a b] output=/c prompt=[x]", "folder", null));
  }
}

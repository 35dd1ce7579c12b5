package org.vlmvisualizer.imagej;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import ij.IJ;
import ij.ImagePlus;
import ij.ImageStack;
import ij.process.ColorProcessor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.VirtualDisplay;
import org.vlmvisualizer.imagej.MacroJob.Image;
import org.vlmvisualizer.imagej.MacroJob.Left;
import org.vlmvisualizer.imagej.MacroJob.Table;

/** Every macro in docs, as it stands there, in ImageJ with a display and headless. */
class DocsMacrosTest {
  private static final Pattern BLOCK = Pattern.compile("```ijm\\n(.*?)```", Pattern.DOTALL);

  /** The answer of the demo model about the page: one slice and one row per token. */
  private static final int TOKENS = 8;

  /** As {@link #TOKENS}, about the cells. */
  private static final int CELLS = 16;

  private static final String QUESTION =
      "Größe der Zelle? Ποῦ εἶναι; 细胞在哪里? 🔬 \"so\" [or so]\nsecond line";

  @TempDir Path folder;

  /** What stands in the place of /data in the examples. */
  private Path data() throws Exception {
    Path data = Files.createDirectories(folder.resolve("data"));
    for (String name : List.of("page.png", "cells.png")) {
      Path picture = Path.of("src/main/resources/demo-images").resolve(name);
      Files.copy(picture, data.resolve(name));
    }
    Files.createDirectory(data.resolve("results"));
    Path pictures = Files.createDirectory(data.resolve("pictures"));
    Files.copy(data.resolve("page.png"), pictures.resolve("page.png"));
    Files.copy(data.resolve("cells.png"), pictures.resolve("cells.png"));
    Files.writeString(pictures.resolve("damaged.png"), "no picture");
    ImageStack frames = new ImageStack(480, 360);
    frames.addSlice(IJ.openImage(data.resolve("page.png").toString()).getProcessor());
    frames.addSlice("blank", new ColorProcessor(480, 360));
    ImagePlus movie = new ImagePlus("movie", frames);
    movie.setDimensions(1, 1, 2);
    IJ.saveAsTiff(movie, data.resolve("movie.tif").toString());
    return data;
  }

  /**
   * Heading to macro; a section with two examples counts them. First those of macros.md, whose
   * results other pages open.
   */
  private static Map<String, String> examples() throws Exception {
    Map<String, String> examples = new LinkedHashMap<>();
    try (Stream<Path> pages = Files.list(Path.of("docs"))) {
      List<Path> ordered =
          pages
              .filter(file -> file.toString().endsWith(".md"))
              .sorted(Comparator.comparing(file -> (file.endsWith("macros.md") ? "0" : "1") + file))
              .toList();
      for (Path page : ordered) {
        for (String section : Files.readString(page).split("(?m)^#+ ")) {
          String heading = section.lines().findFirst().orElse("");
          Matcher block = BLOCK.matcher(section);
          for (int i = 1; block.find(); i++) {
            examples.put(i == 1 ? heading : heading + " " + i, block.group(1));
          }
        }
      }
    }
    return examples;
  }

  private Map<String, Left> run(VirtualDisplay display) throws Exception {
    String data = data().toString();
    MacroRuns runs = new MacroRuns(folder);
    for (Map.Entry<String, String> example : examples().entrySet()) {
      runs.add(
          example.getKey(),
          example.getKey().startsWith("Headless") ? data + "/cells.png" : "",
          example.getValue().replace("/data/", data + "/"));
    }
    return runs.run(display);
  }

  @Test
  void withADisplay() throws Exception {
    try (VirtualDisplay display = VirtualDisplay.start()) {
      Map<String, Left> left = run(display);
      check(left, false);
      Left one = left.get("One question");
      assertEquals(
          List.of(
              "page.png",
              "Attention ratio of page.png",
              "Montage of Attention of page.png",
              "Attention of page.png"),
          one.images().stream().map(Image::title).toList());
      assertEquals(TOKENS, table(one, "Attention per token").rows().size());
    }
  }

  @Test
  void headless() throws Exception {
    Map<String, Left> left = run(null);
    check(left, true);
    Left one = left.get("One question");
    assertEquals(
        List.of("page.png", "Attention of page.png"),
        one.images().stream().map(Image::title).toList());
    assertEquals(TOKENS, table(one, "Results").rows().size());
  }

  /** What holds either way. */
  private void check(Map<String, Left> left, boolean headless) throws Exception {
    left.values().forEach(DocsMacrosTest::assertEndedWell);
    Left one = left.get("One question");
    assertEquals("Attention of page.png", one.active());
    assertEquals("Tokens of the answer: " + TOKENS, said(one));
    assertEquals("Map of 320 x 220 pixels", said(left.get("Part of an image")));
    assertEquals("Attention of page.png", said(left.get("Asking again")).replaceAll("-1$", ""));
    assertEquals("loaded: before this question", said(left.get("Many questions, one model")));
    checkTable(left.get("The table in arrays"));
    checkSums(left.get("Measuring a map"));
    checkSaved(left);
    assertEquals(TOKENS + " maps, 12 files", said(left.get("Keeping layers and heads")));
    String report = said(left.get("A report to send to a colleague"));
    assertTrue(report.matches("A page of [1-9]\\d+ kB"), report);
    assertEquals(CELLS + " maps", said(left.get("Packs instead of folders")));
    checkRois(left);
    checkBoxes(left.get("Boxes and points"), headless);
    checkSeries(left);
    checkAllOpen(left.get("All open images"), headless);
    checkFailures(left.get("Testing for a failure"));
    assertEquals(QUESTION.replace("\n", "\\n"), said(left.get("Other scripts than English")));
    String run = Files.readString(folder.resolve("data/results/scripts/run.json"));
    assertEquals(
        QUESTION, JsonParser.parseString(run).getAsJsonObject().get("question").getAsString());
    Left cluster = left.get("Headless, on a cluster");
    assertEquals(
        headless ? "cells: " + CELLS + " tokens, 2 images" : "cells: 0 tokens, 4 images",
        said(cluster));
    assertTrue(Files.exists(folder.resolve("data/results/cells/run.json")));
  }

  private static void assertEndedWell(Left left) {
    assertEquals(List.of(), left.dialogs(), left.name());
    assertFalse(said(left).contains("rror"), left.name() + ": " + said(left));
    assertFalse("[aborted]".equals(left.result()), left.name());
  }

  private static void checkTable(Left left) {
    String[] lines = said(left).split("\n");
    assertEquals(TOKENS, lines.length);
    assertTrue(said(left).contains(" apple: 0."), said(left));
  }

  private static void checkSums(Left left) {
    String[] lines = said(left).split("\n");
    assertEquals(TOKENS, lines.length);
    for (String line : lines) {
      assertTrue(line.contains(": sum 1.000, largest 0."), line);
    }
  }

  private void checkSaved(Map<String, Left> left) throws Exception {
    assertEquals("1", said(left.get("Saving")));
    ImagePlus maps = IJ.openImage(folder.resolve("data/results/maps.tif").toString());
    assertEquals(TOKENS, maps.getNSlices());
    List<String> rows = Files.readAllLines(folder.resolve("data/results/tokens.csv"));
    assertEquals(TOKENS + 1, rows.size());
    assertTrue(rows.get(0).startsWith("index,token_id,token,probability"), rows.get(0));
  }

  private static void checkSeries(Map<String, Left> left) {
    assertEquals("2 channels, 16 tokens", said(left.get("With the picture, in other colours")));
    String stack = said(left.get("A stack, a time series"));
    assertTrue(stack.matches("\\d+ tokens at most, 2 time points"), stack);
    String[] folder = said(left.get("A folder")).split("\n");
    assertEquals(3, folder.length);
    assertTrue(folder[0].startsWith("cells.png: done "), folder[0]);
    assertTrue(folder[1].startsWith("damaged.png: failed"), folder[1]);
    assertTrue(folder[2].startsWith("page.png: done The page says apple"), folder[2]);
  }

  /** What docs/rois.md says that is printed. */
  private void checkRois(Map<String, Left> left) throws Exception {
    String said = said(left.get("A macro"));
    assertTrue(Files.readString(Path.of("docs/rois.md")).contains("```\n" + said + "\n```"), said);
    assertTrue(Files.exists(folder.resolve("data/results/rois")));
    said = said(left.get("A macro 2"));
    assertTrue(said.startsWith(TOKENS + " tokens, "), said);
    assertTrue(said.contains("cherry_enrichment"), said);
  }

  private void checkBoxes(Left left, boolean headless) {
    String said = said(left);
    assertTrue(said.startsWith("Box box\n") != headless, said);
    assertTrue(said.matches("(?s).*\\d+ tokens measured"), said);
    assertTrue(Files.exists(folder.resolve("data/results/boxes/answer-rois.zip")));
  }

  private static void checkAllOpen(Left left, boolean headless) {
    assertEquals("4 images", said(left));
    List<String> titles = left.images().stream().map(Image::title).toList();
    assertTrue(titles.contains("Attention of page.png"), titles.toString());
    assertTrue(titles.contains("Attention of cells.png"), titles.toString());
    int rows = table(left, headless ? "Results" : "Attention per token").rows().size();
    assertEquals(CELLS, rows, "the last picture's table");
  }

  private static void checkFailures(Left left) {
    String[] lines = said(left).split("\n");
    assertEquals("page.png: " + TOKENS + " tokens", lines[0]);
    assertTrue(lines[1].startsWith("damaged.png: Expected a selection on the image"), lines[1]);
    assertEquals("cells.png: 8 tokens", lines[2]);
    assertEquals(3, lines.length);
  }

  private static Table table(Left left, String title) {
    Table table = left.tables().get(title);
    assertNotNull(table, left.name() + " has " + left.tables().keySet());
    return table;
  }

  /** What print() wrote: to the Log window, or headless to standard output. */
  private static String said(Left left) {
    return (left.log() + left.printed()).strip();
  }
}

package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.IJ;
import ij.ImagePlus;
import ij.gui.EllipseRoi;
import ij.gui.Line;
import ij.gui.OvalRoi;
import ij.gui.PolygonRoi;
import ij.gui.Roi;
import ij.gui.TextRoi;
import ij.io.RoiEncoder;
import ij.measure.ResultsTable;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scijava.Context;
import org.scijava.command.CommandService;
import org.scijava.module.ModuleItem;
import org.scijava.service.Service;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.output.AttentionResult;

/** The command on real answers of a tiny model, without a display. */
class AttentionInRoisTest {
  private static RoiRuns runs;
  @TempDir static Path folder;

  @BeforeAll
  static void ask() throws Exception {
    runs = new RoiRuns(folder);
  }

  @AfterAll
  static void dispose() {
    runs.close();
  }

  @BeforeEach
  void reset() {
    runs.reset();
  }

  /** The share worked out pixel by pixel from the heatmaps, for a rectangle of whole pixels. */
  private static double share(ImagePlus heatmaps, int token, int x, int y, int width, int height) {
    double inside = 0;
    double all = 0;
    for (int j = 0; j < heatmaps.getHeight(); j++) {
      for (int i = 0; i < heatmaps.getWidth(); i++) {
        double value = heatmaps.getStack().getProcessor(token).getf(i, j);
        all += value;
        inside += i >= x && i < x + width && j >= y && j < y + height ? value : 0;
      }
    }
    return inside / all;
  }

  @Test
  void overlayOfTheSourceImage() throws Exception {
    ImagePlus image =
        RoiRuns.with(
            CommandRuns.picture(),
            RoiRuns.named("left, \"half\"", new Roi(0, 0, 20, 30)),
            RoiRuns.named("left, \"half\"", new Roi(20, 0, 20, 30)),
            new Line(0, 0, 9, 9),
            new TextRoi(0, 0, "label"),
            RoiRuns.named("细胞", new OvalRoi(10, 10, 10, 10)));
    ResultsTable table = runs.measure("image", image, "output", folder.resolve("tables").toFile());
    assertEquals(
        List.of(
            "index",
            "token",
            "left_half_share",
            "left_half_enrichment",
            "left_half_2_share",
            "left_half_2_enrichment",
            "roi_3_share",
            "roi_3_enrichment",
            "细胞_share",
            "细胞_enrichment",
            "picture"),
        List.of(table.getHeadings()).subList(0, 11));
    assertEquals("细胞_p", table.getHeadings()[10 + 4 * 3]);
    assertEquals(runs.whole.getStackSize(), table.size());
    for (int t = 0; t < table.size(); t++) {
      double left = table.getValue("left_half_share", t);
      double right = table.getValue("left_half_2_share", t);
      assertEquals(1, left + right, 1e-12);
      assertEquals(left * 2, table.getValue("left_half_enrichment", t), 1e-9);
      assertTrue(Double.isNaN(table.getValue("roi_3_share", t)));
      assertTrue(Double.isNaN(table.getValue("roi_3_p", t)));
      assertTrue(table.getValue("left_half_chance_low", t) < 1);
      assertTrue(table.getValue("left_half_chance_high", t) > 1);
      assertTrue(table.getValue("细胞_share", t) > 0);
    }
    List<String> csv = Files.readAllLines(folder.resolve("tables/roi-tokens.csv"));
    assertEquals(1 + 3 * table.size(), csv.size());
    assertTrue(csv.get(1).startsWith("\"left, \"\"half\"\"\",left_half,0,0."), csv.get(1));
    assertTrue(Files.isRegularFile(folder.resolve("tables/roi-attention.csv")));
    assertTrue(Files.isRegularFile(folder.resolve("tables/roi-words.csv")));
    ResultsTable plain = runs.measure("image", image, "chance", false);
    assertEquals(11, plain.getHeadings().length);
  }

  /**
   * The same place, told on the source image, on the maps of a crop of it, and on its runs.patches.
   */
  @Test
  void aRoiLiesWhereItWasDrawn() throws Exception {
    runs.remember(runs.crop);
    Grid grid = AttentionResult.of(runs.crop).maps().grid();
    Roi ellipse = new EllipseRoi(15, 10, 25, 18, 0.6);
    ImagePlus image = CommandRuns.picture();
    image.setRoi(ellipse);
    double[] onSource = runs.measure("image", image).getColumn("selection_share");
    Roi shifted = new EllipseRoi(5, 5, 15, 13, 0.6);
    runs.crop.setRoi(shifted);
    double[] onMaps = runs.measure("image", runs.crop).getColumn("selection_share");
    Roi onGrid = new EllipseRoi(grid.cellX(5), grid.cellY(5), grid.cellX(15), grid.cellY(13), 0.6);
    runs.patches.setRoi(onGrid);
    double[] onPatches = runs.measure("image", runs.patches).getColumn("selection_share");
    for (int t = 0; t < onSource.length; t++) {
      assertTrue(onSource[t] > 0);
      assertEquals(onSource[t], onMaps[t], 1e-6);
      assertEquals(onSource[t], onPatches[t], 1e-6);
    }
  }

  @Test
  void agreesWithThePixelsOfTheHeatmaps() throws Exception {
    Grid grid = AttentionResult.of(runs.whole).maps().grid();
    // Edges on those of runs.patches, where a pixel has the value of one patch.
    int x = (int) Math.rint(grid.sourceX(1));
    assertEquals(grid.sourceX(1), x, 1e-9);
    ResultsTable table =
        runs.measure("image", RoiRuns.with(CommandRuns.picture(), new Roi(x, 0, 2 * x, 30)));
    for (int t = 0; t < table.size(); t++) {
      assertEquals(
          share(runs.whole, t + 1, x, 0, 2 * x, 30), table.getValue("roi_1_share", t), 1e-5);
    }
  }

  @Test
  void filesOpenedAgainBelongToTheirFolder() throws Exception {
    double expected =
        runs.measure(
                "image",
                RoiRuns.with(CommandRuns.picture(), new Roi(12, 6, 9, 11)),
                "folder",
                saved())
            .getValue("roi_1_share", 0);
    LastResult.forget();
    for (String file : List.of("heatmaps.tif", "picture.png")) {
      ImagePlus opened = IJ.openImage(new File(saved(), file).getPath());
      ResultsTable table = runs.measure("image", RoiRuns.with(opened, new Roi(2, 1, 9, 11)));
      assertEquals(expected, table.getValue("roi_1_share", 0), 1e-9, file);
    }
    Grid grid = AttentionResult.of(runs.crop).maps().grid();
    Roi onPatches =
        new PolygonRoi(
            new float[] {x(grid, 2), x(grid, 11), x(grid, 11), x(grid, 2)},
            new float[] {y(grid, 1), y(grid, 1), y(grid, 12), y(grid, 12)},
            Roi.POLYGON);
    ImagePlus opened = IJ.openImage(new File(saved(), "patches.tif").getPath());
    assertEquals(
        expected,
        runs.measure("image", RoiRuns.with(opened, onPatches)).getValue("roi_1_share", 0),
        1e-6);
  }

  private static File saved() {
    return folder.resolve("crop").toFile();
  }

  private static float x(Grid grid, double x) {
    return (float) grid.cellX(x);
  }

  private static float y(Grid grid, double y) {
    return (float) grid.cellY(y);
  }

  @Test
  void theNewestResultStaysWhenItsWindowIsClosed() throws Exception {
    ImagePlus maps = runs.runs.run("image", CommandRuns.picture()).heatmaps();
    maps.close();
    ImagePlus image = CommandRuns.picture();
    image.setRoi(new Roi(3, 4, 5, 6));
    assertEquals(3, runs.measure("image", image).size());
  }

  @Test
  void selectionIsTakenByName() throws Exception {
    ImagePlus image = RoiRuns.with(CommandRuns.picture(), new Roi(0, 0, 5, 5));
    image.setRoi(RoiRuns.named("mine", new OvalRoi(5, 5, 9, 9)));
    assertTrue(runs.measure("image", image, "source", "selection").columnExists("mine_share"));
    assertTrue(runs.measure("image", image).columnExists("roi_1_share"));
  }

  @Test
  void filesOfTheRoiManager() throws Exception {
    Path one = Files.write(folder.resolve("one.roi"), roi(new OvalRoi(5, 5, 9, 9)));
    assertTrue(runs.measure("rois", one.toFile()).columnExists("one_share"));
    Path set = folder.resolve("RoiSet.zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(set))) {
      for (String name : List.of("细胞", "0001-0032")) {
        zip.putNextEntry(new ZipEntry(name + ".roi"));
        zip.write(roi(new EllipseRoi(5, 5, 20, 20, 0.5)));
      }
    }
    ResultsTable table = runs.measure("rois", set.toFile());
    assertEquals(table.getValue("细胞_share", 0), table.getValue("roi_0001_0032_share", 0));
  }

  private static byte[] roi(Roi roi) {
    return RoiEncoder.saveAsByteArray(roi);
  }

  @Test
  void keysSuitTheMacroLanguage() {
    List<String> keys = new ArrayList<>();
    CommandService commands = runs.runs.context.service(CommandService.class);
    for (ModuleItem<?> item : commands.getCommand(AttentionInRois.class).inputs()) {
      if (!Service.class.isAssignableFrom(item.getType()) && item.getType() != Context.class) {
        assertFalse(item.isPersisted(), item.getName() + " persists");
        keys.add(item.getName());
      }
    }
    assertTrue(
        keys.containsAll(List.of("image", "source", "rois", "folder", "output")), keys.toString());
    for (String key : keys) {
      assertTrue(key.matches("[a-z]+"), key);
      assertTrue(keys.stream().noneMatch(k -> !k.equals(key) && k.endsWith(key)), key);
    }
  }
}

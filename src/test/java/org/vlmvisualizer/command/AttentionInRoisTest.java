package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.IJ;
import ij.ImagePlus;
import ij.gui.EllipseRoi;
import ij.gui.Line;
import ij.gui.OvalRoi;
import ij.gui.Overlay;
import ij.gui.PointRoi;
import ij.gui.PolygonRoi;
import ij.gui.Roi;
import ij.gui.TextRoi;
import ij.io.RoiEncoder;
import ij.measure.ResultsTable;
import ij.plugin.filter.Analyzer;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scijava.Context;
import org.scijava.command.CommandService;
import org.scijava.module.Module;
import org.scijava.module.ModuleItem;
import org.scijava.service.Service;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.Printed;
import org.vlmvisualizer.core.PatchGrid;
import org.vlmvisualizer.output.AttentionResult;

/** The command on real answers of a tiny model, without a display. */
class AttentionInRoisTest {
  private static CommandRuns runs;

  /** Answers about all of {@link CommandRuns#picture} and about x 10–30, y 5–25 of it. */
  private static ImagePlus whole;

  private static ImagePlus crop;
  private static ImagePlus patches;
  @TempDir static Path folder;

  @BeforeAll
  static void ask() throws Exception {
    runs = new CommandRuns();
    whole =
        runs.run("image", CommandRuns.picture(), "output", folder.resolve("whole").toFile())
            .heatmaps();
    crop = runs.run("image", cropped(), "output", folder.resolve("crop").toFile()).heatmaps();
    patches = runs.run("image", cropped(), "upsampling", "none").heatmaps();
  }

  @AfterAll
  static void dispose() {
    LastResult.remember(null);
    runs.close();
  }

  @BeforeEach
  void forget() {
    LastResult.remember(AttentionResult.of(whole));
    List.of(whole, crop, patches).forEach(ImagePlus::deleteRoi);
    Analyzer.setResultsTable(null);
  }

  private static ImagePlus cropped() {
    ImagePlus image = CommandRuns.picture();
    image.setRoi(new Roi(10, 5, 20, 20));
    return image;
  }

  private static ImagePlus with(ImagePlus image, Roi... rois) {
    Overlay overlay = new Overlay();
    for (Roi roi : rois) {
      overlay.add(roi);
    }
    image.setOverlay(overlay);
    return image;
  }

  private static Roi named(String name, Roi roi) {
    roi.setName(name);
    return roi;
  }

  private static AttentionInRois run(Object... options) throws Exception {
    Map<String, Object> inputs = new HashMap<>();
    for (int i = 0; i < options.length; i += 2) {
      inputs.put((String) options[i], options[i + 1]);
    }
    try (Printed printed = new Printed()) {
      Module module =
          runs.context.service(CommandService.class).run(AttentionInRois.class, true, inputs).get();
      assertEquals("", printed.text());
      return (AttentionInRois) module.getDelegateObject();
    }
  }

  private static ResultsTable measure(Object... options) throws Exception {
    AttentionInRois command = run(options);
    assertFalse(command.isCanceled(), command.getCancelReason());
    return Analyzer.getResultsTable();
  }

  private static String refusal(Object... options) throws Exception {
    AttentionInRois command = run(options);
    assertTrue(command.isCanceled(), "not refused");
    PlainSentence.check(command.getCancelReason());
    assertEquals(0, Analyzer.getResultsTable().size());
    return command.getCancelReason();
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
        with(
            CommandRuns.picture(),
            named("left, \"half\"", new Roi(0, 0, 20, 30)),
            named("left, \"half\"", new Roi(20, 0, 20, 30)),
            new Line(0, 0, 9, 9),
            new TextRoi(0, 0, "label"),
            named("细胞", new OvalRoi(10, 10, 10, 10)));
    ResultsTable table = measure("image", image, "output", folder.resolve("tables").toFile());
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
            "细胞_enrichment"),
        List.of(table.getHeadings()));
    assertEquals(whole.getStackSize(), table.size());
    for (int t = 0; t < table.size(); t++) {
      double left = table.getValue("left_half_share", t);
      double right = table.getValue("left_half_2_share", t);
      assertEquals(1, left + right, 1e-12);
      assertEquals(left * 2, table.getValue("left_half_enrichment", t), 1e-9);
      assertTrue(Double.isNaN(table.getValue("roi_3_share", t)));
      assertTrue(table.getValue("细胞_share", t) > 0);
    }
    List<String> csv = Files.readAllLines(folder.resolve("tables/roi-tokens.csv"));
    assertEquals(1 + 3 * table.size(), csv.size());
    assertTrue(csv.get(1).startsWith("\"left, \"\"half\"\"\",left_half,0,0."), csv.get(1));
    assertTrue(Files.isRegularFile(folder.resolve("tables/roi-attention.csv")));
  }

  /** The same place, told on the source image, on the maps of a crop of it, and on its patches. */
  @Test
  void aRoiLiesWhereItWasDrawn() throws Exception {
    LastResult.remember(AttentionResult.of(crop));
    PatchGrid grid = AttentionResult.of(crop).maps().grid();
    Roi ellipse = new EllipseRoi(15, 10, 25, 18, 0.6);
    ImagePlus image = CommandRuns.picture();
    image.setRoi(ellipse);
    double[] onSource = measure("image", image).getColumn("selection_share");
    Roi shifted = new EllipseRoi(5, 5, 15, 13, 0.6);
    crop.setRoi(shifted);
    double[] onMaps = measure("image", crop).getColumn("selection_share");
    Roi onGrid = new EllipseRoi(grid.cellX(5), grid.cellY(5), grid.cellX(15), grid.cellY(13), 0.6);
    patches.setRoi(onGrid);
    double[] onPatches = measure("image", patches).getColumn("selection_share");
    for (int t = 0; t < onSource.length; t++) {
      assertTrue(onSource[t] > 0);
      assertEquals(onSource[t], onMaps[t], 1e-6);
      assertEquals(onSource[t], onPatches[t], 1e-6);
    }
  }

  @Test
  void agreesWithThePixelsOfTheHeatmaps() throws Exception {
    PatchGrid grid = AttentionResult.of(whole).maps().grid();
    // Edges on those of patches, where a pixel has the value of one patch.
    int x = (int) Math.rint(grid.sourceX(1));
    assertEquals(grid.sourceX(1), x, 1e-9);
    ResultsTable table = measure("image", with(CommandRuns.picture(), new Roi(x, 0, 2 * x, 30)));
    for (int t = 0; t < table.size(); t++) {
      assertEquals(share(whole, t + 1, x, 0, 2 * x, 30), table.getValue("roi_1_share", t), 1e-5);
    }
  }

  @Test
  void filesOpenedAgainBelongToTheirFolder() throws Exception {
    double expected =
        measure("image", with(CommandRuns.picture(), new Roi(12, 6, 9, 11)), "folder", saved())
            .getValue("roi_1_share", 0);
    LastResult.remember(null);
    for (String file : List.of("heatmaps.tif", "picture.png")) {
      ImagePlus opened = IJ.openImage(new File(saved(), file).getPath());
      ResultsTable table = measure("image", with(opened, new Roi(2, 1, 9, 11)));
      assertEquals(expected, table.getValue("roi_1_share", 0), 1e-9, file);
    }
    PatchGrid grid = AttentionResult.of(crop).maps().grid();
    Roi onPatches =
        new PolygonRoi(
            new float[] {x(grid, 2), x(grid, 11), x(grid, 11), x(grid, 2)},
            new float[] {y(grid, 1), y(grid, 1), y(grid, 12), y(grid, 12)},
            Roi.POLYGON);
    ImagePlus opened = IJ.openImage(new File(saved(), "patches.tif").getPath());
    assertEquals(
        expected, measure("image", with(opened, onPatches)).getValue("roi_1_share", 0), 1e-6);
  }

  private static File saved() {
    return folder.resolve("crop").toFile();
  }

  private static float x(PatchGrid grid, double x) {
    return (float) grid.cellX(x);
  }

  private static float y(PatchGrid grid, double y) {
    return (float) grid.cellY(y);
  }

  @Test
  void theNewestResultStaysWhenItsWindowIsClosed() throws Exception {
    ImagePlus maps = runs.run("image", CommandRuns.picture()).heatmaps();
    maps.close();
    ImagePlus image = CommandRuns.picture();
    image.setRoi(new Roi(3, 4, 5, 6));
    assertEquals(3, measure("image", image).size());
  }

  @Test
  void selectionIsTakenByName() throws Exception {
    ImagePlus image = with(CommandRuns.picture(), new Roi(0, 0, 5, 5));
    image.setRoi(named("mine", new OvalRoi(5, 5, 9, 9)));
    assertTrue(measure("image", image, "source", "selection").columnExists("mine_share"));
    assertTrue(measure("image", image).columnExists("roi_1_share"));
  }

  @Test
  void filesOfTheRoiManager() throws Exception {
    Path one = Files.write(folder.resolve("one.roi"), roi(new OvalRoi(5, 5, 9, 9)));
    assertTrue(measure("rois", one.toFile()).columnExists("one_share"));
    Path set = folder.resolve("RoiSet.zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(set))) {
      for (String name : List.of("细胞", "0001-0032")) {
        zip.putNextEntry(new ZipEntry(name + ".roi"));
        zip.write(roi(new EllipseRoi(5, 5, 20, 20, 0.5)));
      }
    }
    ResultsTable table = measure("rois", set.toFile());
    assertEquals(table.getValue("细胞_share", 0), table.getValue("roi_0001_0032_share", 0));
  }

  private static byte[] roi(Roi roi) {
    return RoiEncoder.saveAsByteArray(roi);
  }

  @Test
  void refusesFilesThatHoldNoRois() throws Exception {
    byte[] good = roi(new PolygonRoi(new int[] {1, 9, 5}, new int[] {1, 2, 9}, 3, Roi.POLYGON));
    Path file = folder.resolve("bad.roi");
    for (int length : new int[] {0, 1, 4, 20, 63}) {
      Files.write(file, Arrays.copyOf(good, length));
      assertTrue(refusal("rois", file.toFile()).contains("cannot be read"));
    }
    good[16] = 0x7f; // two billion corners
    Files.write(file, good);
    refusal("rois", file.toFile());
    Path zip = Files.write(folder.resolve("bad.zip"), good);
    assertTrue(refusal("rois", zip.toFile()).contains("bad.zip"));
    refusal("rois", folder.toFile());
    refusal("rois", folder.resolve("none.roi").toFile());
  }

  @Test
  void refusesWithoutAResult() throws Exception {
    LastResult.remember(null);
    ImagePlus image = with(CommandRuns.picture(), new Roi(0, 0, 5, 5));
    assertTrue(refusal("image", image).contains("Show Attention"));
    assertTrue(refusal("image", image, "folder", folder.toFile()).contains("no run.json"));
  }

  @Test
  void refusesWithoutRois() throws Exception {
    assertTrue(refusal("image", CommandRuns.picture()).contains("found none"));
    assertTrue(refusal().contains("found none"));
    assertTrue(refusal("source", "manager").contains("in the ROI Manager, found none"));
    ImagePlus image = with(CommandRuns.picture(), new TextRoi(0, 0, "label"));
    assertTrue(refusal("image", image, "source", "overlay").contains("overlay"));
    assertTrue(refusal("image", image, "source", "selection").contains("selection"));
    assertTrue(refusal("image", image, "source", "Auto").contains("found 'Auto'"));
  }

  @Test
  void refusesWhatHasNoAreaInThePicture() throws Exception {
    ImagePlus image =
        with(CommandRuns.picture(), new PointRoi(3, 3), named("l", new Line(0, 0, 9, 9)));
    assertTrue(refusal("image", image).contains("no area: 1, l"));
    LastResult.remember(AttentionResult.of(crop));
    image = with(CommandRuns.picture(), named("corner", new Roi(31, 0, 9, 9)));
    assertTrue(
        refusal("image", image)
            .contains("x 10, y 5, 20 x 20), found none (outside of it: corner)"));
  }

  @Test
  void refusesRoisOnAnImageThatCannotBeTheSource() throws Exception {
    ImagePlus other = IJ.createImage("other", 20, 20, 1, 8);
    other.setRoi(new Roi(1, 1, 9, 9));
    String reason = refusal("image", other);
    assertTrue(reason.contains("at least 40 x 30") && reason.contains("other (20 x 20)"), reason);
    ImagePlus duplicate = crop.duplicate();
    duplicate.setRoi(new Roi(1, 1, 9, 9));
    LastResult.remember(AttentionResult.of(crop));
    refusal("image", duplicate);
  }

  @Test
  void refusesACornerThatIsNoNumber() throws Exception {
    ImagePlus image = CommandRuns.picture();
    float[] corners = {1, Float.NaN, 5};
    image.setOverlay(new Overlay(new PolygonRoi(corners, corners, Roi.POLYGON)));
    assertTrue(refusal("image", image).contains("no number"));
  }

  @Test
  void refusesAFileAsOutput() throws Exception {
    ImagePlus image = with(CommandRuns.picture(), new Roi(0, 0, 5, 5));
    File file = Files.writeString(folder.resolve("file"), "mine").toFile();
    assertTrue(refusal("image", image, "output", file).contains("found a file"));
    assertEquals("mine", Files.readString(file.toPath()));
  }

  @Test
  void keysSuitTheMacroLanguage() {
    List<String> keys = new ArrayList<>();
    CommandService commands = runs.context.service(CommandService.class);
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

package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.IJ;
import ij.ImagePlus;
import ij.gui.Roi;
import ij.measure.Calibration;
import ij.measure.ResultsTable;
import ij.plugin.filter.Analyzer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scijava.log.LogLevel;
import org.scijava.log.LogService;
import org.vlmvisualizer.command.CommandRuns.Run;
import org.vlmvisualizer.core.HeadAttention;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.SavedResult;

/** What a run of the command gives. */
class ShowAttentionTest {
  private final CommandRuns runs = new CommandRuns();
  @TempDir Path folder;

  @AfterEach
  void dispose() {
    runs.close();
  }

  @Test
  void givesOneLabelledSlicePerToken() throws Exception {
    Run run = runs.run("image", CommandRuns.picture());
    CommandRuns.assertDone(run);
    ImagePlus maps = run.heatmaps();
    assertEquals(3, maps.getNSlices());
    assertEquals(1, maps.getNChannels());
    assertEquals(40, maps.getWidth());
    assertEquals(30, maps.getHeight());
    assertEquals(32, maps.getBitDepth());
    assertEquals("Attention of picture", maps.getTitle());
    for (int t = 1; t <= 3; t++) {
      assertTrue(maps.getStack().getSliceLabel(t).length() > 0);
    }
    assertTrue(maps.getInfoProperty().contains("answer: "));
    assertTrue(maps.getInfoProperty().contains("model_sha256: "));
  }

  @Test
  void keepsLayersOrHeadsWhereAsked() throws Exception {
    for (String keep : List.of("nothing", "layers", "heads")) {
      Path output = folder.resolve(keep);
      Run run = runs.run("image", CommandRuns.picture(), "keep", keep, "output", output.toFile());
      CommandRuns.assertDone(run);
      HeadAttention kept = AttentionResult.of(run.heatmaps()).kept();
      HeadAttention read = SavedResult.read(output).kept();
      assertEquals(!keep.equals("nothing"), kept != null);
      assertEquals(kept != null, Files.exists(output.resolve("head-attention.tif")));
      if (kept != null) {
        assertEquals(keep.equals("layers"), kept.averaged());
        assertTrue(Arrays.deepEquals(kept.image(), read.image()));
        assertTrue(Arrays.deepEquals(kept.rest(), read.rest()));
      }
      String json = Files.readString(output.resolve("run.json"));
      assertTrue(json.contains("\"keep\": \"" + keep + "\""), json);
    }
  }

  @Test
  void fillsTheResultsTableThatMacrosReach() throws Exception {
    Run run = runs.run("image", CommandRuns.picture());
    ResultsTable table = Analyzer.getResultsTable();
    assertSame(table, ResultsTable.getResultsTable());
    assertEquals(3, table.size());
    for (int t = 0; t < 3; t++) {
      assertEquals(t + 1, table.getValue("index", t));
      assertEquals(
          run.heatmaps().getStack().getSliceLabel(t + 1), table.getStringValue("token", t));
      double sum =
          table.getValue("image_attention", t)
              + table.getValue("prompt_attention", t)
              + table.getValue("generated_attention", t);
      assertEquals(1, sum, 1e-6);
    }
  }

  @Test
  void calibrationFollowsTheSelection() throws Exception {
    ImagePlus picture = CommandRuns.picture();
    Calibration calibration = picture.getCalibration();
    calibration.pixelWidth = 0.25;
    calibration.pixelHeight = 0.5;
    calibration.setUnit("um");
    picture.setRoi(new Roi(10, 6, 20, 12));
    Run run = runs.run("image", picture);
    CommandRuns.assertDone(run);
    ImagePlus maps = run.heatmaps();
    assertEquals(20, maps.getWidth());
    assertEquals(12, maps.getHeight());
    assertEquals(0.25, maps.getCalibration().pixelWidth);
    assertEquals(0.5, maps.getCalibration().pixelHeight);
    assertEquals(calibration.getX(10), maps.getCalibration().getX(0));
    assertEquals(calibration.getY(6), maps.getCalibration().getY(0));
    for (int t = 0; t < 3; t++) {
      double x = Analyzer.getResultsTable().getValue("peak_x", t);
      assertTrue(x >= 10 && x <= 30, "peak in pixels of the whole image: " + x);
    }
  }

  @Test
  void asksAboutTheWholeImageWhenToldTo() throws Exception {
    ImagePlus picture = CommandRuns.picture();
    for (Roi roi : new Roi[] {new Roi(10, 6, 20, 12), new Roi(100, 100, 5, 5)}) {
      picture.setRoi(roi);
      Run run = runs.run("image", picture, "selection", false);
      CommandRuns.assertDone(run);
      assertEquals(40, run.heatmaps().getWidth());
    }
  }

  @Test
  void withoutUpsamplingEachSliceSumsToOneOnTheGrid() throws Exception {
    Run run = runs.run("image", CommandRuns.picture(), "upsampling", "none");
    assertEquals(4, run.heatmaps().getWidth());
    for (int t = 1; t <= 3; t++) {
      double sum = 0;
      for (float value : (float[]) run.heatmaps().getStack().getPixels(t)) {
        sum += value;
      }
      assertEquals(1, sum, 1e-5);
    }
  }

  @Test
  void savesEverythingWhereAsked() throws Exception {
    Path results = folder.resolve("results");
    Run run = runs.run("image", CommandRuns.picture(), "output", results.toFile());
    CommandRuns.assertDone(run);
    try (Stream<Path> files = Files.list(results)) {
      assertEquals(
          List.of(
              "attention-matrix.tif",
              "attention-ratio.png",
              "heatmaps.tif",
              "methods.txt",
              "montage.png",
              "patches.tif",
              "picture.png",
              "run.json",
              "tokens.csv",
              "words.csv"),
          files.map(f -> f.getFileName().toString()).sorted().toList());
    }
    ImagePlus saved = IJ.openImage(results.resolve("heatmaps.tif").toString());
    assertEquals(run.heatmaps().getStack().getSliceLabel(2), saved.getStack().getSliceLabel(2));
    assertEquals(3, saved.getStackSize());
  }

  /** At debug level alone: anything louder opens Fiji's console. */
  @Test
  void logsTheEngineForThoseWhoLook() throws Exception {
    Run quiet = runs.run("image", CommandRuns.picture());
    assertFalse(quiet.printed().contains("Engine: PyTorch"), quiet.printed());
    LogService log = runs.context.service(LogService.class);
    log.setLevel(LogLevel.DEBUG);
    List<String> messages = new CopyOnWriteArrayList<>();
    log.addLogListener(message -> messages.add(message.text()));
    runs.run("image", CommandRuns.picture());
    assertTrue(
        messages.stream().anyMatch(m -> m.startsWith("Engine: PyTorch")), messages::toString);
    assertTrue(messages.stream().anyMatch(m -> m.startsWith("Device: ")), messages::toString);
  }

  @Test
  void anOutputWithoutNameSavesNothing() throws Exception {
    Run run = runs.run("image", CommandRuns.picture(), "output", new java.io.File(""));
    CommandRuns.assertDone(run);
  }

  @Test
  void leavesTheImageAsItWas() throws Exception {
    ImagePlus picture = CommandRuns.picture();
    picture.setRoi(new Roi(10, 6, 20, 12));
    int[] before = ((int[]) picture.getProcessor().getPixels()).clone();
    runs.run("image", picture);
    org.junit.jupiter.api.Assertions.assertArrayEquals(
        before, (int[]) picture.getProcessor().getPixels());
    assertEquals(new java.awt.Rectangle(10, 6, 20, 12), picture.getRoi().getBounds());
  }
}

package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.CompositeImage;
import ij.IJ;
import ij.ImagePlus;
import ij.ImageStack;
import ij.VirtualStack;
import ij.gui.Roi;
import ij.measure.ResultsTable;
import ij.plugin.filter.Analyzer;
import ij.process.ByteProcessor;
import ij.process.ColorProcessor;
import ij.process.FloatProcessor;
import ij.process.ImageProcessor;
import ij.process.ShortProcessor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scijava.event.EventHandler;
import org.scijava.event.EventService;
import org.scijava.task.event.TaskEvent;
import org.vlmvisualizer.command.CommandRuns.Run;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.HeatColours;
import org.vlmvisualizer.output.SavedResult;
import org.vlmvisualizer.picture.ImageInput;

/** One question about every slice or time point of a stack. */
class StackTest {
  private final CommandRuns runs = new CommandRuns();
  @TempDir Path folder;

  @AfterEach
  void dispose() {
    runs.close();
  }

  /** Two channels of 16 bits, 3 slices, 4 frames; every plane differs. */
  private static ImagePlus hyperstack() {
    ImageStack stack = new ImageStack(40, 30);
    for (int i = 0; i < 24; i++) {
      ShortProcessor plane = new ShortProcessor(40, 30);
      plane.setColor(1000 + 100 * i);
      plane.fill(new Roi(i, 5, 10, 10 + i / 2));
      stack.addSlice("plane " + i, plane);
    }
    ImagePlus image = new ImagePlus("cells.tif", stack);
    image.setDimensions(2, 3, 4);
    CompositeImage composite = new CompositeImage(image, CompositeImage.COMPOSITE);
    composite.setOpenAsHyperStack(true);
    composite.getCalibration().frameInterval = 2.5;
    composite.getCalibration().pixelWidth = 0.5;
    composite.getCalibration().setUnit("um");
    composite.setPosition(1, 2, 3);
    return composite;
  }

  @ParameterizedTest
  @CsvSource({"slices, 3, 0", "frames, 4, 2.5"})
  void eachSliceIsAskedAsIfItWereDisplayed(String which, int count, double interval)
      throws Exception {
    ImagePlus image = hyperstack();
    Path results = folder.resolve("results");
    Run run = runs.run("image", image, "stack", which, "output", results.toFile());
    CommandRuns.assertDone(run);
    ImagePlus maps = run.heatmaps();
    assertArrayEquals(new int[] {40, 30, 1, 3, count}, maps.getDimensions());
    assertEquals(interval, maps.getCalibration().frameInterval);
    assertEquals(0.5, maps.getCalibration().pixelWidth);
    assertEquals("Attention of cells.tif", maps.getTitle());
    assertArrayEquals(
        new int[] {1, 2, 3}, new int[] {image.getC(), image.getZ(), image.getT()}, "scrolled");
    ResultsTable table = Analyzer.getResultsTable();
    assertEquals(3 * count, table.size());
    for (int i = 1; i <= count; i++) {
      int z = which.equals("slices") ? i : 2;
      int t = which.equals("slices") ? 3 : i;
      image.setPosition(1, z, t);
      ImageInput shown = ImageInput.of(image, image.getRoi());
      maps.setPosition(1, 1, i);
      AttentionResult result = AttentionResult.of(maps);
      assertArrayEquals(shown.picture().rgb(), result.picture().rgb());
      Run alone = runs.run("image", image);
      for (int token = 1; token <= 3; token++) {
        int index = maps.getStackIndex(1, token, i);
        assertArrayEquals(
            (float[]) alone.heatmaps().getStack().getPixels(token),
            (float[]) maps.getStack().getPixels(index));
        assertEquals(
            alone.heatmaps().getStack().getSliceLabel(token), maps.getStack().getSliceLabel(index));
      }
      Path one = results.resolve((which.equals("slices") ? "z000" : "t000") + i);
      assertArrayEquals(shown.picture().rgb(), SavedResult.read(one).picture().rgb());
    }
    assertEquals(1, table.getValue("frame", 0));
    assertTrue(table.getStringValue("picture", 0).startsWith("plane "));
    assertEquals(1 + 3 * count, Files.readAllLines(results.resolve("tokens.csv")).size());
    ImagePlus saved = IJ.openImage(results.resolve("heatmaps.tif").toString());
    assertArrayEquals(maps.getDimensions(), saved.getDimensions());
    assertEquals(interval, saved.getCalibration().frameInterval);
  }

  @Test
  void aStackInColours() throws Exception {
    ImageStack stack = new ImageStack(8, 6);
    for (int i = 0; i < 2; i++) {
      ColorProcessor plane = new ColorProcessor(8, 6);
      plane.set(3, 2, 0x102030 + i);
      stack.addSlice(plane);
    }
    Run run = runs.run("image", new ImagePlus("rgb", stack), "stack", "slices", "lut", "magma");
    CommandRuns.assertDone(run);
    ImagePlus maps = run.heatmaps();
    maps.setPosition(1, 1, 2);
    assertEquals(0x31, AttentionResult.of(maps).picture().get(3, 2, 2));
    assertEquals(HeatColours.MAGMA.of(1), maps.getLuts()[0].getRGB(255) & 0xffffff);
  }

  @Test
  void aSelectionHoldsForAllSlices() throws Exception {
    ImagePlus image = hyperstack();
    image.setRoi(new Roi(5, 6, 20, 10));
    ImagePlus maps = runs.run("image", image, "stack", "slices", "display", "composite").heatmaps();
    assertArrayEquals(new int[] {20, 10, 2, 3, 3}, maps.getDimensions());
    assertEquals(-5, maps.getCalibration().xOrigin);
  }

  @ParameterizedTest
  @CsvSource({"slices", "frames", "all", "''"})
  void oneSliceIsNoStack(String which) throws Exception {
    CommandRuns.assertRefused(runs.run("image", CommandRuns.picture(), "stack", which));
  }

  @Test
  void withoutImage() throws Exception {
    String sentence = CommandRuns.assertRefused(runs.run("stack", "slices"));
    assertTrue(sentence.contains("Open an image"));
  }

  @Test
  void aSliceThatCannotBeAskedIsARowAndNaN() throws Exception {
    ImageStack stack = new ImageStack(8, 8);
    for (int i = 0; i < 3; i++) {
      float[] pixels = new float[64];
      pixels[i] = i == 1 ? Float.NaN : 1;
      stack.addSlice("", new FloatProcessor(8, 8, pixels));
    }
    Run run = runs.run("image", new ImagePlus("floats", stack), "stack", "slices");
    CommandRuns.assertDone(run);
    ImagePlus maps = run.heatmaps();
    assertArrayEquals(new int[] {8, 8, 1, 3, 3}, maps.getDimensions());
    assertTrue(Float.isNaN(maps.getStack().getProcessor(4).getf(0)));
    assertFalse(Float.isNaN(maps.getStack().getProcessor(7).getf(0)));
    ResultsTable table = Analyzer.getResultsTable();
    assertEquals(7, table.size());
    assertEquals("z=2", table.getStringValue("picture", 3));
    assertTrue(table.getStringValue("error", 3).contains("NaN"));
  }

  @Test
  void whereAllFailTheReasonIsSaid() throws Exception {
    ImageStack stack = new ImageStack(2, 1);
    for (int i = 0; i < 2; i++) {
      stack.addSlice("", new FloatProcessor(2, 1, new float[] {Float.NaN, 1}));
    }
    String reason =
        CommandRuns.assertRefused(
            runs.run("image", new ImagePlus("NaN", stack), "stack", "slices"));
    assertTrue(reason.startsWith("None of 2 pictures"), reason);
  }

  /** ImageJ's stacks from disk may have slices of several sizes. */
  @Test
  void aStackOfMixedSizes() throws Exception {
    VirtualStack stack =
        new VirtualStack(20, 10) {
          @Override
          public ImageProcessor getProcessor(int n) {
            return n == 2 ? new ByteProcessor(10, 10) : new ByteProcessor(20, 10);
          }

          @Override
          public int getSize() {
            return 3;
          }

          @Override
          public String getSliceLabel(int n) {
            return null;
          }
        };
    Run run = runs.run("image", new ImagePlus("mixed", stack), "stack", "slices");
    CommandRuns.assertDone(run);
    assertArrayEquals(new int[] {20, 10, 1, 3, 3}, run.heatmaps().getDimensions());
    String error = Analyzer.getResultsTable().getStringValue("error", 3);
    assertTrue(error.startsWith("Expected slice 2 to have the size"), error);
  }

  /** Does something once a picture is announced. */
  public static final class AtPicture {
    private final String text;
    private final java.util.function.Consumer<TaskEvent> action;

    AtPicture(String text, java.util.function.Consumer<TaskEvent> action) {
      this.text = text;
      this.action = action;
    }

    @EventHandler
    public void onEvent(TaskEvent event) {
      String status = event.getTask().getStatusMessage();
      if (status != null && status.startsWith(text)) {
        action.accept(event);
      }
    }
  }

  private Run during(AtPicture listener, Object... options) throws Exception {
    EventService events = runs.context.service(EventService.class);
    var subscribers = events.subscribe(listener);
    try {
      return runs.run(options);
    } finally {
      events.unsubscribe(subscribers);
    }
  }

  @Test
  void closingTheImageHarmsNothing() throws Exception {
    ImagePlus image = hyperstack();
    AtPicture close =
        new AtPicture(
            "2 of 4",
            event -> {
              image.changes = false;
              image.close();
              image.flush();
            });
    Run run = during(close, "image", image, "stack", "frames");
    CommandRuns.assertDone(run);
    assertNull(image.getProcessor(), "closed");
    assertArrayEquals(new int[] {40, 30, 1, 3, 4}, run.heatmaps().getDimensions());
    for (int row = 0; row < 12; row++) {
      assertEquals("", Analyzer.getResultsTable().getStringValue("error", row));
    }
  }

  @Test
  void aCancelKeepsTheSlicesThatWereDone() throws Exception {
    Path results = folder.resolve("results");
    AtPicture cancel =
        new AtPicture(
            "3 of 4",
            event -> {
              if (!event.getTask().isCanceled()) {
                event.getTask().cancel("enough");
              }
            });
    Run run = during(cancel, "image", hyperstack(), "stack", "frames", "output", results.toFile());
    CommandRuns.assertDone(run);
    assertArrayEquals(new int[] {40, 30, 1, 3, 2}, run.heatmaps().getDimensions());
    assertEquals(6, Analyzer.getResultsTable().size());
    assertNotNull(SavedResult.read(results.resolve("t0002")));
    List<String> rows = Files.readAllLines(results.resolve("batch.csv"));
    assertTrue(
        rows.get(2).contains(",done,") && rows.get(3).contains(",pending,"), rows.toString());
    assertEquals(7, Files.readAllLines(results.resolve("tokens.csv")).size());
  }
}

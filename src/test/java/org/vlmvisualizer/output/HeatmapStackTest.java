package org.vlmvisualizer.output;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.IJ;
import ij.ImagePlus;
import ij.gui.NewImage;
import ij.measure.Calibration;
import java.awt.Rectangle;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.TokenMaps;

class HeatmapStackTest {
  private final Demo demo = Demo.of(60, 40, 18);

  @TempDir Path folder;

  private ImagePlus stack(Upsampling upsampling) {
    return HeatmapStack.of(
        demo.maps(), demo.picture(), demo.source(), Defaults.maps(upsampling), "Model: demo\n");
  }

  @ParameterizedTest
  @EnumSource
  void planesKeepWhatIsWrittenIntoThem(Upsampling upsampling) {
    ImagePlus image = stack(upsampling);
    image.getStack().getProcessor(1).setf(5, 6, 43f);
    image.setSlice(2);
    image.getProcessor().setf(7, 8, 44f);
    image.setSlice(1);
    assertEquals(43f, image.getProcessor().getf(5, 6));
    assertEquals(44f, image.getStack().getProcessor(2).getf(7, 8));
  }

  @Test
  void bareGridIsTheMapItself() {
    ImagePlus stack = stack(Upsampling.NONE);
    assertArrayEquals(new int[] {24, 24, 1, 18, 1}, stack.getDimensions());
    for (int t = 0; t < 18; t++) {
      assertArrayEquals(demo.maps().map().values()[t], (float[]) stack.getStack().getPixels(t + 1));
    }
  }

  @Test
  void sourceResolutionWithTokensAsLabelsAndMaximumAsRange() {
    ImagePlus image = stack(Upsampling.NEAREST);
    assertArrayEquals(new int[] {60, 40, 1, 18, 1}, image.getDimensions());
    assertEquals("The", image.getStack().getSliceLabel(1));
    assertEquals(" picture", image.getStack().getSliceLabel(2));
    assertEquals("⏎", image.getStack().getSliceLabel(12));
    assertEquals("<116>", image.getStack().getSliceLabel(17));
    double max = 0;
    for (int t = 1; t <= 18; t++) {
      max = Math.max(max, image.getStack().getProcessor(t).getStats().max);
    }
    assertEquals(0, image.getDisplayRangeMin());
    assertEquals(max, image.getDisplayRangeMax(), 1e-9);
    assertTrue(image.getInfoProperty().startsWith("Model: demo\n"));
    assertTrue(image.getInfoProperty().contains("the maximum of all slices"));
  }

  @Test
  void emptyMapHasARangeAllTheSame() {
    TokenMaps empty = demo.with(new float[18][576], demo.grid());
    ImagePlus image =
        HeatmapStack.of(
            empty, demo.picture(), demo.source(), Defaults.maps(Upsampling.BILINEAR), "");
    assertEquals(1, image.getDisplayRangeMax());
  }

  @ParameterizedTest
  @CsvSource({"true, false", "false, false", "true, true", "false, true"})
  void pointHasTheSameCalibratedCoordinatesInSourceAndMaps(boolean pad, boolean invertY) {
    ImagePlus image = NewImage.createByteImage("source", 300, 200, 1, NewImage.FILL_BLACK);
    Calibration calibration = Demo.micrometres();
    calibration.setInvertY(invertY);
    calibration.yOrigin = invertY ? 0 : 30; // 0 and inverted: ImageJ counts from the bottom row
    image.setCalibration(calibration);
    SourceFrame frame = SourceFrame.of(image, new Rectangle(100, 50, 120, 80), 0);
    Grid grid = pad ? Grid.padded(120, 80, 336, 14) : Grid.cropped(120, 80, 336, 14);

    double x = 70.5; // in the crop
    double y = 31.25;
    double expectedX = calibration.getX(x + 100);
    double expectedY = calibration.getY(y + 50, 200);
    Calibration pixels = frame.pixels();
    assertEquals(expectedX, pixels.getX(x), 1e-9);
    assertEquals(expectedY, pixels.getY(y, 80), 1e-9);
    Calibration patches = frame.patches(grid);
    assertEquals(expectedX, patches.getX(grid.cellX(x)), 1e-9);
    assertEquals(expectedY, patches.getY(grid.cellY(y), grid.rows()), 1e-9);
    assertEquals("µm", patches.getUnit());
  }

  @ParameterizedTest
  @EnumSource(names = {"NONE", "BICUBIC"})
  void survivesSavingAndReopening(Upsampling upsampling) throws Exception {
    ImagePlus image = stack(upsampling);
    String title = image.getTitle();
    Path file = folder.resolve("heatmaps.tif");
    TiffFile.write(image, file);
    assertEquals(title, image.getTitle());
    assertSameAfterReopening(image, file);
  }

  @Test
  void singleTokenSurvivesToo() throws Exception {
    Demo one = Demo.of(64, 64, 1);
    ImagePlus image =
        HeatmapStack.of(
            one.maps(),
            one.picture(),
            SourceFrame.uncalibrated("plain.png"),
            Defaults.maps(Upsampling.NONE),
            "Model: demo");
    Path file = folder.resolve("one.tif");
    TiffFile.write(image, file);
    assertSameAfterReopening(image, file);
  }

  static void assertSameAfterReopening(ImagePlus image, Path file) throws Exception {
    assertTrue(Files.size(file) > 0);
    ImagePlus read = IJ.openImage(file.toString());
    assertArrayEquals(image.getDimensions(), read.getDimensions());
    for (int s = 1; s <= image.getStackSize(); s++) {
      assertArrayEquals(
          (float[]) image.getStack().getPixels(s), (float[]) read.getStack().getPixels(s));
      assertEquals(image.getStack().getSliceLabel(s), read.getStack().getSliceLabel(s));
    }
    assertEquals(image.getDisplayRangeMin(), read.getDisplayRangeMin());
    assertEquals(image.getDisplayRangeMax(), read.getDisplayRangeMax(), 1e-7);
    assertArrayEquals(image.getLuts()[0].getBytes(), read.getLuts()[0].getBytes());
    assertEquals(image.getInfoProperty(), read.getInfoProperty());
    Calibration expected = image.getCalibration();
    Calibration found = read.getCalibration();
    assertEquals(expected.getUnit(), found.getUnit());
    assertEquals(expected.pixelWidth, found.pixelWidth, 1e-5 * expected.pixelWidth);
    assertEquals(expected.pixelHeight, found.pixelHeight, 1e-5 * expected.pixelHeight);
    assertEquals(expected.xOrigin, found.xOrigin, 1e-9);
    assertEquals(expected.yOrigin, found.yOrigin, 1e-9);
  }

  @Test
  void tooLargeIsRefusedBeforeAllocating() {
    InputException e =
        assertThrows(
            InputException.class,
            () -> HeatmapStack.requireMemory(5000, 5000, 100, 2_000_000_000L));
    assertEquals(
        "100 heatmaps of 5000 x 5000 pixels need 10.0 GB of memory and 2.0 GB are available. Use"
            + " upsampling=none, which keeps one pixel per patch, or choose a smaller region.",
        e.getMessage());
    HeatmapStack.requireMemory(500, 500, 100, 2_000_000_000L);
    Grid huge = Grid.padded(40_000, 40_000, 336, 14);
    assertThrows(
        InputException.class,
        () ->
            HeatmapStack.of(
                demo.with(demo.maps().map().values(), huge),
                demo.picture(),
                demo.source(),
                Defaults.maps(Upsampling.NEAREST),
                ""));
  }
}

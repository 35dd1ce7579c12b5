package org.vlmvisualizer.output;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.CompositeImage;
import ij.IJ;
import ij.ImagePlus;
import ij.gui.Line;
import ij.gui.Plot;
import ij.gui.ProfilePlot;
import ij.measure.Calibration;
import ij.measure.Measurements;
import ij.measure.ResultsTable;
import ij.plugin.filter.Analyzer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.InputException;

/** What scientists do with the hyperstacks: look, measure, save, open again. */
class CompositeTest {
  @TempDir Path folder;

  private static Rendering composite(HeatColours colours) {
    return new Rendering(Upsampling.NEAREST, colours, true, false);
  }

  @Test
  void pictureIsOnePlaneUnderAllMaps() {
    Demo demo = Demo.of(60, 40, 4);
    ImagePlus image = demo.result(composite(HeatColours.VIRIDIS), null).heatmaps();
    assertArrayEquals(new int[] {60, 40, 2, 4, 1}, image.getDimensions());
    assertTrue(image.isComposite() && image.isHyperStack());
    assertEquals(CompositeImage.COMPOSITE, image.getDisplayMode());
    for (int z = 1; z <= 4; z++) {
      int first = image.getStackIndex(1, z, 1);
      assertSame(image.getStack().getPixels(1), image.getStack().getPixels(first));
      assertEquals(
          TokenText.label(demo.maps().tokens().get(z - 1)),
          image.getStack().getSliceLabel(first + 1));
    }
    ImagePlus alone = demo.result(Upsampling.NEAREST, null).heatmaps();
    assertArrayEquals(
        (float[]) alone.getStack().getPixels(3), (float[]) image.getStack().getPixels(6));
    int rgb = demo.picture().get(7, 9, 0) << 16 | demo.picture().get(7, 9, 1) << 8;
    rgb |= demo.picture().get(7, 9, 2);
    double grey = 0.299 * (rgb >> 16) + 0.587 * (rgb >> 8 & 0xff) + 0.114 * (rgb & 0xff);
    assertEquals(grey, image.getStack().getProcessor(1).getf(7, 9), 1e-4);
    assertEquals(alone.getDisplayRangeMax(), image.getLuts()[1].max);
    assertEquals(HeatColours.VIRIDIS.of(1), image.getLuts()[1].getRGB(255) & 0xffffff);
  }

  /** On white paper too, a hot pixel has another colour than a cold one. */
  @Test
  void attentionIsSeenOnWhite() {
    Demo demo = Demo.of(60, 40, 1);
    java.util.Arrays.fill(demo.picture().rgb(), (byte) 255);
    ImagePlus image = demo.result(composite(HeatColours.INFERNO), null).heatmaps();
    ij.process.ImageProcessor shown = image.flatten().getProcessor();
    int[] cold = shown.getPixel(2, 2, null);
    float[] map = (float[]) image.getStack().getPixels(2);
    int peak = 0;
    for (int i = 0; i < map.length; i++) {
      peak = map[i] > map[peak] ? i : peak;
    }
    int[] hot = shown.getPixel(peak % 60, peak / 60, null);
    assertEquals(cold[0], cold[2], 6);
    assertTrue(hot[0] > cold[0] + 60, hot[0] + " beside " + cold[0]);
  }

  @ParameterizedTest
  @CsvSource({"1, true", "1, false", "3, true", "3, false"})
  void reopenedIsWhatWasShown(int frames, boolean withPicture) throws Exception {
    ImagePlus image =
        series(frames, new Rendering(Upsampling.NEAREST, HeatColours.FIRE, withPicture, false));
    image.getCalibration().frameInterval = frames == 1 ? 0 : 2.5;
    Path file = folder.resolve("heatmaps.tif");
    TiffFile.write(image, file);
    HeatmapStackTest.assertSameAfterReopening(image, file);
    ImagePlus read = IJ.openImage(file.toString());
    assertEquals(image.isComposite(), read.isComposite());
    assertEquals(image.isHyperStack(), read.isHyperStack());
    assertEquals(image.getDisplayMode(), read.getDisplayMode());
    assertEquals(image.getCalibration().frameInterval, read.getCalibration().frameInterval);
    for (int c = 0; c < image.getNChannels(); c++) {
      assertArrayEquals(image.getLuts()[c].getBytes(), read.getLuts()[c].getBytes());
      assertEquals(image.getLuts()[c].min, read.getLuts()[c].min);
      assertEquals(image.getLuts()[c].max, read.getLuts()[c].max, 1e-7);
    }
    image.setPosition(1, 2, frames);
    read.setPosition(1, 2, frames);
    assertArrayEquals(
        (int[]) image.flatten().getProcessor().getPixels(),
        (int[]) read.flatten().getProcessor().getPixels());
  }

  /** Pictures with answers of 4, 5, 6 … tokens. */
  private static ImagePlus series(int frames, Rendering rendering) {
    Demo first = Demo.of(60, 40, 4);
    AttentionSeries series = new AttentionSeries(first.source(), true, frames);
    for (int t = 0; t < frames; t++) {
      series.add("t=" + (t + 1), t + 1, Demo.of(60, 40, 4 + t).result(rendering, null));
    }
    return series.heatmaps();
  }

  @Test
  void shorterAnswersAreFilledUpWithNaN() {
    ImagePlus image = series(3, Defaults.maps(Upsampling.NONE));
    assertArrayEquals(new int[] {24, 24, 1, 6, 3}, image.getDimensions());
    for (int t = 1; t <= 3; t++) {
      for (int z = 1; z <= 6; z++) {
        int index = image.getStackIndex(1, z, t);
        float value = image.getStack().getProcessor(index).getf(5, 5);
        boolean none = z > 3 + t;
        assertEquals(none, Float.isNaN(value), "z " + z + " t " + t);
        assertEquals(none, HeatmapStack.NO_TOKEN.equals(image.getStack().getSliceLabel(index)));
      }
    }
    assertTrue(image.getDisplayRangeMax() > 0);
    image.setPosition(1, 1, 2);
    assertEquals(5, AttentionResult.of(image).maps().size());
    image.setPosition(1, 1, 3);
    assertEquals(6, AttentionResult.of(image).maps().size());
  }

  @Test
  void picturesOfSeveralSizesLieInTheUpperLeftCorner() {
    AttentionSeries series = new AttentionSeries(Demo.of(60, 40, 1).source(), false, 2);
    series.add("wide", 0, Demo.of(60, 40, 1).result(composite(HeatColours.INFERNO), null));
    series.add("tall", 0, Demo.of(30, 50, 1).result(composite(HeatColours.INFERNO), null));
    ImagePlus image = series.heatmaps();
    assertArrayEquals(new int[] {60, 50, 2, 1, 2}, image.getDimensions());
    ImagePlus alone = Demo.of(30, 50, 1).result(composite(HeatColours.INFERNO), null).heatmaps();
    for (int y = 0; y < 50; y++) {
      for (int x = 0; x < 60; x++) {
        float wide = image.getStack().getProcessor(2).getf(x, y);
        float tall = image.getStack().getProcessor(4).getf(x, y);
        assertEquals(y >= 40, Float.isNaN(wide));
        assertEquals(x >= 30, Float.isNaN(tall));
        if (x < 30) {
          assertEquals(alone.getStack().getProcessor(2).getf(x, y), tall);
        } else {
          assertEquals(0, image.getStack().getProcessor(3).getf(x, y), "no picture");
        }
      }
    }
    assertTrue(AttentionResult.isWhole(image, false));
    assertFalse(AttentionResult.isWhole(alone, true));
  }

  @Test
  void aFailedPictureIsAFrameOfNaNAndARow() {
    AttentionSeries series = new AttentionSeries(Demo.of(60, 40, 1).source(), false, 2);
    series.fail("z=1", 1, "Expected a number, found NaN.");
    series.add("z=2", 2, Demo.of(60, 40, 3).result(composite(HeatColours.INFERNO), null));
    ImagePlus image = series.heatmaps();
    assertArrayEquals(new int[] {60, 40, 2, 3, 2}, image.getDimensions());
    assertTrue(Float.isNaN(image.getStack().getProcessor(1).getf(0)));
    ResultsTable table = series.table().toResultsTable();
    assertEquals(4, table.size());
    assertEquals("Expected a number, found NaN.", table.getStringValue("error", 0));
    assertEquals(1, table.getValue("frame", 0));
    assertTrue(Double.isNaN(table.getValue("image_attention", 0)));
    assertEquals("z=2", table.getStringValue("picture", 3));
    assertEquals(3, table.getValue("index", 3));
    assertEquals("", table.getStringValue("error", 3));
  }

  @Test
  void tooManyPicturesAreRefusedAtTheFirstAnswer() {
    AttentionSeries series = new AttentionSeries(Demo.of(60, 40, 1).source(), true, 100_000_000);
    AttentionResult answer = Demo.of(60, 40, 3).result(composite(HeatColours.INFERNO), null);
    String sentence =
        assertThrows(InputException.class, () -> series.add("t=1", 1, answer)).getMessage();
    PlainSentence.check(sentence);
    // 3 maps and the grey of 2400 pixels each, and the pictures to come
    assertTrue(sentence.contains("need 4560.0 GB"), sentence);
    assertTrue(sentence.contains("upsampling=none"), sentence);
    assertEquals(1, series.heatmaps().getNFrames(), "what is there can be shown");
  }

  @Test
  void compositeNeedsThePicturesOwnPixels() {
    String sentence =
        assertThrows(
                InputException.class,
                () -> new Rendering(Upsampling.NONE, HeatColours.INFERNO, true, false))
            .getMessage();
    PlainSentence.check(sentence);
  }

  /** A line's profile is in µm, and Measure gives positions as in the source image. */
  @ParameterizedTest
  @EnumSource(names = {"NEAREST", "NONE"})
  void profilesAndMeasurementsArePhysical(Upsampling upsampling) {
    Demo demo = Demo.of(120, 80, 1); // a crop at (100, 50) of an image of 0.25 µm x 0.5 µm
    Grid grid = demo.grid();
    boolean bare = upsampling == Upsampling.NONE;
    float[][] values = new float[1][grid.size()];
    int patch = 9 * grid.columns() + 7;
    values[0][patch] = 1;
    Demo one = new Demo(demo.picture(), demo.with(values, grid), demo.source());
    ImagePlus image = one.result(upsampling, null).heatmaps();
    Calibration source = demo.source().calibration();

    double x = source.getX(100 + grid.centreX(patch));
    double y = source.getY(50 + grid.centreY(patch));
    ResultsTable measured = new ResultsTable();
    new Analyzer(image, Measurements.CENTER_OF_MASS | Measurements.AREA, measured).measure();
    assertEquals(x, measured.getValue("XM", 0), 1e-4);
    assertEquals(y, measured.getValue("YM", 0), 1e-4);
    double width = bare ? grid.columns() * 5 : 120; // a patch is 5 x 5 source pixels
    double height = bare ? grid.rows() * 5 : 80;
    assertEquals(width * 0.25 * height * 0.5, measured.getValue("Area", 0), 1e-6);

    int row = bare ? 9 : (int) grid.centreY(patch);
    image.setRoi(new Line(0, row, image.getWidth(), row));
    Plot plot = new ProfilePlot(image).getPlot();
    float[] profile = plot.getYValues();
    float[] distance = plot.getXValues();
    assertTrue(plot.getLabel('x').contains("µm"), plot.getLabel('x'));
    double pixel = bare ? 5 * 0.25 : 0.25;
    assertEquals((profile.length - 1) * pixel, distance[distance.length - 1], 1e-4);
    int from = 0;
    while (profile[from] < 0.99) {
      from++;
    }
    double left = bare ? 7 * 5 * 0.25 : grid.sourceX(7) * 0.25; // from the image's left edge
    assertEquals(left, distance[from], pixel);
    assertEquals(1, profile[from], 1e-6);
  }
}

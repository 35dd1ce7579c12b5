package org.vlmvisualizer.output;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.ImagePlus;
import ij.gui.Plot;
import ij.measure.ResultsTable;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.core.MapCheck;

/** The pictures made for the eye: plot, montage and matrix. */
class PicturesTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 100, 400})
  void plotHasItsDataAndTokensBelow(int count) {
    Demo demo = Demo.of(30, 20, count);
    Plot plot = RatioPlot.of(demo.maps(), demo.source());
    ResultsTable data = plot.getResultsTable();
    assertEquals(count, data.size());
    assertEquals(demo.maps().shares().get(0).image(), data.getValue("Y", 0), 1e-6);
    assertEquals("image attention ratio", plot.getLabel('y'));
    assertArrayEquals(new double[] {0.5, count + 0.5, 0, 1}, plot.getLimits());

    ImagePlus image = plot.getImagePlus();
    assertTrue(darkBelow(image, plot.getDrawingFrame()) > 0);
    plot.setLimits(0, 2, 0, 1); // as zooming does: tokens are drawn again
    plot.updateImage();
    assertTrue(darkBelow(image, plot.getDrawingFrame()) > 0);
    BufferedImage print = RatioPlot.picture(plot);
    assertEquals(2 * image.getWidth(), print.getWidth(), 2);
  }

  /** Full, half full and hollow; the data behind the plot stay index and ratio. */
  @Test
  void plotMarksWhereTokensCameFrom() {
    Demo demo = Demo.of(30, 20, 3).withEvidence();
    Plot plot = RatioPlot.of(demo.maps(), demo.source());
    ResultsTable data = plot.getResultsTable();
    assertEquals(3, data.size());
    assertEquals(demo.maps().shares().get(2).image(), data.getValue("Y", 2), 1e-6);
    BufferedImage image = plot.getImagePlus().getBufferedImage();
    Rectangle frame = plot.getDrawingFrame();
    boolean[][] filled = {{true, true}, {true, false}, {false, false}};
    for (int t = 0; t < 3; t++) {
      int x = (int) Math.round(frame.x + frame.width * (t + 0.5) / 3);
      double ratio = demo.maps().shares().get(t).image();
      int y = (int) Math.round(frame.y + frame.height * (1 - ratio));
      for (int side = 0; side < 2; side++) {
        int red = image.getRGB(x - 2 + 4 * side, y) >> 16 & 0xff;
        assertEquals(filled[t][side], red < 128, "token %d, side %d: %d".formatted(t, side, red));
      }
    }
    Plot plain = RatioPlot.of(Demo.of(30, 20, 3).maps(), demo.source());
    assertTrue(plot.getImagePlus().getHeight() > plain.getImagePlus().getHeight(), "a legend");
  }

  /** Of a picture so narrow that only the shortest words fit, and of a wide one. */
  @ParameterizedTest
  @CsvSource({"40,400", "400,40", "240,160"})
  void montageFadesMapsOfTokensThatWouldHaveComeAnyway(int width, int height) {
    Demo demo = Demo.of(width, height, 8).withEvidence();
    BufferedImage montage =
        Montage.of(demo.maps(), demo.picture(), demo.source(), Defaults.maps(Upsampling.NONE));
    MontageLayout layout = MontageLayout.of(width, height, 9, 2, 0);
    assertEquals(layout.width(), montage.getWidth());
    assertEquals(layout.height(), montage.getHeight());
    for (int t = 0; t < 8; t++) {
      int x = layout.pictureX(t + 1);
      int y = layout.pictureY(t + 1);
      boolean dashed =
          (montage.getRGB(x + 2, y + 1) & 0xff) == 0x60
              && (montage.getRGB(x + 1, y + 2) & 0xff) == 0x60;
      assertEquals(t % 3 == 2, dashed, "token " + t);
    }
    for (int column = 1; column < layout.columns(); column++) {
      for (int y = 0; y < layout.rows() * (layout.titleHeight() + layout.panelHeight()); y++) {
        int x = layout.cellX(column) - MontageLayout.GAP / 2;
        assertEquals(0xffffffff, montage.getRGB(x, y), "words reach into the next cell");
      }
    }
  }

  @Test
  void smallDifferencesAreNoWarning() {
    assertEquals(List.of("F 0.00"), new MapTrust(null, new MapCheck(0.999, 0.9991)).checkForms());
    assertEquals(
        "F −0.01: map misses what mattered",
        new MapTrust(null, new MapCheck(0.49, 0.4999)).checkForms().get(0));
    assertEquals(
        "F −0.01: either part is enough",
        new MapTrust(null, new MapCheck(0.99, 0.999)).checkForms().get(0));
    assertEquals(
        "F −0.04: neither part is enough",
        new MapTrust(null, new MapCheck(0.05, 0.09)).checkForms().get(0));
    assertEquals(List.of(), MapTrust.UNKNOWN.checkForms());
  }

  /** Dark pixels where the labels are, left of the axis title. */
  private static int darkBelow(ImagePlus image, Rectangle frame) {
    int dark = 0;
    int top = frame.y + frame.height + 6;
    for (int y = top; y < top + 10; y++) {
      for (int x = frame.x; x < image.getWidth(); x++) {
        dark += (image.getProcessor().getPixel(x, y) & 0xff) < 128 ? 1 : 0;
      }
    }
    return dark;
  }

  @ParameterizedTest
  @CsvSource({"640,480,8", "300,1200,60", "1200,20,3", "5,5,1", "640,480,1500"})
  void montageHoldsAllPanelsWithinBounds(int width, int height, int tokens) {
    MontageLayout layout = MontageLayout.of(width, height, tokens + 1);
    assertTrue(layout.width() <= 8000 && layout.height() <= 8000, layout.toString());
    assertTrue(layout.columns() * layout.rows() >= tokens + 1);
    assertTrue(layout.pictureX(layout.columns() - 1) + layout.panelWidth() <= layout.width());
    assertTrue(
        layout.pictureY(tokens) + layout.panelHeight() + MontageLayout.CAPTION_HEIGHT
            <= layout.height());
    assertTrue(tokens > 64 || layout.columns() <= 8);
  }

  @Test
  void montageShowsThePictureAndEachPeakBrightest() {
    Demo demo = Demo.of(240, 160, 8);
    BufferedImage montage =
        Montage.of(demo.maps(), demo.picture(), demo.source(), Defaults.maps(Upsampling.NONE));
    MontageLayout layout = MontageLayout.of(240, 160, 9);
    assertEquals(layout.width(), montage.getWidth());
    int corner = montage.getRGB(layout.pictureX(0), layout.pictureY(0));
    assertEquals(0xffece2e8, corner); // the picture's ground
    double scale = (double) layout.panelWidth() / 240;
    for (int t = 0; t < 8; t++) {
      TokenRow row = TokenRow.of(demo.maps(), t, SourceFrame.uncalibrated("s"));
      int peak =
          montage.getRGB(
              layout.pictureX(t + 1) + (int) (scale * row.peakX()),
              layout.pictureY(t + 1) + (int) (scale * row.peakY()));
      assertTrue((peak >> 16 & 0xff) > 220 && (peak & 0xff) < 190, Integer.toHexString(peak));
    }
  }

  @Test
  void dimmedPictureWithoutAttentionIsGrey() {
    int[] blended =
        HeatBlend.over(new int[] {0x804020, 0x804020}, new float[] {0, 1}, HeatColours.INFERNO);
    assertEquals(blended[0] >> 16 & 0xff, blended[0] & 0xff);
    assertNotEquals(blended[0], blended[1]);
    int[] empty = HeatBlend.over(new int[] {0x804020}, new float[] {0}, HeatColours.INFERNO);
    assertEquals(blended[0], empty[0]);
  }

  @Test
  void matrixKeepsValuesAndSurvivesReopening(@TempDir Path folder) throws Exception {
    int size = 200;
    float[][] matrix = new float[size][size];
    List<String> tokens = new ArrayList<>();
    for (int y = 0; y < size; y++) {
      for (int x = 0; x <= y; x++) {
        matrix[y][x] = x == y ? 0.9f : 0.1f / y;
      }
      tokens.add("token\n" + y);
    }
    ImagePlus image =
        MatrixImage.of(
            matrix, tokens, SourceFrame.uncalibrated("s"), HeatColours.INFERNO, "Model: demo\n");
    assertEquals(0.9f, image.getProcessor().getf(3, 3));
    assertEquals(0, image.getProcessor().getf(4, 3));
    assertEquals(0.1f / 7, image.getProcessor().getf(2, 7));
    assertTrue(image.getInfoProperty().contains("\n7\ttoken⏎7\n"));
    assertTrue(image.getDisplayRangeMax() <= 0.9);
    Path file = folder.resolve("attention-matrix.tif");
    TiffFile.write(image, file);
    HeatmapStackTest.assertSameAfterReopening(image, file);
  }
}

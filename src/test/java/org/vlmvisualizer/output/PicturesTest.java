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

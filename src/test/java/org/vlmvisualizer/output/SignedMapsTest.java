package org.vlmvisualizer.output;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.CompositeImage;
import ij.ImagePlus;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.imglib2.RandomAccessibleInterval;
import net.imglib2.type.numeric.real.FloatType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.Pooling;
import org.vlmvisualizer.core.Shares;
import org.vlmvisualizer.core.TokenMaps;

/** Maps of scores: above 0 for a token, below 0 against it. */
class SignedMapsTest {
  /** 4 × 2 cells of 10 × 10 pixels. */
  private static final Grid GRID = new Grid(40, 20, 4, 2, 0, 0, 10, 10, 14);

  private static final float[] AGAINST = {-3, 1, 0, 0, 0, 0, 0, 0};
  private static final float[] FOR = {0, 0, 0.5f, -0.25f, 0, 0, 0, 0.25f};

  private static AttentionResult result(Rendering rendering) {
    TokenMaps maps =
        new TokenMaps(
            new AttributionMap("scores", new float[][] {AGAINST, FOR, new float[8]}, true),
            GRID,
            List.of(
                new GeneratedToken(1, "no", 1),
                new GeneratedToken(2, "pe", 0.5),
                new GeneratedToken(3, ".", 1)),
            List.of(Shares.of(1, 0, 0), Shares.of(0.5, 0.5, 0), Shares.of(0, 1, 0)));
    return Demo.of(40, 20, 3).result(rendering, null).with(maps);
  }

  private static AttentionResult result(Upsampling upsampling) {
    return result(new Rendering(upsampling, HeatColours.INFERNO, false, false));
  }

  @Test
  void theDisplayRangeIsAsWideBelowZeroAsAbove() {
    ImagePlus heatmaps = result(Upsampling.NEAREST).heatmaps();
    assertEquals(-3, heatmaps.getDisplayRangeMin());
    assertEquals(3, heatmaps.getDisplayRangeMax());
    assertEquals(HeatColours.DIVERGING.of(0), heatmaps.getLuts()[0].getRGB(0) & 0xffffff);
    assertEquals(-3, heatmaps.getStack().getProcessor(1).getf(0, 0));
    assertTrue(heatmaps.getInfoProperty().contains("Display range: -3.00000 to 3.00000, the"));
    MapScale scale = MapScale.of(heatmaps);
    assertTrue(scale.isSigned());
    scale.setCommon(false);
    heatmaps.setSlice(2);
    scale.follow();
    assertEquals(-0.5, heatmaps.getDisplayRangeMin());
    assertEquals(0.5, heatmaps.getDisplayRangeMax());
    heatmaps.setDisplayRange(-0.1, 0.2);
    heatmaps.setSlice(1);
    scale.follow();
    assertEquals(-0.1, heatmaps.getDisplayRangeMin(), 1e-6, "what the user set stays");
  }

  @Test
  void aCompositeAddsNothingAtZero() {
    CompositeImage composite =
        (CompositeImage)
            result(new Rendering(Upsampling.NEAREST, HeatColours.MAGMA, true, false)).heatmaps();
    assertEquals(-3, composite.getChannelLut(2).min);
    assertEquals(0, composite.getChannelLut(2).getRGB(128) & 0xffffff);
  }

  @Test
  void bicubicKeepsValuesBelowZero() {
    AttentionResult result = result(Upsampling.BICUBIC);
    float least = 0;
    ImagePlus heatmaps = result.heatmaps();
    RandomAccessibleInterval<FloatType> view = MapView.pixels(result.maps(), Upsampling.BICUBIC);
    for (int x = 0; x < 40; x++) {
      float value = heatmaps.getStack().getProcessor(1).getf(x, 5);
      assertEquals(view.getAt(x, 5, 0).get(), value, 1e-6);
      least = Math.min(least, value);
    }
    assertTrue(least < -2.9, "" + least);
  }

  @Test
  void anOverlayIsClearAtZeroAndOpaqueAtBothEnds() {
    MapStyle style = MapStyle.of(result(Upsampling.NEAREST)).withOpacity(1);
    assertEquals(HeatColours.DIVERGING, style.colours());
    float[] map = {-3, 3, 0, -1.5f, 9, -9, 0, 0};
    Rectangle all = new Rectangle(40, 20);
    BufferedImage layer = MapLayer.of(GRID, map, 3, style, all, 40, 20);
    BufferedImage patches = MapLayer.patches(GRID, map, 3, style);
    for (int p = 0; p < map.length; p++) {
      int column = p % 4;
      int row = p / 4;
      assertEquals(
          patches.getRGB(column, row), layer.getRGB(10 * column + 5, 10 * row + 5), "cell " + p);
    }
    assertEquals(0xff000000 | HeatColours.DIVERGING.of(0), patches.getRGB(0, 0));
    assertEquals(0xff000000 | HeatColours.DIVERGING.of(1), patches.getRGB(1, 0));
    assertEquals(patches.getRGB(1, 0), patches.getRGB(0, 1), "beyond the range");
    assertEquals(patches.getRGB(0, 0), patches.getRGB(1, 1), "beyond the range");
    int zero = patches.getRGB(2, 0);
    assertEquals(51, zero >>> 24, "dimmed by a fifth");
    assertEquals(0, zero & 0xffffff);
    assertEquals(3, MapLayer.maximum(GRID, AGAINST));
  }

  @Test
  void theMontageShowsThePictureAtZero() {
    int[] over =
        HeatBlend.over(
            new int[] {0x808080, 0x808080, 0x808080},
            new float[] {-2, 0, 2},
            HeatColours.DIVERGING);
    int dimmed = (int) Math.round(0.7 * 0x80);
    assertEquals(0x010101 * dimmed, over[1]);
    assertTrue((over[0] & 0xff) > (over[0] >> 16 & 0xff), "blue");
    assertTrue((over[2] >> 16 & 0xff) > (over[2] & 0xff), "orange");
    assertTrue(result(Upsampling.NEAREST).montage().getWidth() > 0);
  }

  /** Of 3 against and 1 for: 3/4 and 1/4. The peak is what speaks for the token. */
  @Test
  void figuresLeaveSignsOutButForThePeak() {
    TokenRow row = result(Upsampling.NEAREST).table().rows().get(0);
    assertEquals(1, row.peakValue());
    assertEquals(15 + 100, row.peakX());
    assertEquals(0.8112781244591328, row.entropyBits(), 1e-12);
    assertEquals(0, row.paddingShare());
    TokenRow none = result(Upsampling.NEAREST).table().rows().get(2);
    assertTrue(Double.isNaN(none.entropyBits()));
    WordTable words = result(Upsampling.NEAREST).words();
    assertEquals("nope", words.words().get(0).text());
    assertEquals(0.5, words.rows().get(0).peakValue());
    assertArrayEquals(
        new float[] {0, 1, 0.5f, 0, 0, 0, 0, 0.25f}, Pooling.MAXIMUM.of(AGAINST, FOR));
  }

  @Test
  void aSavedResultIsStillSigned(@TempDir Path folder) throws Exception {
    AttentionResult result = result(Upsampling.NEAREST);
    result.write(folder, result.heatmaps());
    assertTrue(Files.readString(folder.resolve("run.json")).contains("\"signed\": true"));
    AttentionResult read = SavedResult.read(folder);
    assertTrue(read.maps().signed());
    assertArrayEquals(AGAINST, read.maps().values(0));
    assertFalse(read.run().has("signed"));
    Demo demo = Demo.of(40, 20, 2);
    AttentionResult plain = demo.result(Upsampling.NEAREST, null);
    plain.write(folder, plain.heatmaps());
    assertFalse(Files.readString(folder.resolve("run.json")).contains("signed"));
    assertFalse(SavedResult.read(folder).maps().signed());
  }

  @Test
  void picturesForReadersSayWhatTheColoursMean() {
    AttentionResult result = result(Upsampling.NEAREST);
    String svg =
        new TokenFigure(result, AGAINST, 3, MapStyle.DEFAULT, "no", "token 1", MapTrust.UNKNOWN)
            .svg();
    assertTrue(svg.contains("-3.00 to 3.00, against and for the token, per patch"), svg);
    assertTrue(svg.contains("stop-color=\"#%06x\"".formatted(HeatColours.DIVERGING.of(0))), svg);
    String html = HtmlReport.of(result, MapStyle.DEFAULT);
    assertTrue(html.contains("<span>against</span><span><span id=\"max\">for the token, ±3.00"));
    assertFalse(html.contains("sum to 100 %"));
  }
}

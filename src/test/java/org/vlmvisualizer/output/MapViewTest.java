package org.vlmvisualizer.output;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ij.ImagePlus;
import net.imglib2.RandomAccessibleInterval;
import net.imglib2.RealRandomAccess;
import net.imglib2.type.numeric.real.FloatType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.TokenMaps;

class MapViewTest {
  private final Demo demo = Demo.of(60, 40, 3);

  @ParameterizedTest
  @EnumSource
  void pixelsAreThoseOnTheScreen(Upsampling upsampling) {
    Grid cropped = Grid.cropped(60, 40, 336, 14);
    for (TokenMaps maps :
        new TokenMaps[] {demo.maps(), demo.with(demo.maps().map().values(), cropped)}) {
      ImagePlus shown =
          HeatmapStack.of(maps, demo.picture(), demo.source(), Defaults.maps(upsampling), "");
      RandomAccessibleInterval<FloatType> pixels = MapView.pixels(maps, upsampling);
      assertArrayEquals(
          new long[] {shown.getWidth(), shown.getHeight(), 3}, pixels.dimensionsAsLongArray());
      for (int t = 0; t < 3; t++) {
        for (int y = 0; y < shown.getHeight(); y++) {
          for (int x = 0; x < shown.getWidth(); x++) {
            float expected = shown.getStack().getProcessor(t + 1).getf(x, y);
            assertEquals(expected, pixels.getAt(x, y, t).get(), 0, x + ", " + y);
          }
        }
      }
    }
  }

  /** At the centres of cells, and half way between them. */
  @Test
  void realCoordinatesLieBetweenPixels() {
    Grid grid = Grid.padded(8, 8, 8, 2);
    float[] cells = new float[16];
    cells[5] = 1;
    cells[6] = 3;
    TokenMaps maps = Demo.of(8, 8, 1).with(new float[][] {cells}, grid);
    RealRandomAccess<FloatType> at = MapView.real(maps, 0, Upsampling.BILINEAR).realRandomAccess();
    // Cell 5 covers source coordinates 2 to 4; pixel coordinates are half a pixel less.
    at.setPosition(new double[] {2.5, 2.5});
    assertEquals(1, at.get().get());
    at.setPosition(3.5, 0);
    assertEquals(2, at.get().get());
    at.setPosition(3.5, 1);
    assertEquals(1, at.get().get());
    at.setPosition(9, 0);
    assertEquals(0, at.get().get());
  }
}

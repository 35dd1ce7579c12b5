package org.vlmvisualizer.output;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.vlmvisualizer.core.Cells;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.InputException;

class PatchSamplerTest {

  @ParameterizedTest
  @CsvSource({"50, 31, true", "31, 50, true", "50, 31, false", "31, 50, false", "8, 8, true"})
  void nearestIsThePatchUnderThePixelCentre(int width, int height, boolean pad) {
    Grid grid = pad ? Grid.padded(width, height, 24, 4) : Grid.cropped(width, height, 24, 4);
    float[] patches = numbered(grid);
    float[] plane = new float[width * height];
    new PatchSampler(grid, Upsampling.NEAREST, width, height).sample(patches, plane);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int patch = Cells.at(grid, x + 0.5, y + 0.5);
        assertEquals(patch < 0 ? 0 : patches[patch], plane[y * width + x]);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BILINEAR", "BICUBIC"})
  void rampIsReproducedBetweenInnerPatchCentres(Upsampling upsampling) {
    Grid grid = Grid.padded(24, 24, 24, 4);
    float[] patches = new float[36];
    for (int p = 0; p < 36; p++) {
      patches[p] = 10 + p % 6 + 3 * (p / 6);
    }
    float[] plane = new float[24 * 24];
    new PatchSampler(grid, upsampling, 24, 24).sample(patches, plane);
    for (int y = 6; y < 18; y++) {
      for (int x = 6; x < 18; x++) {
        double expected = 10 + (grid.cellX(x + 0.5) - 0.5) + 3 * (grid.cellY(y + 0.5) - 0.5);
        assertEquals(expected, plane[y * 24 + x], 1e-5);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NEAREST", "BILINEAR", "BICUBIC"})
  void constantStaysConstantToTheEdgeAndCroppedAwayIsZero(Upsampling upsampling) {
    Grid grid = Grid.cropped(60, 30, 24, 4);
    float[] patches = new float[36];
    Arrays.fill(patches, 0.25f);
    float[] plane = new float[60 * 30];
    new PatchSampler(grid, upsampling, 60, 30).sample(patches, plane);
    for (int i = 0; i < plane.length; i++) {
      boolean seen = Cells.at(grid, i % 60 + 0.5, i / 60 + 0.5) >= 0;
      assertEquals(seen ? 0.25f : 0, plane[i], 1e-6);
    }
    assertEquals(0, plane[0]);
  }

  @Test
  void bicubicIsCatmullRomClippedAtZero() {
    Grid grid = Grid.padded(8, 8, 8, 2);
    float[] patches = new float[16];
    for (int row = 0; row < 4; row++) {
      patches[row * 4 + 1] = 1;
    }
    float[] plane = new float[64];
    new PatchSampler(grid, Upsampling.BICUBIC, 8, 8).sample(patches, plane);
    // Pixel centres lie a quarter of a patch beside patch centres; by hand from the kernel
    // 1 - 2.5 d² + 1.5 d³ (d < 1) and 2 - 4 d + 2.5 d² - 0.5 d³ (d < 2), d in patches.
    float near = 0.8671875f; // d = 1/4
    float far = 0.2265625f; // d = 3/4; d = 5/4 and 7/4 are below 0
    assertArrayEquals(
        new float[] {0, far, near, near, far, 0, 0, 0}, Arrays.copyOf(plane, 8), 1e-6f);
    for (float value : plane) {
      assertTrue(value >= 0);
    }
  }

  @Test
  void upsamplingIsReadInLowerCaseAndRefusedInASentence() {
    assertEquals(Upsampling.BICUBIC, named(" Bicubic"));
    assertEquals("nearest", Upsampling.NEAREST.toString());
    InputException e = assertThrows(InputException.class, () -> named("cubic"));
    assertEquals(
        "Expected upsampling as one of none, nearest, bilinear, bicubic, found 'cubic'.",
        e.getMessage());
  }

  private static Upsampling named(String text) {
    return Rendering.constant("upsampling", name -> text, Upsampling.values());
  }

  private static float[] numbered(Grid grid) {
    float[] patches = new float[grid.size()];
    for (int p = 0; p < patches.length; p++) {
      patches[p] = p + 1;
    }
    return patches;
  }
}

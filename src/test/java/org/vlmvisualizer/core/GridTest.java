package org.vlmvisualizer.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The geometry, against whole-number arithmetic of its own. */
class GridTest {
  private static final int[] SOME = {1, 2, 3, 7, 100, 299, 300};
  private static final int[] MORE = {1, 2, 3, 14, 336, 999, 4999, 5000};

  /** S and patch: CLIP at 336, a small one, and one whose last 6 pixels are in no patch. */
  record Model(int size, int patch) {
    int columns() {
      return size / patch;
    }
  }

  static Stream<Model> models() {
    return Stream.of(new Model(336, 14), new Model(128, 8), new Model(90, 14));
  }

  /** A check of one grid. */
  private interface Check {
    void check(Grid grid, Fit fit, Model model);
  }

  /** All widths 1 to 5000 with some heights, all heights 1 to 300 with some widths, both fits. */
  private static void sweep(Model model, Check check) {
    for (int width = 1; width <= 5000; width++) {
      for (int height : SOME) {
        both(width, height, model, check);
      }
    }
    for (int height = 1; height <= 300; height++) {
      for (int width : MORE) {
        both(width, height, model, check);
      }
    }
  }

  private static void both(int width, int height, Model model, Check check) {
    check.check(Grid.padded(width, height, model.size, model.patch), Fit.PAD, model);
    check.check(Grid.cropped(width, height, model.size, model.patch), Fit.CROP, model);
  }

  @ParameterizedTest
  @MethodSource("models")
  void patchToCentreAndBack(Model model) {
    sweep(
        model,
        (grid, fit, m) -> {
          for (int patch = 0; patch < grid.size(); patch++) {
            if (Cells.at(grid, grid.centreX(patch), grid.centreY(patch)) != patch) {
              assertEquals(
                  patch, Cells.at(grid, grid.centreX(patch), grid.centreY(patch)), "" + grid);
            }
          }
        });
  }

  /** Every size there is from 1x1 to 5000x300, on a coarse grid so that it takes seconds. */
  @Test
  void patchToCentreAndBackForEverySize() {
    Model model = new Model(336, 84);
    Check roundTrip =
        (grid, fit, m) -> {
          for (int patch = 0; patch < grid.size(); patch++) {
            if (Cells.at(grid, grid.centreX(patch), grid.centreY(patch)) != patch) {
              throw new AssertionError("patch " + patch + " of " + grid);
            }
          }
        };
    for (int width = 1; width <= 5000; width++) {
      for (int height = 1; height <= 300; height++) {
        both(width, height, model, roundTrip);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void paddingSharesSumToThePaddedArea(Model model) {
    sweep(
        model,
        (grid, fit, m) -> {
          double sum = 0;
          for (int patch = 0; patch < grid.size(); patch++) {
            sum += grid.paddingShare(patch);
          }
          double expected = fit == Fit.PAD ? paddedPatches(grid, m) : 0;
          if (Math.abs(expected - sum) > 1e-9) {
            assertEquals(expected, sum, 1e-9, "" + grid);
          }
        });
  }

  /** Area of the grid outside the picture, in patches. */
  private static double paddedPatches(Grid grid, Model model) {
    int side = Math.max(grid.sourceWidth(), grid.sourceHeight());
    double covered = (double) side * model.columns() * model.patch / model.size; // source pixels
    double patch = (double) side * model.patch / model.size; // source pixels
    double insideX = inside(grid.sourceWidth(), side, covered) / patch;
    double insideY = inside(grid.sourceHeight(), side, covered) / patch;
    return model.columns() * model.columns() - insideX * insideY;
  }

  private static double inside(int length, int side, double covered) {
    int offset = (side - length) / 2;
    return Math.max(0, Math.min(offset + length, covered) - offset);
  }

  @ParameterizedTest
  @MethodSource("models")
  void cornerPixels(Model model) {
    sweep(
        model,
        (grid, fit, m) -> {
          int right = grid.sourceWidth() - 1;
          int bottom = grid.sourceHeight() - 1;
          corner(grid, fit, m, 0, 0);
          corner(grid, fit, m, right, 0);
          corner(grid, fit, m, 0, bottom);
          corner(grid, fit, m, right, bottom);
        });
  }

  /** The patch of a pixel's centre; either neighbour where the centre is on their very border. */
  private static void corner(Grid grid, Fit fit, Model model, int x, int y) {
    int found = Cells.at(grid, x + 0.5, y + 0.5);
    int[] columns = cells(x, grid.sourceWidth(), grid.sourceHeight(), fit, model);
    int[] rows = cells(y, grid.sourceHeight(), grid.sourceWidth(), fit, model);
    for (int column : columns) {
      for (int row : rows) {
        boolean on = column >= 0 && column < model.columns() && row >= 0 && row < model.columns();
        if (found == (on ? row * model.columns() + column : -1)) {
          return;
        }
      }
    }
    assertEquals(rows[0] * model.columns() + columns[0], found, x + ", " + y + " of " + grid);
  }

  /** The cell of a pixel's centre in exact fractions, twice or the two at its border. */
  private static int[] cells(int pixel, int length, int other, Fit fit, Model model) {
    long numerator; // of the centre in cells
    long denominator;
    if (fit == Fit.PAD) {
      int side = Math.max(length, other);
      numerator = (2L * (pixel + (side - length) / 2) + 1) * model.size;
      denominator = 2L * side * model.patch;
    } else {
      long resized = (long) model.size * length / Math.min(length, other);
      numerator = (2L * pixel + 1) * resized - 2L * length * ((resized - model.size) / 2);
      denominator = 2L * length * model.patch;
    }
    int cell = (int) Math.floorDiv(numerator, denominator);
    boolean border = Math.floorMod(numerator, denominator) == 0;
    return new int[] {cell, border ? cell - 1 : cell};
  }

  @Test
  void whatIsCroppedAwayHasNoPatch() {
    Grid grid = Grid.cropped(300, 100, 336, 14); // columns 100 to 199 are left
    assertEquals(-1, Cells.at(grid, 0.5, 50));
    assertEquals(-1, Cells.at(grid, 99.5, 50));
    assertEquals(12 * 24, Cells.at(grid, 100.5, 50));
    assertEquals(12 * 24 + 23, Cells.at(grid, 199.5, 50));
    assertEquals(-1, Cells.at(grid, 200.5, 50));
    assertEquals(-1, Cells.at(grid, 299.5, 50));
  }

  @Test
  void whatTheLastPatchLeavesOutHasNoPatch() {
    Grid grid = Grid.padded(90, 90, 90, 14); // 6 patches cover 84 pixels
    assertEquals(36, grid.size());
    assertEquals(35, Cells.at(grid, 83.5, 83.5));
    assertEquals(-1, Cells.at(grid, 84.5, 10));
    assertEquals(-1, Cells.at(grid, 10, 84.5));
  }

  /** 400 x 100 in 336: scale 0.84, a patch is 50/3 source pixels, the picture is 6 patches high. */
  @Test
  void paddedByHand() {
    Grid grid = Grid.padded(400, 100, 336, 14);
    assertEquals(9 * 24, Cells.at(grid, 0, 0.1));
    assertEquals(14 * 24 + 23, Cells.at(grid, 399.9, 99.9));
    assertEquals(25 / 3.0, grid.centreX(9 * 24), 1e-9);
    assertEquals(25 / 3.0, grid.centreY(9 * 24), 1e-9);
    assertEquals(-150 + 25 / 3.0, grid.centreY(0), 1e-9);
    assertEquals(1, grid.paddingShare(8 * 24), 1e-9);
    assertEquals(0, grid.paddingShare(9 * 24), 1e-9);
    assertEquals(1, grid.paddingShare(15 * 24), 1e-9);
  }

  /** A thread of pixels, resized to more than an int holds before the centre is cut out. */
  @Test
  void croppedThread() {
    Grid grid = Grid.cropped(1, 700_000_000, 336, 14);
    assertEquals(336L * 700_000_000, Grid.croppedLength(700_000_000, 1, 336));
    assertTrue(Cells.at(grid, 0.5, 350_000_000) >= 0);
    assertEquals(-1, Cells.at(grid, 0.5, 349_999_998));
  }
}

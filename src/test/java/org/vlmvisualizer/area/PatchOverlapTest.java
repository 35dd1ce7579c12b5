package org.vlmvisualizer.area;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.core.Grid;

/** Areas of polygon ∩ patch ∩ picture, in patches, against figures worked out by hand. */
class PatchOverlapTest {
  private static final double EXACT = 1e-9;

  /** 40 × 40 pixels as 4 × 4 patches of 10 × 10. */
  private static final Grid SQUARE = Grid.padded(40, 40, 8, 2);

  /** 40 × 20 on a square of 40: the rows 0 and 3 of 4 × 4 patches of 10 × 10 are padding. */
  private static final Grid PADDED = Grid.padded(40, 20, 8, 2);

  private static double[] areas(Grid grid, double... corners) {
    return PatchOverlap.of(Region.polygon(corners), grid);
  }

  /** Checks all patches, row by row; rows left out are 0. */
  private static void assertAreas(double[] found, String... rows) {
    for (int p = 0; p < 16; p++) {
      double expected = p / 4 < rows.length ? Double.parseDouble(rows[p / 4].split(" ")[p % 4]) : 0;
      assertEquals(expected, found[p], EXACT, "row %d column %d".formatted(p / 4, p % 4));
    }
  }

  @Test
  void triangle() {
    // x + y < 20: two halves and a whole.
    assertAreas(areas(SQUARE, 0, 0, 20, 0, 0, 20), "1 0.5 0 0", "0.5 0 0 0");
    // Below y = x / 2 from 0 to 40: a patch at column c gets a triangle of 1/4, or 3/4.
    assertAreas(areas(SQUARE, 0, 0, 40, 0, 40, 20), "0.25 0.75 1 1", "0 0 0.25 0.75");
  }

  @Test
  void orientationDoesNotMatter() {
    assertAreas(areas(SQUARE, 0, 20, 20, 0, 0, 0), "1 0.5 0 0", "0.5 0 0 0");
  }

  @Test
  void smallerThanAPatch() {
    assertAreas(areas(SQUARE, 12, 23, 16, 23, 12, 26), "0 0 0 0", "0 0 0 0", "0 0.06 0 0");
    // A diamond of half diagonals 1 and 2 around the corner of four patches: 4 / 100, quartered.
    assertAreas(areas(SQUARE, 19, 10, 20, 8, 21, 10, 20, 12), "0 0.01 0.01 0", "0 0.01 0.01 0");
  }

  @Test
  void concave() {
    // A U: 30 × 30 less a notch of 10 × 20 from above.
    assertAreas(
        areas(SQUARE, 5, 5, 15, 5, 15, 25, 25, 25, 25, 5, 35, 5, 35, 35, 5, 35),
        "0.25 0.25 0.25 0.25",
        "0.5 0.5 0.5 0.5",
        "0.5 0.75 0.75 0.5",
        "0.25 0.5 0.5 0.25");
  }

  @Test
  void holes() {
    Region frame =
        new Region(
            List.of(
                new double[] {0, 0, 20, 0, 20, 20, 0, 20},
                new double[] {5, 5, 5, 15, 15, 15, 15, 5},
                new double[] {9, 9, 11, 9, 11, 11, 9, 11})); // an island in the hole
    assertAreas(PatchOverlap.of(frame, SQUARE), "0.76 0.76 0 0", "0.76 0.76 0 0");
  }

  @Test
  void crossingItself() {
    // A bow tie: two triangles that meet at (10, 10).
    assertAreas(areas(SQUARE, 0, 0, 20, 20, 20, 0, 0, 20), "0.5 0.5 0 0", "0.5 0.5 0 0");
    // A square run through twice is empty by the even-odd rule.
    assertAreas(areas(SQUARE, 0, 0, 20, 0, 20, 20, 0, 20, 0, 0, 20, 0, 20, 20, 0, 20));
  }

  @Test
  void pentagramIsHollow() {
    double[] star = new double[10];
    for (int k = 0; k < 5; k++) {
      star[2 * k] = 20 + 15 * Math.sin(4 * Math.PI * k / 5);
      star[2 * k + 1] = 20 - 15 * Math.cos(4 * Math.PI * k / 5);
    }
    // Five points, each a triangle on a side of the inner pentagon of circumradius r.
    double r = 15 * Math.sin(Math.PI / 10) / Math.sin(3 * Math.PI / 10);
    double side = 2 * r * Math.sin(Math.PI / 5);
    double height = 15 - r * Math.cos(Math.PI / 5);
    double points = 5 * side * height / 2 / 100;
    assertEquals(points, DoubleStream.of(areas(SQUARE, star)).sum(), EXACT);
  }

  @Test
  void manyEdgesThroughOnePoint() {
    // 100 bow ties side by side, all waists at (20, 20): each is 20 times as large as it is wide.
    double[][] rings = new double[100][];
    double width = 0;
    Random random = new Random(3);
    for (int i = 0; i < rings.length; i++) {
      double from = 0.4 * i;
      double to = from + 0.4 * random.nextDouble();
      rings[i] = new double[] {from, 0, 40 - from, 40, 40 - to, 40, to, 0};
      width += to - from;
    }
    double[] found = PatchOverlap.of(new Region(List.of(rings)), SQUARE);
    assertEquals(20 * width / 100, DoubleStream.of(found).sum(), EXACT);
    assertEquals(0, found[4] + found[7] + found[8] + found[11], 2e-9);
  }

  @Test
  void paddingDoesNotCount() {
    // All of the square: only rows 1 and 2 are picture (y from 0 to 20).
    double[] all = areas(PADDED, -5, -30, 60, -30, 60, 50, -5, 50);
    assertAreas(all, "0 0 0 0", "1 1 1 1", "1 1 1 1");
    assertTrue(Arrays.equals(all, PatchOverlap.ofPicture(PADDED)));
    // A triangle from far above down to (10, 10): at y = 0 it is 10 wide.
    assertAreas(areas(PADDED, 0, -10, 20, -10, 10, 10), "0 0 0 0", "0.25 0.25 0 0");
  }

  @Test
  void halfAPatchIsPadding() {
    // 40 × 10 on 40: y from -15 to 25 in patches of 10, the picture is half of rows 1 and 2.
    Grid grid = Grid.padded(40, 10, 8, 2);
    assertAreas(areas(grid, 0, -40, 10, -40, 10, 40, 0, 40), "0 0 0 0", "0.5 0 0 0", "0.5 0 0 0");
  }

  @Test
  void outside() {
    assertAreas(areas(PADDED, -20, 0, -1, 0, -1, 20));
    assertAreas(areas(PADDED, 41, 0, 60, 0, 60, 20));
    assertAreas(areas(PADDED, 0, 20, 20, 20, 20, 40)); // on padding
    assertAreas(areas(SQUARE, 0, -9, 30, -1, 9, -5));
  }

  @Test
  void croppedAwayIsOutside() {
    // 60 × 20: the model sees x from 20 to 40, as 4 × 4 patches of 5 × 5.
    Grid grid = Grid.cropped(60, 20, 8, 2);
    assertAreas(areas(grid, 0, 0, 25, 0, 25, 5, 0, 5), "1 0 0 0");
    assertAreas(areas(grid, 0, 0, 19, 0, 19, 20, 0, 20));
  }

  @Test
  void withoutArea() {
    assertAreas(areas(SQUARE));
    assertAreas(areas(SQUARE, 5, 5));
    assertAreas(areas(SQUARE, 5, 5, 30, 27));
    assertAreas(areas(SQUARE, 5, 5, 30, 5, 20, 5));
    assertAreas(areas(SQUARE, 5, 5, 15, 15, 25, 25, 15, 15));
  }

  @Test
  void ellipseIsWithinAMillionthOfAPatch() {
    Grid fine = Grid.padded(640, 640, 64, 1);
    double[] found = PatchOverlap.of(Region.ellipse(320, 320, 300, 0, 0, 200), fine);
    assertEquals(Math.PI * 30 * 20, DoubleStream.of(found).sum(), EXACT);
    for (int column = 3; column < 32; column++) {
      // The column's part above the middle, by the integral of 20 √(1 − (x / 30)²).
      double area = 0;
      for (int row = 0; row < 32; row++) {
        area += found[64 * row + column];
      }
      double from = (column - 32) / 30.0;
      double to = (column - 31) / 30.0;
      assertEquals(600 * (primitive(to) - primitive(from)), area, 1e-6);
    }
  }

  private static double primitive(double u) {
    return (u * Math.sqrt(1 - u * u) + Math.asin(u)) / 2;
  }

  @Test
  void curvesOfAShape() {
    Region disc = Region.of(new Ellipse2D.Double(5, 5, 30, 30));
    // Java draws ellipses with curves that are themselves off by 3 in 10,000.
    assertEquals(
        Math.PI * 2.25, DoubleStream.of(PatchOverlap.of(disc, SQUARE)).sum(), 3e-4 * 2.25 * 3.2);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 5, 8, 20, 40})
  void randomPolygonsAgreeWithJava(int corners) {
    Random random = new Random(corners);
    Grid grid = Grid.padded(97, 61, 70, 10);
    for (int trial = 0; trial < 20; trial++) {
      Path2D path = new Path2D.Double(Path2D.WIND_EVEN_ODD);
      boolean whole = trial % 2 == 0; // corners on whole pixels meet edges and each other
      for (int i = 0; i < corners; i++) {
        double x = random.nextDouble() * 120 - 10;
        double y = random.nextDouble() * 80 - 10;
        double px = whole ? Math.rint(x) : x;
        double py = whole ? Math.rint(y) : y;
        if (i == 0) {
          path.moveTo(px, py);
        } else {
          path.lineTo(px, py);
        }
      }
      path.closePath();
      compare(path, grid);
    }
  }

  private static void compare(Path2D path, Grid grid) {
    double[] found = PatchOverlap.of(Region.of(path), grid);
    Area area = new Area(path);
    area.intersect(new Area(new Rectangle2D.Double(0, 0, 97, 61)));
    double side = grid.cellWidth();
    for (int p = 0; p < grid.size(); p++) {
      double x = grid.sourceX(p % grid.columns());
      double y = grid.sourceY(p / grid.columns());
      Area part = new Area(new Rectangle2D.Double(x, y, side, side));
      part.intersect(area);
      assertEquals(signedArea(part) / (side * side), found[p], 1e-6, "patch " + p);
    }
  }

  /** Of an outline that does not cross itself, holes the other way round. */
  private static double signedArea(Area area) {
    double sum = 0;
    for (double[] ring : Region.of(area).rings()) {
      for (int i = 0; i < ring.length; i += 2) {
        int next = (i + 2) % ring.length;
        sum += ring[i] * ring[next + 1] - ring[next] * ring[i + 1];
      }
    }
    return Math.abs(sum) / 2;
  }

  @Test
  void aTilingOfThePictureAddsUpToThePicture() {
    Grid grid = Grid.padded(301, 199, 336, 14);
    Random random = new Random(1);
    double[] sum = new double[grid.size()];
    double[][] x = new double[10][10];
    double[][] y = new double[10][10];
    for (int i = 0; i < 10; i++) {
      for (int j = 0; j < 10; j++) {
        boolean edge = i % 9 == 0 || j % 9 == 0;
        x[i][j] = 301 / 9.0 * i + (edge ? 0 : 12 * random.nextGaussian()); // some fold over
        y[i][j] = 199 / 9.0 * j + (edge ? 0 : 4 * random.nextGaussian());
      }
    }
    List<double[]> rings = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      for (int j = 0; j < 9; j++) {
        rings.add(
            new double[] {
              x[i][j], y[i][j], x[i + 1][j], y[i + 1][j],
              x[i + 1][j + 1], y[i + 1][j + 1], x[i][j + 1], y[i][j + 1]
            });
      }
    }
    // Where tiles fold over, the even-odd rule leaves each point in an odd number of them.
    double[] all = PatchOverlap.of(new Region(rings), grid);
    double[] picture = PatchOverlap.ofPicture(grid);
    for (int p = 0; p < grid.size(); p++) {
      assertEquals(picture[p], all[p], EXACT);
      assertEquals(1 - grid.paddingShare(p), picture[p], EXACT);
    }
  }

  @Test
  void tenThousandCornersTakeWellUnderASecond() {
    for (int side : new int[] {24, 64}) {
      Grid grid = Grid.padded(5000, 5000, 14 * side, 14);
      Random random = new Random(2);
      double[] outline = new double[20_000];
      double radius = 1800;
      for (int i = 0; i < 10_000; i++) {
        radius += 4 * random.nextGaussian(); // rough, as drawn by hand, and here and there crossed
        double angle = 2 * Math.PI * (i + 3 * random.nextGaussian()) / 10_000;
        outline[2 * i] = 2500 + radius * Math.cos(angle);
        outline[2 * i + 1] = 2500 + radius * Math.sin(angle);
      }
      PatchOverlap.of(Region.polygon(outline), grid);
      long start = System.nanoTime();
      double[] found = PatchOverlap.of(Region.polygon(outline), grid);
      double seconds = (System.nanoTime() - start) / 1e9;
      assertTrue(DoubleStream.of(found).sum() > 1);
      assertTrue(seconds < 0.5, seconds + " s");
    }
  }
}

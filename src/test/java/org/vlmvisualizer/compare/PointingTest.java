package org.vlmvisualizer.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.area.Region;
import org.vlmvisualizer.core.AttentionShares;
import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.TokenMaps;

/** How well maps point, on grids small enough to compute by hand. */
class PointingTest {
  private static final double TOLERANCE = 1e-6;

  /** 4 × 4 cells of a pixel each. */
  private static final Grid SQUARE = new Grid(4, 4, 4, 4, 0, 0, 1, 1, 1);

  /** The same of a picture of 4 × 2 pixels, with a row of padding above and below. */
  private static final Grid PADDED = new Grid(4, 2, 4, 4, 0, -1, 1, 1, 1);

  /**
   * @param places of a cell and its value, by turns; the others are 0
   */
  private static Pointing pointing(Grid grid, Region region, double... places) {
    float[] map = new float[grid.size()];
    for (int i = 0; i < places.length; i += 2) {
      map[(int) places[i]] = (float) places[i + 1];
    }
    return pointing(grid, region, map);
  }

  private static Pointing pointing(Grid grid, Region region, float[] map) {
    TokenMaps maps =
        new TokenMaps(
            new AttributionMap("by hand", new float[][] {map}),
            grid,
            List.of(new GeneratedToken(5, "a", 1)),
            List.of(new AttentionShares(1, 0, 0, 0, 1)));
    return Pointing.of(maps, 0, region);
  }

  private static void check(
      Pointing found, double centre, double overlap, int ties, double energy, double area) {
    assertEquals(centre, found.centre(), TOLERANCE);
    assertEquals(overlap, found.overlap(), TOLERANCE);
    assertEquals(ties, found.ties());
    assertEquals(energy, found.energy(), TOLERANCE);
    assertEquals(area, found.area(), TOLERANCE);
    assertEquals(energy / area, found.enrichment(), TOLERANCE);
  }

  @Test
  void thePeakHitsOrMisses() {
    Region middle = Region.rectangle(1, 1, 2, 2);
    check(pointing(SQUARE, middle, 5, 0.4, 0, 0.3, 15, 0.3), 1, 1, 1, 0.4, 0.25);
    check(pointing(SQUARE, middle, 5, 0.3, 0, 0.4, 15, 0.3), 0, 0, 1, 0.3, 0.25);
  }

  @Test
  void aCellThatTheRegionTouchesCountsByItsMiddleOrByItsArea() {
    Region across = Region.rectangle(0.6, 0, 1, 1);
    check(pointing(SQUARE, across, 0, 1), 0, 1, 1, 0.4, 1 / 16.0);
    check(pointing(SQUARE, across, 0, 0.5, 1, 1), 1, 1, 1, (0.2 + 0.6) / 1.5, 1 / 16.0);
  }

  @Test
  void equalPeaksShareTheHit() {
    check(
        pointing(SQUARE, Region.rectangle(1, 1, 1, 1), 0, 0.5, 5, 0.5), 0.5, 0.5, 2, 0.5, 1 / 16.);
  }

  @Test
  void whatLiesOnPaddingMissesAndIsNoEnergy() {
    Region first = Region.rectangle(0, 0, 1, 1); // the cell 4
    check(pointing(PADDED, first, 0, 0.6, 4, 0.4), 0, 0, 1, 1, 1 / 8.0);
    check(pointing(PADDED, Region.rectangle(-2, -2, 3, 3), 0, 0.6, 4, 0.4), 1, 0, 1, 1, 1 / 8.0);
  }

  @Test
  void onlyWhatSpeaksForATokenIsEnergy() {
    Region middle = Region.rectangle(1, 1, 2, 2);
    check(pointing(SQUARE, middle, 5, 2, 6, -3, 0, 1), 1, 1, 1, 2 / 3.0, 0.25);
    float[] against = new float[16];
    java.util.Arrays.fill(against, -1);
    against[9] = -0.5f;
    check(pointing(SQUARE, middle, against), 1, 1, 1, 0, 0.25);
  }

  @Test
  void anEmptyMapOrRegionIsNotMeasured() {
    Region middle = Region.rectangle(1, 1, 2, 2);
    for (Pointing unknown :
        List.of(
            pointing(SQUARE, middle),
            pointing(SQUARE, Region.rectangle(7, 7, 2, 2), 5, 1),
            Pointing.UNKNOWN)) {
      assertTrue(Double.isNaN(unknown.centre()));
      assertTrue(Double.isNaN(unknown.overlap()));
      assertTrue(Double.isNaN(unknown.energy()));
      assertTrue(Double.isNaN(unknown.enrichment()));
      assertEquals(0, unknown.ties());
    }
  }
}

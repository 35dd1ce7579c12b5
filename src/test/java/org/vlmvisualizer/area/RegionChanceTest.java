package org.vlmvisualizer.area;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.Shares;
import org.vlmvisualizer.core.TokenMaps;

/** Chance against what can be worked out by hand. */
class RegionChanceTest {
  /** Four cells of 10 × 10 in a row. */
  private static final Grid ROW = new Grid(40, 10, 4, 1, 0, 0, 10, 10, 14);

  private static TokenMaps maps(Grid grid, float[]... values) {
    return new TokenMaps(
        new AttributionMap("hand", values),
        grid,
        Collections.nCopies(values.length, new GeneratedToken(1, "x", 1)),
        Collections.nCopies(values.length, Shares.of(1, 0, 0)));
  }

  private static RegionChance chance(Region region, TokenMaps maps) {
    return RegionChance.of(Placements.of(region, maps.grid()), maps);
  }

  /**
   * A region as large as a cell lies at x = 0 to 30, each as likely, and holds 1 - x / 10 of the
   * first cell: all of it nowhere else; more than s with a probability of (1 - s) / 3, which is 2.5
   * % at s = 0.925, that is an enrichment of 3.7.
   */
  @Test
  void allOfAMapInTheRegionIsAsRareAsCanBe() {
    RegionChance chance =
        chance(Region.rectangle(0, 0, 10, 10), maps(ROW, new float[] {1, 0, 0, 0}));
    assertEquals(0.001, chance.p()[0]);
    assertEquals(0, chance.low()[0], 1e-9);
    assertEquals(3.7, chance.high()[0], 0.2);
  }

  /**
   * The second cell, whose share at x is 1 - |x - 10| / 10: half of it or more at x = 5 to 15, a
   * third of all places. Nothing of the last cell is what every place holds.
   */
  @Test
  void pIsTheShareOfPlacesThatHoldAsMuch() {
    RegionChance chance =
        chance(
            Region.rectangle(5, 0, 10, 10),
            maps(ROW, new float[] {0, 1, 0, 0}, new float[] {0, 0, 0, 1}, new float[4]));
    assertEquals(1 / 3.0, chance.p()[0], 0.05);
    assertEquals(1, chance.p()[1]);
    for (double[] figure : List.of(chance.low(), chance.high(), chance.p())) {
      assertTrue(Double.isNaN(figure[2]), "nothing on the picture");
    }
  }

  @Test
  void anEvenMapIsTheSameEverywhere() {
    Grid grid = Grid.padded(301, 199, 336, 14);
    float[] even = new float[grid.size()];
    Arrays.fill(even, 1f / even.length);
    for (Region region :
        List.of(
            Region.rectangle(33.3, 20, 77.7, 90),
            Region.ellipse(150, 100, 70, 10, -5, 60),
            Region.polygon(3, 1, 39, 7, 20, 30, -4, 9),
            Region.rectangle(5, 5, 0.01, 0.01))) {
      RegionChance chance = chance(region, maps(grid, even));
      assertEquals(1, chance.low()[0], 1e-6);
      assertEquals(1, chance.high()[0], 1e-6);
      assertEquals(1, chance.p()[0]);
    }
  }

  @Test
  void aRegionThatCannotMoveHasNoChance() {
    TokenMaps maps = maps(ROW, new float[] {1, 0, 0, 0});
    for (Region region :
        List.of(
            Region.rectangle(0, 0, 40, 10),
            Region.rectangle(-5, -5, 60, 60),
            Region.rectangle(50, 0, 10, 10),
            Region.polygon())) {
      RegionChance chance = chance(region, maps);
      assertTrue(Double.isNaN(chance.low()[0] + chance.high()[0]));
      assertTrue(Double.isNaN(chance.p()[0]));
    }
    RegionChance upright = chance(Region.rectangle(0, -9, 10, 90), maps);
    assertEquals(0.001, upright.p()[0], "it moves to the side");
  }

  @Test
  void whatReachesOutIsCutFirst() {
    TokenMaps maps = maps(ROW, new float[] {0.5f, 0.25f, 0, 0.25f});
    RegionChance cut = chance(Region.rectangle(0, 0, 12, 8), maps);
    RegionChance out = chance(Region.rectangle(-7, -3, 19, 11), maps);
    assertArrayEquals(cut.p(), out.p());
    assertArrayEquals(cut.high(), out.high(), 1e-9);
    Region ring =
        new Region(
            List.of(
                Region.rectangle(-10, -10, 22, 18).rings().get(0),
                Region.rectangle(-5, 2, 9, 3).rings().get(0)));
    assertEquals(12 * 8 - 4 * 3, 100 * Placements.of(ring, ROW).observed().area(), 1e-9);
  }

  /** A disc of whole pixels, as the wand traces it: its edge is a staircase. */
  @Test
  void aTracedOutlineGetsFewerCorners() {
    int radius = 400;
    double[] ring = new double[8 * 2 * radius];
    for (int i = 0; i < 2 * radius; i++) {
      double half = Math.rint(Math.sqrt(radius * radius - Math.pow(i + 0.5 - radius, 2)));
      for (int edge = 0; edge < 2; edge++) {
        int right = 4 * i + 2 * edge;
        int left = ring.length - 2 - right;
        ring[right] = 1000 + half;
        ring[left] = 1000 - half;
        ring[right + 1] = 600 + i + edge;
        ring[left + 1] = 600 + i + edge;
      }
    }
    Region disc = Region.polygon(ring);
    assertTrue(disc.simplified(2).corners() < 256, "of " + disc.corners());
    Grid grid = Grid.padded(2000, 2000, 336, 14);
    double exact = Arrays.stream(PatchOverlap.of(disc, grid)).sum();
    assertEquals(exact, Placements.of(disc, grid).observed().area(), 0.01 * exact);
  }

  @Test
  void outlinesOfManyCornersStayWhatTheyAre() {
    Grid grid = Grid.padded(301, 199, 336, 14);
    for (Region region :
        List.of(
            Region.ellipse(150, 100, 70, 10, -5, 60),
            Region.roundedRectangle(9, 9, 80, 60, 9, 20))) {
      Placements placements = Placements.of(region, grid);
      double exact = Arrays.stream(PatchOverlap.of(region, grid)).sum();
      assertEquals(exact, placements.observed().area(), 3e-3 * exact);
      for (Placements.Overlap elsewhere : placements.random()) {
        assertEquals(placements.observed().area(), elsewhere.area(), 1e-9 * exact, "whole");
      }
    }
  }
}

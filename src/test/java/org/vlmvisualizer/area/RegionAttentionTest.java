package org.vlmvisualizer.area;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.Shares;
import org.vlmvisualizer.core.TokenMaps;

/** Shares and enrichments against figures worked out by hand. */
class RegionAttentionTest {
  private static final double EXACT = 1e-9;

  private static TokenMaps maps(Grid grid, float[]... values) {
    return new TokenMaps(
        new AttributionMap("hand", values),
        grid,
        Collections.nCopies(values.length, new GeneratedToken(1, "x", 1)),
        Collections.nCopies(values.length, Shares.of(1, 0, 0)));
  }

  /** 40 × 20 on a square of 40: rows 0 and 3 of 4 × 4 patches of 10 × 10 are padding. */
  private static final Grid PADDED = Grid.padded(40, 20, 8, 2);

  @Test
  void sharesOfTheMapOnThePicture() {
    float[] map = new float[16];
    map[0] = 0.4f; // on padding: left out
    map[4] = 0.2f; // x 0–10, y 0–10
    map[5] = 0.3f; // x 10–20, y 0–10
    map[8] = 0.1f; // x 0–10, y 10–20
    // A triangle of half of patch 4; a rectangle of a quarter of 4 and all of 5.
    TokenMaps maps = maps(PADDED, map, new float[16]);
    RegionAttention triangle = RegionAttention.of(Region.polygon(0, 0, 10, 0, 0, 10), maps);
    assertEquals(0.1 / 0.6, triangle.shares()[0], 1e-7);
    assertEquals(50 / 800.0, triangle.areaShare(), EXACT);
    assertEquals(0.1 / 0.6 / (50 / 800.0), triangle.enrichment(0), 1e-6);
    assertTrue(Double.isNaN(triangle.shares()[1]) && Double.isNaN(triangle.enrichment(1)));
    RegionAttention bar = RegionAttention.of(Region.rectangle(7.5, -5, 12.5, 15), maps);
    assertEquals((0.05 + 0.3) / 0.6, bar.shares()[0], 1e-7);
    assertEquals(125 / 800.0, bar.areaShare(), EXACT);
  }

  /** 0.3 against and 0.1 for, half of the first in the region: (-0.15 + 0.1) / 0.4. */
  @Test
  void whatSpeaksAgainstCountsBelowZero() {
    float[] map = new float[16];
    map[0] = -7; // on padding: left out
    map[4] = -0.3f;
    map[5] = 0.1f;
    RegionAttention region = RegionAttention.of(Region.rectangle(5, 0, 15, 10), maps(PADDED, map));
    assertEquals(-0.125, region.shares()[0], 1e-6);
    assertEquals(-0.125 / (150 / 800.0), region.enrichment(0), 1e-5);
  }

  @Test
  void regionsOutsideHoldNothing() {
    float[] map = new float[16];
    map[5] = 1;
    RegionAttention none = RegionAttention.of(Region.rectangle(0, 20, 40, 10), maps(PADDED, map));
    assertEquals(0, none.areaShare());
    assertEquals(0, none.shares()[0]);
    assertTrue(Double.isNaN(none.enrichment(0)));
  }

  @ParameterizedTest
  @EnumSource(Fit.class)
  void sharesOfAPartitionSumToOne(Fit fit) {
    Grid grid = fit == Fit.PAD ? Grid.padded(301, 199, 336, 14) : Grid.cropped(301, 199, 336, 14);
    Random random = new Random(4);
    float[] map = new float[grid.size()];
    for (int p = 0; p < map.length; p++) {
      map[p] = random.nextFloat();
    }
    TokenMaps maps = maps(grid, map);
    double[] cuts = {-50, 17.3, 60, 133.337, 250, 400};
    double sum = 0;
    double area = 0;
    for (int i = 0; i + 1 < cuts.length; i++) {
      for (int j = 0; j + 1 < cuts.length; j++) {
        // Each tile is two triangles.
        double left = cuts[i];
        double right = cuts[i + 1];
        double top = cuts[j];
        double bottom = cuts[j + 1];
        RegionAttention upper =
            RegionAttention.of(Region.polygon(left, top, right, top, left, bottom), maps);
        RegionAttention lower =
            RegionAttention.of(Region.polygon(right, bottom, right, top, left, bottom), maps);
        sum += upper.shares()[0] + lower.shares()[0];
        area += upper.areaShare() + lower.areaShare();
      }
    }
    assertEquals(1, sum, 1e-12);
    assertEquals(1, area, 1e-12);
    RegionAttention inner = RegionAttention.of(Region.ellipse(150, 100, 70, 10, -5, 60), maps);
    Region outer =
        new Region(
            List.of(
                Region.rectangle(0, 0, 301, 199).rings().get(0),
                Region.ellipse(150, 100, 70, 10, -5, 60).rings().get(0)));
    assertEquals(1, inner.shares()[0] + RegionAttention.of(outer, maps).shares()[0], 1e-12);
  }

  @Test
  void anEvenMapIsNoBetterThanChance() {
    float[] even = new float[16];
    Arrays.fill(even, 1 / 16f);
    RegionAttention odd =
        RegionAttention.of(Region.polygon(3, 1, 39, 7, 20, 30, -4, 9), maps(PADDED, even));
    assertEquals(1, odd.enrichment(0), 1e-12);
  }
}

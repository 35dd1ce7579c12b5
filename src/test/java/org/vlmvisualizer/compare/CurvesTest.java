package org.vlmvisualizer.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.compare.Curves.Areas;
import org.vlmvisualizer.core.AnswerProbe;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.Trace;

/**
 * Deletion and insertion on a picture of four pixels in a row, of which the first alone tells
 * anything: token 0 has the probability 0.9 where it is seen and 0.1 where it is not, token 1 half.
 */
class CurvesTest {
  private static final double TOLERANCE = 1e-9;
  private static final Grid ROW = new Grid(4, 1, 4, 1, 0, 0, 1, 1, 1);

  /** The same with a row of padding above and below. */
  private static final Grid PADDED = new Grid(4, 1, 4, 3, 0, -1, 1, 1, 1);

  private static final RgbPicture PICTURE =
      new RgbPicture(4, 1, new byte[] {90, 90, 90, 7, 7, 7, 7, 7, 7, 7, 7, 7});

  private final Probe probe = new Probe();

  private static final class Probe implements AnswerProbe {
    int passes;

    @Override
    public List<RgbPicture> pictures() {
      return List.of(PICTURE);
    }

    @Override
    public void update(String stage, int done, int total) {}

    @Override
    public double[] logProbabilities(List<RgbPicture> pictures) {
      passes++;
      boolean seen = pictures.get(0).get(0, 0, 0) == 90;
      return new double[] {Math.log(seen ? 0.9 : 0.1), Math.log(0.5)};
    }

    @Override
    public double[][] logProbabilitiesWithout(List<int[]> hidden) {
      throw new AssertionError();
    }

    @Override
    public Trace ask(String question) {
      throw new AssertionError();
    }

    @Override
    public float[][] integratedGradients(int steps) {
      throw new AssertionError();
    }
  }

  private static void check(double deletion, double insertion, Areas found) {
    assertEquals(deletion, found.deletion(), TOLERANCE);
    assertEquals(insertion, found.insertion(), TOLERANCE);
  }

  @Test
  void areasAreByTrapezoids() {
    Curves curves = new Curves(probe, ROW, 4);
    assertEquals(2, probe.passes);
    // Hidden first: 0.9, 0.1, 0.1, 0.1, 0.1. Shown first: 0.1, 0.9, 0.9, 0.9, 0.9.
    check(0.2, 0.8, curves.of(new float[] {4, 3, 2, 1}, 0));
    assertEquals(2 + 2 * 3, probe.passes);
    check(0.8, 0.2, curves.of(new float[] {1, 2, 3, 4}, 0));
    check(0.4, 0.6, curves.of(new float[] {3, 4, -1, -2}, 0));
    check(0.5, 0.5, curves.of(new float[] {4, 3, 2, 1}, 1));
  }

  @Test
  void equalsGoInTheirOrder() {
    check(0.2, 0.8, new Curves(probe, ROW, 4).of(new float[4], 0));
  }

  @Test
  void halfOfTheCellsIsAStep() {
    Curves curves = new Curves(probe, ROW, 2);
    check(0.3, 0.7, curves.of(new float[] {3, 4, 2, 1}, 0));
    check(0.7, 0.3, curves.of(new float[] {2, 4, 3, 1}, 0));
  }

  @Test
  void paddingIsNoStep() {
    float[] map = {9, 9, 9, 9, 1, 2, 3, 4, 9, 9, 9, 9};
    check(0.8, 0.2, new Curves(probe, PADDED, 4).of(map, 0));
  }

  /** From the middle outwards, the first pixel is the third. */
  @Test
  void theCentredFloorKnowsOnlyTheMiddle() {
    List<Areas> floor = new Curves(probe, ROW, 4).centred(new int[] {1, 0});
    check(0.5, 0.5, floor.get(0));
    check(0.6, 0.4, floor.get(1));
  }

  @Test
  void theRandomFloorIsThatOfItsSeed() {
    Curves curves = new Curves(probe, PADDED, 4);
    Set<Double> seen =
        IntStream.range(0, 40)
            .mapToObj(seed -> curves.random(seed * 0x5DEECE66DL, new int[] {0}).get(0))
            .peek(areas -> assertEquals(1, areas.deletion() + areas.insertion(), TOLERANCE))
            .map(areas -> Math.round(10 * areas.deletion()) / 10.0)
            .collect(Collectors.toSet());
    assertEquals(Set.of(0.2, 0.4, 0.6, 0.8), seen);
    assertEquals(curves.random(3, new int[] {0, 1}), curves.random(3, new int[] {0, 1}));
    assertTrue(Double.isNaN(Areas.UNKNOWN.deletion()));
  }
}

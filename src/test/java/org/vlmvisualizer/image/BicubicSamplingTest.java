package org.vlmvisualizer.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;

/** By hand; figures of torch.nn.functional.interpolate are in the goldens of Phi-3-V. */
class BicubicSamplingTest {
  @Test
  void theSameSizeChangesNothing() {
    float[] values = {1, 2, 3, 4, 50, 6, 7, 8, 9};
    assertArrayEquals(values, BicubicSampling.resize(values, 1, 3, 3, 3));
  }

  /** Every third pixel, and nothing of its neighbours: there is no antialiasing. */
  @Test
  void aThirdTakesThePixelInTheMiddle() {
    float[] values = {9, 1, 9, 9, 2, 9};
    assertArrayEquals(new float[] {1, 2, 1, 2}, BicubicSampling.resize(values, 1, 6, 1, 2));
  }

  /** Between two pixels, with a little of the next ones taken away; the last ones go on. */
  @Test
  void aHalfLiesBetweenTwoPixels() {
    float[] values = {1, 3, 10, 40};
    float first = 0.59375f * (1 + 3) - 0.09375f * (1 + 10);
    float second = 0.59375f * (10 + 40) - 0.09375f * (3 + 40);
    assertArrayEquals(
        new float[] {first, second, first, second},
        BicubicSampling.resize(values, 1, 4, 1, 2),
        1e-5f);
  }

  @Test
  void planesStayApart() {
    float[] values = {1, 1, 1, 1, 5, 5, 5, 5};
    assertArrayEquals(new float[] {1, 5}, BicubicSampling.resize(values, 2, 2, 2, 1));
  }
}

package org.vlmvisualizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the comparisons with Python measure, and that none of them takes what is no number. */
class GoldenTest {
  private static final float[] EXPECTED = {1, -200, 3};

  @Test
  void aDifferenceIsAbsoluteOrAShareOfTheLargest() {
    float[] actual = {1, -200, 5};
    assertEquals(2, Golden.difference(EXPECTED, actual));
    assertEquals(0.01, Golden.relativeDifference(EXPECTED, actual));
    assertEquals(0, Golden.relativeDifference(EXPECTED, EXPECTED));
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void whatIsNoNumberFails(float value) {
    float[] odd = {1, value, 3};
    assertThrows(AssertionError.class, () -> Golden.relativeDifference(EXPECTED, odd));
    assertThrows(AssertionError.class, () -> Golden.relativeDifference(odd, EXPECTED));
    assertThrows(AssertionError.class, () -> Golden.relativeDifference(odd, odd));
  }

  @Test
  void againstZerosAloneNothingIsClose() {
    float[] zeros = new float[2];
    assertFalse(Golden.relativeDifference(zeros, zeros) <= 1);
    assertFalse(Golden.relativeDifference(zeros, new float[] {0, 1e-30f}) <= 1);
  }
}

package org.vlmvisualizer.ask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.measure.Calibration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.core.FrameInterval;

class TimeCalibrationTest {
  private static FrameInterval of(double interval, String unit, int... frames) {
    Calibration calibration = new Calibration();
    calibration.frameInterval = interval;
    calibration.setTimeUnit(unit);
    return TimeCalibration.of(calibration, frames);
  }

  @ParameterizedTest
  @CsvSource({
    "2.5, sec, 2.5",
    "2.5, s, 2.5",
    "3, Seconds, 3",
    "1.5, min, 90",
    "2, hours, 7200",
    "1, d, 86400",
    "250, ms, 0.25",
    "40, µs, 0.00004"
  })
  void isInSeconds(double interval, String unit, double seconds) {
    FrameInterval found = of(interval, unit, 1, 2, 3);
    assertEquals(seconds, found.seconds(), 1e-12 * seconds);
    assertEquals("the image", found.from());
    assertFalse(found.isGiven());
  }

  /** Frames 1, 34, 67 and 100 of a stack are 33 intervals apart, 1, 4 and 6 are 2.5. */
  @Test
  void isThatOfTheFramesThatAreShown() {
    assertEquals(330, of(10, "sec", 1, 34, 67, 100).seconds(), 1e-9);
    assertEquals(25, of(10, "sec", 1, 4, 6).seconds(), 1e-9);
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e300})
  void withoutAnIntervalItIsAssumed(double interval) {
    FrameInterval found = of(interval, "sec", 1, 2);
    assertEquals(0.5, found.seconds());
    assertEquals("assumed, since the image has no frame interval", found.from());
  }

  @Test
  void anotherUnitIsNoTime() {
    FrameInterval found = of(3, "frames", 1, 2);
    assertEquals(0.5, found.seconds());
    assertTrue(found.from().endsWith("'frames'"), found.from());
  }
}

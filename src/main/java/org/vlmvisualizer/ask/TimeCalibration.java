package org.vlmvisualizer.ask;

import ij.measure.Calibration;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.vlmvisualizer.core.FrameInterval;

/** The time between the frames of a stack, as its calibration has it. */
final class TimeCalibration {
  /** In whatever unit; beyond, it is no interval. */
  private static final double MOST = 1e9;

  private static final Map<String, Double> SECONDS =
      Stream.of(
              unit(1e-6, "µs us usec microsecond microseconds"),
              unit(1e-3, "ms msec millisecond milliseconds"),
              unit(1, "s sec secs second seconds"),
              unit(60, "min mins minute minutes"),
              unit(3600, "h hr hrs hour hours"),
              unit(86400, "d day days"))
          .flatMap(names -> names.entrySet().stream())
          .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));

  private TimeCalibration() {}

  private static Map<String, Double> unit(double seconds, String names) {
    return Stream.of(names.split(" ")).collect(Collectors.toMap(name -> name, name -> seconds));
  }

  /**
   * The time from one of some frames to the next; where their numbers are not evenly spaced, its
   * mean.
   *
   * @param frames their numbers, rising, two or more
   */
  static FrameInterval of(Calibration calibration, int[] frames) {
    double interval = calibration.frameInterval;
    if (!(interval > 0 && interval <= MOST)) {
      return FrameInterval.assumed("the image has no frame interval");
    }
    String unit = calibration.getTimeUnit();
    Double seconds = SECONDS.get(unit.strip().toLowerCase(Locale.ROOT));
    if (seconds == null) {
      return FrameInterval.assumed("the unit of the image's frame interval is '" + unit + "'");
    }
    double steps = (double) (frames[frames.length - 1] - frames[0]) / (frames.length - 1);
    return new FrameInterval(interval * seconds * steps, false, "the image");
  }
}

package org.vlmvisualizer.explorer;

import java.util.Locale;

/** How long something will take, as people say it. */
final class ForetoldText {
  /** What takes longer is asked about first. */
  static final double LONG = 60;

  private static final double SHORT = 2;
  private static final double HOUR = 3600;
  private static final int STEP = 5; // of seconds, from ten on

  private ForetoldText() {}

  /** "about 3 min"; empty if it is over at once, or not known. */
  static String of(double seconds) {
    if (!(seconds >= SHORT)) {
      return "";
    }
    if (seconds > HOUR) {
      return String.format(Locale.ROOT, "about %.1f h", seconds / HOUR);
    }
    if (seconds > LONG) {
      return "about %d min".formatted(Math.round(seconds / LONG));
    }
    long shown = seconds < 2 * STEP ? Math.round(seconds) : STEP * Math.round(seconds / STEP);
    return "about %d s".formatted(shown);
  }

  /** Other words, and the same behind them. */
  static String behind(String words, double seconds) {
    String time = of(seconds);
    return time.isEmpty() ? words : words + ", " + time;
  }
}

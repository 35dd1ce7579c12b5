package org.vlmvisualizer.core;

import java.util.Locale;

/** How long something will take, as people say it. */
public final class ForetoldText {
  /** What takes longer is asked about first. */
  public static final double LONG = 60;

  /** What takes less is over at once. */
  public static final double SHORT = 2;

  private static final double HOUR = 3600;
  private static final int STEP = 5; // of seconds, from ten on

  private ForetoldText() {}

  /** "about 3 min"; empty if it is over at once, or not known. */
  public static String of(double seconds) {
    return seconds >= SHORT ? "about " + rounded(seconds) : "";
  }

  /** "3 min"; "less than 2 s" of what is over at once. */
  public static String rounded(double seconds) {
    if (seconds > HOUR) {
      return String.format(Locale.ROOT, "%.1f h", seconds / HOUR);
    }
    if (seconds > LONG) {
      return "%d min".formatted(Math.round(seconds / LONG));
    }
    if (seconds < SHORT) {
      return "less than " + rounded(SHORT);
    }
    long shown = seconds < 2 * STEP ? Math.round(seconds) : STEP * Math.round(seconds / STEP);
    return "%d s".formatted(shown);
  }

  /** Other words, and the same behind them. */
  public static String behind(String words, double seconds) {
    String time = of(seconds);
    return time.isEmpty() ? words : words + ", " + time;
  }
}

package org.vlmvisualizer.hub;

import java.util.Locale;

/** Bytes and times as people read them. A GB is 10^9 bytes, as on the hub's pages. */
final class Amounts {
  private Amounts() {}

  /** A number of bytes: 812 bytes, 1.2 MB, 14.1 GB. */
  static String bytes(long bytes) {
    if (bytes < 1000) {
      return bytes + " bytes";
    }
    String[] units = {"kB", "MB", "GB", "TB"};
    double value = bytes / 1e3;
    int unit = 0;
    while (value >= 999.5 && unit < units.length - 1) {
      value /= 1e3;
      unit++;
    }
    return String.format(Locale.ROOT, value < 9.95 ? "%.1f %s" : "%.0f %s", value, units[unit]);
  }

  /** A number of seconds: 40 s, 2 min, 3.5 h. */
  static String time(long seconds) {
    if (seconds < 90) {
      return seconds + " s";
    }
    return seconds < 5400
        ? Math.round(seconds / 60.0) + " min"
        : String.format(Locale.ROOT, "%.1f h", seconds / 3600.0);
  }
}

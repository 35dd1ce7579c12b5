package org.vlmvisualizer.output;

import java.util.Locale;

/** A value of a map as people read it: a share in percent, a score of a signed map as it is. */
public final class MapValue {
  private MapValue() {}

  public static String text(double value, boolean signed) {
    return String.format(Locale.ROOT, signed ? "%.3g" : "%.3g %%", signed ? value : 100 * value);
  }
}

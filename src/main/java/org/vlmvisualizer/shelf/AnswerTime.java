package org.vlmvisualizer.shelf;

import java.util.Locale;

/**
 * How long an answer took on this computer.
 *
 * @param folder of the model's files
 * @param device as "cpu" or "gpu:0"
 * @param precision as "int4"
 * @param seconds from the picture to the maps, without loading
 */
public record AnswerTime(String folder, String device, String precision, double seconds) {

  /** The seconds as people read them. */
  public String text() {
    return String.format(Locale.ROOT, seconds < 9.95 ? "%.1f s" : "%.0f s", seconds);
  }

  /** What it was measured on, as "cpu, int4". */
  public String conditions() {
    return device + ", " + precision;
  }

  boolean isOfSame(AnswerTime other) {
    return folder.equals(other.folder)
        && device.equals(other.device)
        && precision.equals(other.precision);
  }
}

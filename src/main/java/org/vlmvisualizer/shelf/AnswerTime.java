package org.vlmvisualizer.shelf;

import java.util.Locale;

/**
 * How long an answer took on this computer.
 *
 * @param folder of the model's files
 * @param device as "cpu" or "gpu:0"
 * @param precision as "int4"
 * @param seconds from the picture to the maps, without loading; 0 where that was not measured
 * @param stages of the last answer that tells them; null for none
 */
public record AnswerTime(
    String folder, String device, String precision, double seconds, StageTimes stages) {

  private static final String ANY = "auto";

  /** The seconds as people read them. */
  public String text() {
    return String.format(Locale.ROOT, seconds < 9.95 ? "%.1f s" : "%.0f s", seconds);
  }

  /** What it was measured on, as "cpu, int4". */
  public String conditions() {
    return device + ", " + precision;
  }

  /** Whether it was measured where a question would run. */
  boolean isOn(String wantedDevice, String wantedPrecision) {
    return (wantedDevice.equals(ANY)
            || device.equals(wantedDevice)
            || device.startsWith(wantedDevice + ":"))
        && (wantedPrecision.equals(ANY) || precision.equals(wantedPrecision));
  }

  /** The same with what an earlier one has measured and this has not. */
  AnswerTime behind(AnswerTime earlier) {
    return new AnswerTime(
        folder,
        device,
        precision,
        seconds > 0 ? seconds : earlier.seconds,
        stages == null ? earlier.stages : stages.behind(earlier.stages));
  }

  boolean isOfSame(AnswerTime other) {
    return folder.equals(other.folder)
        && device.equals(other.device)
        && precision.equals(other.precision);
  }
}

package org.vlmvisualizer.core;

import java.math.BigDecimal;

/**
 * The time from one frame of a video to the next, for models that are told it.
 *
 * @param seconds above 0
 * @param isGiven whether the user gave it; the others give way to what an image tells
 * @param from where it comes from, for a reader
 */
public record FrameInterval(double seconds, boolean isGiven, String from) {
  /** Two frames a second, as transformers samples videos. */
  private static final double USUAL = 0.5;

  /** Where nothing tells it. */
  public static final FrameInterval ASSUMED = assumed("nothing tells it");

  /** Four months; beyond, a number is a mistake. */
  private static final double MOST = 1e7;

  private static final String AUTO = "auto";

  /** Where nothing tells it that can be used. */
  public static FrameInterval assumed(String reason) {
    return new FrameInterval(USUAL, false, "assumed, since " + reason);
  }

  /**
   * @param text seconds, or auto
   * @throws InputException if it is neither
   */
  public static FrameInterval parse(String text) {
    String word = text.strip();
    if (word.equals(AUTO)) {
      return ASSUMED;
    }
    if (word.matches("\\d{1,8}(\\.\\d{1,9})?")) {
      double seconds = Double.parseDouble(word);
      if (0 < seconds && seconds <= MOST) {
        return new FrameInterval(seconds, true, "the option interval");
      }
    }
    throw new InputException(
        "Expected interval to be auto or seconds between two time points, above 0 and up to %.0f, such as 2.5, found '%s'."
            .formatted(MOST, text));
  }

  /** As users write it. */
  @Override
  public String toString() {
    return isGiven ? BigDecimal.valueOf(seconds).stripTrailingZeros().toPlainString() : AUTO;
  }
}

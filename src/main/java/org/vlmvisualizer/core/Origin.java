package org.vlmvisualizer.core;

/**
 * Whether a token came from the picture, by its {@link GeneratedToken#imageEvidence}: the picture
 * made it at least ten times as likely, or less than twice as likely as it would have come anyway.
 */
public enum Origin {
  /** A map of it may show where it came from. */
  PICTURE("from the picture"),
  /** Picture and text both speak for it. */
  PARTLY("partly from the picture"),
  /** No map of it is worth looking at. */
  TEXT("would have come without it");

  private static final double FROM_PICTURE = Math.log(10);
  private static final double WITHOUT = Math.log(2);

  private final String words;

  Origin(String words) {
    this.words = words;
  }

  /**
   * @param evidence ln(p / p0), in nats
   */
  static Origin of(double evidence) {
    if (evidence >= FROM_PICTURE) {
      return PICTURE;
    }
    return evidence < WITHOUT ? TEXT : PARTLY;
  }

  /** For a reader. */
  @Override
  public String toString() {
    return words;
  }
}

package org.vlmvisualizer.core;

/** Text of others (names of files, configs, answers), made fit for a terminal or a log. */
public final class CleanText {
  private CleanText() {}

  /**
   * The text with what would steer a terminal or turn the direction of writing as {@code ?}:
   * control characters but for tabs and line ends, directional overrides, lone surrogates.
   */
  public static String of(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    text.codePoints().forEach(c -> clean.appendCodePoint(isHarmful(c) ? '?' : c));
    return clean.toString();
  }

  /**
   * The text, of a long one its first characters and an ellipsis: values of files may be endless.
   */
  public static String cut(String text, int length) {
    return text.length() > length ? text.substring(0, length) + "…" : text;
  }

  private static boolean isHarmful(int c) {
    return Character.getType(c) == Character.SURROGATE
        || Character.isISOControl(c) && c != '\n' && c != '\t'
        || c >= 0x202a && c <= 0x202e
        || c >= 0x2066 && c <= 0x2069;
  }

  /** Index of the first surrogate without its other half, or -1: UTF-8 has no bytes for one. */
  public static int loneSurrogate(String text) {
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      if (Character.getType(text.codePointAt(i)) == Character.SURROGATE) {
        return i;
      }
    }
    return -1;
  }
}

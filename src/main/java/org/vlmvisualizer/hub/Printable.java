package org.vlmvisualizer.hub;

/** Text of others, made fit for a message. */
final class Printable {
  private static final int MAX = 120;

  private Printable() {}

  /** The text on one line: at most 120 characters, control characters as ?. */
  static String of(String text) {
    String line = text.replaceAll("\\p{C}", "?");
    return line.length() <= MAX ? line : line.substring(0, MAX) + "...";
  }
}

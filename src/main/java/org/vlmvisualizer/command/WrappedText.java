package org.vlmvisualizer.command;

/** Text in lines, for those of ImageJ's windows that do not wrap it. */
final class WrappedText {
  private WrappedText() {}

  /**
   * Breaks between words, and within a word that is longer than a line.
   *
   * @param columns characters that a line has at most
   */
  static String of(String text, int columns) {
    StringBuilder lines = new StringBuilder();
    int used = 0;
    for (String word : text.split(" ")) {
      if (used > 0 && used + 1 + word.length() > columns) {
        lines.append('\n');
        used = 0;
      } else if (used > 0) {
        lines.append(' ');
        used++;
      }
      String rest = word;
      while (rest.length() > columns) {
        lines.append(rest, 0, columns).append('\n');
        rest = rest.substring(columns);
      }
      lines.append(rest);
      used += rest.length();
    }
    return lines.toString();
  }
}

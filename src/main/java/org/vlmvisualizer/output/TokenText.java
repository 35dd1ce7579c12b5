package org.vlmvisualizer.output;

import java.awt.Font;
import java.awt.FontMetrics;
import org.vlmvisualizer.core.Candidate;
import org.vlmvisualizer.core.GeneratedToken;

/** How a token is written where it must stay on one line and be seen. */
public final class TokenText {
  private static final String ELLIPSIS = "…";

  private TokenText() {}

  /**
   * The token's text with control characters made visible: a line break is ⏎, a tab ⇥, others are
   * their Unicode control picture or {@code \}{@code u200b}. A token of spaces only is shown as ␣;
   * one without text by its id, {@code <13>}.
   */
  public static String label(GeneratedToken token) {
    return label(token.id(), token.text());
  }

  /** The same of one that could have stood there. */
  public static String label(Candidate other) {
    return label(other.id(), other.text());
  }

  private static String label(int id, String text) {
    return text.isEmpty() ? "<" + id + ">" : visible(text);
  }

  public static String visible(String text) {
    if (text.isBlank() && text.indexOf(' ') >= 0) {
      text = text.replace(' ', '␣');
    }
    StringBuilder out = new StringBuilder();
    text.codePoints().forEach(c -> out.append(visible(c)));
    return out.toString();
  }

  private static String visible(int c) {
    return switch (c) {
      case '\n' -> "⏎";
      case '\t' -> "⇥";
      case 0x7f -> "␡";
      default ->
          c < 0x20 ? Character.toString(0x2400 + c) : hidden(c) ? escape(c) : Character.toString(c);
    };
  }

  /** Whether a character leaves no mark of its own: formats, lone surrogates, line separators. */
  private static boolean hidden(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }

  private static String escape(int c) {
    return "\\u%04x".formatted(c);
  }

  /** Replaces characters that the font lacks, which would all look the same, by their number. */
  public static String drawable(String text, Font font) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .forEach(c -> out.append(font.canDisplay(c) ? Character.toString(c) : escape(c)));
    return out.toString();
  }

  /** Shortens a text to a width in pixels; cut texts end in an ellipsis. */
  public static String fit(String text, FontMetrics metrics, int width) {
    if (metrics.stringWidth(text) <= width) {
      return text;
    }
    int end = text.length();
    while (end > 1 && metrics.stringWidth(text.substring(0, end) + ELLIPSIS) > width) {
      end = text.offsetByCodePoints(end, -1);
    }
    return text.substring(0, end) + ELLIPSIS;
  }
}

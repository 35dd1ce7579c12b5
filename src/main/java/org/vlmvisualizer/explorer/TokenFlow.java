package org.vlmvisualizer.explorer;

import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Rectangle;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.output.ThoughtsMark;
import org.vlmvisualizer.output.TokenText;

/**
 * Where each token of an answer goes when it is set as text of a given width. Tokens that make up
 * one word stay together where a line can hold them; a line break that the model wrote breaks the
 * line. Thoughts, in italics, are a block of their own above the answer, each below its heading.
 *
 * @param boxes [T]
 * @param labels [T] what is drawn in them
 * @param headings in lines of their own; none where there are no thoughts
 * @param thoughts height of the block of thoughts, from the top; 0 where there are none
 * @param height of all lines
 */
record TokenFlow(
    List<Rectangle> boxes, List<String> labels, List<Heading> headings, int thoughts, int height) {
  /**
   * A line that is no token.
   *
   * @param isName whether it is the name of a block
   * @param top of the line
   */
  record Heading(String text, boolean isName, int top) {}

  static final int PADDING = 3;
  private static final int GAP = 1; // between tokens of a word
  private static final int SPACE = 5; // between words
  static final int LINE_GAP = 7;
  static final int MARGIN = 8;

  /**
   * @param metrics of a font
   * @param noAnswer what is said below thoughts that no answer follows; empty if one may come
   */
  static TokenFlow of(
      List<GeneratedToken> tokens,
      Font font,
      Function<Font, FontMetrics> metrics,
      int width,
      String noAnswer) {
    int room = Math.max(40, width - 2 * MARGIN);
    Fonts fonts = new Fonts(font, metrics);
    List<String> labels = new ArrayList<>();
    List<Rectangle> boxes = new ArrayList<>();
    List<Heading> headings = new ArrayList<>();
    int lineHeight = fonts.of(false).getHeight() + 4;
    for (GeneratedToken token : tokens) {
      String label = TokenText.drawable(TokenText.label(token).strip(), font);
      labels.add(TokenText.fit(label, fonts.of(token.isThought()), room - 2 * PADDING));
    }
    int x = 0;
    int y = MARGIN;
    int thoughts = 0;
    if (tokens.get(0).isThought()) {
      headings.add(new Heading(ThoughtsMark.THOUGHTS, true, y));
      y += lineHeight;
    }
    for (int t = 0; t < labels.size(); t++) {
      if (t > 0 && tokens.get(t - 1).isThought() && !tokens.get(t).isThought()) {
        thoughts = bottom(boxes);
        headings.add(new Heading(ThoughtsMark.ANSWER, true, thoughts + MARGIN / 2));
        x = 0;
        y = thoughts + MARGIN / 2 + lineHeight;
      }
      boolean wordStart = t == 0 || startsWord(tokens.get(t));
      int gap = x == 0 ? 0 : wordStart ? SPACE : GAP;
      int needed = wordStart ? wordWidth(tokens, labels, fonts, t) : 0;
      int box = width(tokens, labels, fonts, t);
      if (x > 0 && (x + gap + box > room || (x + gap + needed > room && needed <= room))) {
        x = 0;
        gap = 0;
        y += lineHeight + LINE_GAP;
      }
      boxes.add(new Rectangle(MARGIN + x + gap, y, box, lineHeight));
      x += gap + box;
      if (tokens.get(t).text().indexOf('\n') >= 0) {
        x = 0;
        y += lineHeight + LINE_GAP;
      }
    }
    int height = bottom(boxes);
    if (tokens.get(tokens.size() - 1).isThought()) {
      thoughts = height;
      if (!noAnswer.isEmpty()) {
        headings.add(new Heading(ThoughtsMark.ANSWER, true, height + MARGIN / 2));
        headings.add(new Heading(noAnswer, false, height + MARGIN / 2 + lineHeight));
        height += 2 * lineHeight + MARGIN;
      }
    }
    return new TokenFlow(boxes, labels, headings, thoughts, height);
  }

  /** How texts are measured: thoughts in italics. */
  private record Fonts(Font font, Function<Font, FontMetrics> metrics) {
    FontMetrics of(boolean thought) {
      return metrics.apply(thought ? italic(font) : font);
    }
  }

  /** What thoughts are written in. */
  static Font italic(Font font) {
    return font.deriveFont(Font.ITALIC);
  }

  private static int bottom(List<Rectangle> boxes) {
    Rectangle last = boxes.get(boxes.size() - 1);
    return last.y + last.height + MARGIN;
  }

  private static int width(
      List<GeneratedToken> tokens, List<String> labels, Fonts fonts, int token) {
    return fonts.of(tokens.get(token).isThought()).stringWidth(labels.get(token)) + 2 * PADDING;
  }

  private static boolean startsWord(GeneratedToken token) {
    return token.text().isBlank() || Character.isWhitespace(token.text().charAt(0));
  }

  /** Width of a token and those that continue its word. */
  private static int wordWidth(
      List<GeneratedToken> tokens, List<String> labels, Fonts fonts, int first) {
    int width = 0;
    for (int t = first; t < labels.size() && (t == first || !startsWord(tokens.get(t))); t++) {
      width += width(tokens, labels, fonts, t) + (t == first ? 0 : GAP);
      if (tokens.get(t).text().indexOf('\n') >= 0) {
        break;
      }
    }
    return width;
  }

  /** The token at a point, or the nearest one: first by line, then along it. */
  int tokenAt(int x, int y) {
    int nearest = 0;
    double least = Double.MAX_VALUE;
    for (int t = 0; t < boxes.size(); t++) {
      Rectangle box = boxes.get(t);
      int beside = Math.max(0, Math.max(box.x - x, x - box.x - box.width));
      int off = Math.max(0, Math.max(box.y - y, y - box.y - box.height));
      double distance = off * 1e5 + beside;
      if (distance < least) {
        least = distance;
        nearest = t;
      }
    }
    return nearest;
  }
}

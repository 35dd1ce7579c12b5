package org.vlmvisualizer.explorer;

import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Rectangle;
import java.util.ArrayList;
import java.util.List;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.output.TokenText;

/**
 * Where each token of an answer goes when it is set as text of a given width. Tokens that make up
 * one word stay together where a line can hold them; a line break that the model wrote breaks the
 * line.
 *
 * @param boxes [T]
 * @param labels [T] what is drawn in them
 * @param height of all lines
 */
record TokenFlow(List<Rectangle> boxes, List<String> labels, int height) {
  static final int PADDING = 3;
  private static final int GAP = 1; // between tokens of a word
  private static final int SPACE = 5; // between words
  static final int LINE_GAP = 7;
  static final int MARGIN = 8;

  static TokenFlow of(List<GeneratedToken> tokens, Font font, FontMetrics metrics, int width) {
    int room = Math.max(40, width - 2 * MARGIN);
    List<String> labels = new ArrayList<>();
    List<Rectangle> boxes = new ArrayList<>();
    int lineHeight = metrics.getHeight() + 4;
    for (GeneratedToken token : tokens) {
      String label = TokenText.drawable(TokenText.label(token).strip(), font);
      labels.add(TokenText.fit(label, metrics, room - 2 * PADDING));
    }
    int x = 0;
    int y = MARGIN;
    for (int t = 0; t < labels.size(); t++) {
      boolean wordStart = t == 0 || startsWord(tokens.get(t));
      int gap = x == 0 ? 0 : wordStart ? SPACE : GAP;
      int needed = wordStart ? wordWidth(tokens, labels, metrics, t) : 0;
      int box = metrics.stringWidth(labels.get(t)) + 2 * PADDING;
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
    Rectangle last = boxes.get(boxes.size() - 1);
    return new TokenFlow(boxes, labels, last.y + last.height + MARGIN);
  }

  private static boolean startsWord(GeneratedToken token) {
    return token.text().isBlank() || Character.isWhitespace(token.text().charAt(0));
  }

  /** Width of a token and those that continue its word. */
  private static int wordWidth(
      List<GeneratedToken> tokens, List<String> labels, FontMetrics metrics, int first) {
    int width = 0;
    for (int t = first; t < labels.size() && (t == first || !startsWord(tokens.get(t))); t++) {
      width += metrics.stringWidth(labels.get(t)) + 2 * PADDING + (t == first ? 0 : GAP);
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

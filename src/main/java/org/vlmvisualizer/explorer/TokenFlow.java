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
    Setting text = new Setting(tokens, new Fonts(font, metrics), Math.max(40, width - 2 * MARGIN));
    for (int t = 0; t < tokens.size(); t++) {
      boolean isThought = tokens.get(t).isThought();
      if (isThought && t == 0) {
        text.head(ThoughtsMark.THOUGHTS);
      } else if (!isThought && t > 0 && tokens.get(t - 1).isThought()) {
        text.endThoughts();
        text.head(ThoughtsMark.ANSWER);
      }
      text.add(t);
    }
    if (tokens.get(tokens.size() - 1).isThought()) {
      text.endThoughts();
      if (!noAnswer.isEmpty()) {
        text.head(ThoughtsMark.ANSWER);
        text.say(noAnswer);
      }
    }
    return text.flow();
  }

  /** Text that is being set: each token behind the one before, or in the next line. */
  private static final class Setting {
    private final List<GeneratedToken> tokens;
    private final Fonts fonts;
    private final int room;
    private final int lineHeight;
    private final List<String> labels = new ArrayList<>();
    private final List<Rectangle> boxes = new ArrayList<>();
    private final List<Heading> headings = new ArrayList<>();
    private int x;
    private int y = MARGIN;
    private int bottom;
    private int thoughts;

    Setting(List<GeneratedToken> tokens, Fonts fonts, int room) {
      this.tokens = tokens;
      this.fonts = fonts;
      this.room = room;
      lineHeight = fonts.of(false).getHeight() + 4;
      for (GeneratedToken token : tokens) {
        String label = TokenText.drawable(TokenText.label(token).strip(), fonts.font);
        labels.add(TokenText.fit(label, fonts.of(token.isThought()), room - 2 * PADDING));
      }
    }

    void add(int t) {
      boolean wordStart = t == 0 || startsWord(tokens.get(t));
      int gap = x == 0 ? 0 : wordStart ? SPACE : GAP;
      int needed = wordStart ? wordWidth(t) : 0;
      int box = width(t);
      if (x > 0 && (x + gap + box > room || (x + gap + needed > room && needed <= room))) {
        gap = 0;
        breakLine();
      }
      boxes.add(new Rectangle(MARGIN + x + gap, y, box, lineHeight));
      bottom = y + lineHeight + MARGIN;
      x += gap + box;
      if (tokens.get(t).text().indexOf('\n') >= 0) {
        breakLine();
      }
    }

    private void breakLine() {
      x = 0;
      y += lineHeight + LINE_GAP;
    }

    /** The block of thoughts ends here, and a new line begins. */
    void endThoughts() {
      thoughts = bottom;
      x = 0;
      y = bottom + MARGIN / 2;
    }

    void head(String name) {
      headings.add(new Heading(name, true, y));
      y += lineHeight;
    }

    void say(String sentence) {
      headings.add(new Heading(sentence, false, y));
      bottom = y + lineHeight + MARGIN;
    }

    TokenFlow flow() {
      return new TokenFlow(boxes, labels, headings, thoughts, bottom);
    }

    private int width(int t) {
      return fonts.of(tokens.get(t).isThought()).stringWidth(labels.get(t)) + 2 * PADDING;
    }

    /** Width of a token and those that continue its word. */
    private int wordWidth(int first) {
      int width = 0;
      for (int t = first; t < labels.size() && (t == first || !startsWord(tokens.get(t))); t++) {
        width += width(t) + (t == first ? 0 : GAP);
        if (tokens.get(t).text().indexOf('\n') >= 0) {
          break;
        }
      }
      return width;
    }
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

  private static boolean startsWord(GeneratedToken token) {
    return token.text().isBlank() || Character.isWhitespace(token.text().charAt(0));
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

package org.vlmvisualizer.output;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import org.vlmvisualizer.core.Origin;

/**
 * A token's point in plots: full if it came from the picture, half full if partly, hollow if it
 * would have come without it. So it is read without colours.
 */
public final class OriginMark {
  private static final double RADIUS = 4;
  private static final int TEXT_GAP = 5;
  private static final int ENTRY_GAP = 18;

  private OriginMark() {}

  /**
   * Draws a round mark.
   *
   * @param origin null where it is not known: full
   * @param radius in pixels, at least 1
   */
  public static void circle(
      Graphics2D g, Origin origin, double x, double y, double radius, Color ink) {
    draw(g, origin, new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius), ink);
  }

  /** The same, square. */
  public static void square(
      Graphics2D g, Origin origin, double x, double y, double radius, Color ink) {
    draw(g, origin, new Rectangle2D.Double(x - radius, y - radius, 2 * radius, 2 * radius), ink);
  }

  private static void draw(Graphics2D g, Origin origin, Shape outline, Color ink) {
    g.setColor(ink);
    if (origin == null || origin == Origin.PICTURE) {
      g.fill(outline);
      return;
    }
    g.setColor(Color.WHITE);
    g.fill(outline);
    g.setColor(ink);
    if (origin == Origin.PARTLY) {
      Rectangle2D box = outline.getBounds2D();
      Graphics2D left = (Graphics2D) g.create();
      left.clip(
          new Rectangle2D.Double(box.getX(), box.getY(), box.getWidth() / 2, box.getHeight()));
      left.fill(outline);
      left.dispose();
    }
    g.setStroke(new BasicStroke((float) (outline.getBounds2D().getWidth() / 6)));
    g.draw(outline);
  }

  /**
   * Draws what the marks mean, in one line, in the graphics' font and colour.
   *
   * @param room the width that there is
   * @param scale of marks and gaps
   * @return where the words for the last {@link Origin} begin and end
   */
  public static int[] legend(
      Graphics2D g, double x, double baseline, int room, double scale, Color ink) {
    FontMetrics metrics = g.getFontMetrics();
    List<String> words = words(metrics, room, scale);
    Color text = g.getColor();
    double left = x;
    int begin = 0;
    int end = 0;
    for (Origin origin : Origin.values()) {
      double middle = baseline - metrics.getAscent() / 2.0 + scale;
      circle(g, origin, left + RADIUS * scale, middle, RADIUS * scale, ink);
      left += (2 * RADIUS + TEXT_GAP) * scale;
      begin = (int) left;
      String word = words.get(origin.ordinal());
      g.setColor(text);
      g.drawString(word, (float) left, (float) baseline);
      left += metrics.stringWidth(word);
      end = (int) left;
      left += ENTRY_GAP * scale;
    }
    return new int[] {begin, end};
  }

  /** How wide the line is. */
  static int legendWidth(FontMetrics metrics, int room, double scale) {
    return width(metrics, words(metrics, room, scale), scale);
  }

  private static List<String> words(FontMetrics metrics, int room, double scale) {
    return MapTrust.legend(words -> width(metrics, words, scale), room);
  }

  private static int width(FontMetrics metrics, List<String> words, double scale) {
    double width = -ENTRY_GAP * scale;
    for (String word : words) {
      width += metrics.stringWidth(word) + (2 * RADIUS + TEXT_GAP + ENTRY_GAP) * scale;
    }
    return (int) Math.ceil(width);
  }
}

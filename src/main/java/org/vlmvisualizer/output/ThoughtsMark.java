package org.vlmvisualizer.output;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import org.vlmvisualizer.core.TokenMaps;

/**
 * Where a model's thoughts end and its answer begins, in plots: a dashed line, with the name of
 * either side where there is room. So it is read without colours.
 */
public final class ThoughtsMark {
  /** The name of the left side. */
  public static final String THOUGHTS = "Thoughts";

  /** The name of the right side. */
  public static final String ANSWER = "Answer";

  private static final Color INK = new Color(0x40, 0x40, 0x40);
  private static final Color VEIL = new Color(255, 255, 255, 210);
  private static final int GAP = 5;
  private static final int LINES = 3; // of text that a plot with names is high at least

  private ThoughtsMark() {}

  /**
   * Draws it in the graphics' font.
   *
   * @param x of the line, from the left to the right end of the plot
   * @param plot where tokens are drawn
   * @param scale of lines and gaps
   */
  public static void draw(Graphics2D g, double x, Rectangle2D plot, double scale) {
    float dash = (float) (5 * scale);
    g.setColor(INK);
    g.setStroke(
        new BasicStroke(
            (float) (1.5 * scale),
            BasicStroke.CAP_BUTT,
            BasicStroke.JOIN_MITER,
            10,
            new float[] {dash, dash},
            0));
    g.draw(new Line2D.Double(x, plot.getMinY(), x, plot.getMaxY()));
    FontMetrics metrics = g.getFontMetrics();
    if (plot.getHeight() < LINES * metrics.getHeight()) {
      return; // a name would cover what is plotted
    }
    double gap = GAP * scale;
    double left = x - gap - metrics.stringWidth(THOUGHTS);
    if (left >= plot.getMinX()) {
      name(g, THOUGHTS, left, plot.getMinY() + gap);
    }
    if (x + gap + metrics.stringWidth(ANSWER) <= plot.getMaxX()) {
      name(g, ANSWER, x + gap, plot.getMinY() + gap);
    }
  }

  private static void name(Graphics2D g, String name, double x, double top) {
    FontMetrics metrics = g.getFontMetrics();
    g.setColor(VEIL);
    g.fill(new Rectangle2D.Double(x - 1, top, metrics.stringWidth(name) + 2, metrics.getHeight()));
    g.setColor(INK);
    g.drawString(name, (float) x, (float) (top + metrics.getAscent()));
  }

  /**
   * Which tokens are which, by their numbers from 1: "thoughts: 1 to 30; answer: 31 to 40". Empty
   * where there are no thoughts.
   */
  static String words(TokenMaps maps) {
    int thoughts = maps.thoughts();
    if (thoughts == 0) {
      return "";
    }
    return "thoughts: "
        + range(1, thoughts)
        + (thoughts == maps.size()
            ? "; no answer"
            : "; answer: " + range(thoughts + 1, maps.size()));
  }

  private static String range(int first, int last) {
    return first == last ? Integer.toString(first) : first + " to " + last;
  }
}

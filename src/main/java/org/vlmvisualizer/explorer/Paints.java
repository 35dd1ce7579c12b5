package org.vlmvisualizer.explorer;

import ij.Prefs;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;

/** Colours and sizes of the explorer's text and lines. */
final class Paints {
  static final Color INK = new Color(0x1a1a1a);
  static final Color QUIET = new Color(0x5f6368);
  static final Color GROUND = Color.WHITE;
  static final Color THOUGHTS = new Color(0xeceff1);
  static final Color RULE = new Color(0xd0d4d9);
  static final Color FOCUS = new Color(0x0b57d0);

  private static final BasicStroke DOTS =
      new BasicStroke(2, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND, 1, new float[] {0, 4}, 0);

  private Paints() {}

  /** A font at the scale that the user chose in ImageJ's Appearance options. */
  static Font font(int style, int size) {
    return new Font(Font.SANS_SERIF, style, scaled(size));
  }

  /** A dotted line, below what would have come without the picture. */
  static void dots(Graphics2D g, Color colour, int x, int y, int width) {
    g.setColor(colour);
    g.setStroke(DOTS);
    g.drawLine(x + 1, y, x + width - 1, y);
  }

  /** A length at that scale. */
  static int scaled(int pixels) {
    return (int) Math.round(pixels * Prefs.getGuiScale());
  }
}

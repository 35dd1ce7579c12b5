package org.vlmvisualizer.explorer;

import java.awt.Component;
import java.awt.Graphics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import javax.swing.Icon;
import org.vlmvisualizer.core.Origin;
import org.vlmvisualizer.output.OriginMark;

/** The mark of a token in plots, beside words. */
final class OriginIcon implements Icon {
  private final int size;
  private Origin origin;

  /**
   * @param size width and height, in pixels
   */
  OriginIcon(int size) {
    this.size = size;
  }

  void show(Origin other) {
    origin = other;
  }

  @Override
  public void paintIcon(Component component, Graphics graphics, int x, int y) {
    Graphics2D g = (Graphics2D) graphics.create();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    OriginMark.circle(g, origin, x + size / 2.0, y + size / 2.0, size / 2.0 - 0.5, RatioChart.LINE);
    g.dispose();
  }

  @Override
  public int getIconWidth() {
    return size;
  }

  @Override
  public int getIconHeight() {
    return size;
  }
}

package org.vlmvisualizer.explorer;

import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import javax.accessibility.AccessibleContext;
import javax.swing.JComponent;
import org.vlmvisualizer.output.MapValue;

/**
 * What the colours of the map mean: from 0 to the value shown brightest, or of a signed map from
 * that value against the token to the same for it.
 */
final class ColourBar extends JComponent {
  private static final long serialVersionUID = 1L;
  private static final int BAR_HEIGHT = Paints.scaled(12);

  private final transient ExplorerState state;

  ColourBar(ExplorerState state) {
    this.state = state;
    setFont(Paints.font(Font.PLAIN, 12));
    setPreferredSize(new Dimension(Paints.scaled(300), Paints.scaled(34)));
    setMinimumSize(new Dimension(Paints.scaled(150), Paints.scaled(34)));
    state.onMap(
        () -> {
          getAccessibleContext().setAccessibleDescription(minimum() + " to " + maximum());
          repaint();
        });
  }

  @Override
  public AccessibleContext getAccessibleContext() {
    if (accessibleContext == null) {
      accessibleContext =
          new AccessibleJComponent() {
            private static final long serialVersionUID = 1L;
          };
    }
    return accessibleContext;
  }

  private String minimum() {
    return state.signed() ? MapValue.text(-state.scaleMaximum(), true) : "0";
  }

  private String maximum() {
    return MapValue.text(state.scaleMaximum(), state.signed()) + " per patch";
  }

  @Override
  protected void paintComponent(Graphics graphics) {
    Graphics2D g = (Graphics2D) graphics.create();
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    int width = getWidth();
    for (int x = 0; x < width; x++) {
      g.setColor(new Color(state.style().colours().of(x / (width - 1.0))));
      g.fillRect(x, 0, 1, BAR_HEIGHT);
    }
    g.setColor(getForeground());
    FontMetrics metrics = g.getFontMetrics(getFont());
    g.setFont(getFont());
    int baseline = BAR_HEIGHT + 3 + metrics.getAscent();
    g.drawString(minimum(), 0, baseline);
    if (state.signed()) {
      g.drawString("0", (width - metrics.stringWidth("0")) / 2, baseline);
    }
    String max = maximum();
    g.drawString(max, width - metrics.stringWidth(max), baseline);
    g.dispose();
  }
}

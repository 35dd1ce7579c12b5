package org.vlmvisualizer.explorer;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.awt.Graphics;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.RenderingHints;
import java.awt.event.FocusAdapter;
import java.awt.event.FocusEvent;
import java.awt.event.MouseAdapter;
import java.awt.event.MouseEvent;
import java.util.Locale;
import javax.accessibility.AccessibleContext;
import javax.accessibility.AccessibleRole;
import javax.swing.JComponent;
import javax.swing.Scrollable;
import javax.swing.SwingConstants;
import org.vlmvisualizer.output.ShadeColours;
import org.vlmvisualizer.output.TokenText;

/**
 * The answer as text, each token on a ground whose darkness tells how much it looked at the picture
 * (or at the region). Selected tokens have a black frame and a bar below, so that they are told
 * from others without colours.
 */
final class AnswerPanel extends JComponent implements Scrollable {
  private static final long serialVersionUID = 1L;
  private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 16);
  private static final int WIDTH = 460;
  private static final int CORNER = 6;

  private final transient ExplorerState state;
  private transient TokenFlow flow;
  private int flowWidth = -1;
  private int shownLead;

  AnswerPanel(ExplorerState state) {
    this.state = state;
    setFont(FONT);
    setFocusable(true);
    getAccessibleContext().setAccessibleName("Answer, token by token");
    TokenKeys.install(this, state);
    state.onChange(this::follow);
    addFocusListener(
        new FocusAdapter() {
          @Override
          public void focusGained(FocusEvent e) {
            repaint();
          }

          @Override
          public void focusLost(FocusEvent e) {
            repaint();
          }
        });
    MouseAdapter mouse =
        new MouseAdapter() {
          @Override
          public void mousePressed(MouseEvent e) {
            requestFocusInWindow();
            TokenKeys.pressed(e, flow().tokenAt(e.getX(), e.getY()), state);
          }

          @Override
          public void mouseDragged(MouseEvent e) {
            TokenKeys.dragged(flow().tokenAt(e.getX(), e.getY()), state);
          }
        };
    addMouseListener(mouse);
    addMouseMotionListener(mouse);
  }

  /** Where a token is drawn. */
  Rectangle box(int token) {
    return flow().boxes().get(token);
  }

  private TokenFlow flow() {
    int width = getWidth() > 0 ? getWidth() : WIDTH;
    if (flow == null || flowWidth != width) {
      flow = TokenFlow.of(state.maps().tokens(), FONT, getFontMetrics(FONT), width);
      flowWidth = width;
    }
    return flow;
  }

  private void follow() {
    int lead = state.selection().lead();
    if (lead != shownLead) {
      shownLead = lead;
      scrollRectToVisible(box(lead));
      AccessibleContext context = getAccessibleContext();
      String before = context.getAccessibleDescription();
      context.setAccessibleDescription(describe(lead));
      context.firePropertyChange(
          AccessibleContext.ACCESSIBLE_DESCRIPTION_PROPERTY,
          before,
          context.getAccessibleDescription());
    }
    repaint();
  }

  private String describe(int token) {
    return String.format(
        Locale.ROOT,
        "token %d of %d, %s, %s %.2f%s",
        token + 1,
        state.maps().size(),
        TokenText.label(state.maps().tokens().get(token)).strip(),
        state.regionShares() == null ? "image attention" : "share in the region",
        state.shade(token),
        state.selection().contains(token) ? ", selected" : "");
  }

  @Override
  public void doLayout() {
    super.doLayout();
    revalidate();
  }

  @Override
  protected void paintComponent(Graphics graphics) {
    Graphics2D g = (Graphics2D) graphics.create();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setColor(Paints.GROUND);
    g.fillRect(0, 0, getWidth(), getHeight());
    g.setFont(FONT);
    double max = state.maximumShade();
    for (int t = 0; t < state.maps().size(); t++) {
      if (g.hitClip(0, box(t).y - CORNER, getWidth(), box(t).height + 2 * CORNER)) {
        paintToken(g, t, max > 0 ? state.shade(t) / max : 0);
      }
    }
    if (isFocusOwner()) {
      g.setColor(Paints.FOCUS);
      g.setStroke(new BasicStroke(2));
      Rectangle visible = getVisibleRect();
      g.drawRect(visible.x + 1, visible.y + 1, visible.width - 2, visible.height - 2);
    }
    g.dispose();
  }

  private void paintToken(Graphics2D g, int token, double share) {
    Rectangle box = box(token);
    int ground = ShadeColours.of(share);
    g.setColor(new Color(ground));
    g.fillRoundRect(box.x, box.y, box.width, box.height, CORNER, CORNER);
    g.setColor(new Color(ShadeColours.ink(ground)));
    int baseline = box.y + 2 + g.getFontMetrics().getAscent();
    g.drawString(flow().labels().get(token), box.x + TokenFlow.PADDING, baseline);
    if (state.selection().contains(token)) {
      g.setColor(Color.BLACK);
      g.setStroke(new BasicStroke(2));
      g.drawRoundRect(box.x - 1, box.y - 1, box.width + 1, box.height + 1, CORNER, CORNER);
      g.fillRect(box.x - 2, box.y + box.height, box.width + 4, 4);
    }
  }

  @Override
  public Dimension getPreferredSize() {
    return new Dimension(WIDTH, flow().height());
  }

  @Override
  public Dimension getPreferredScrollableViewportSize() {
    return new Dimension(WIDTH, Math.max(70, Math.min(260, flow().height())));
  }

  @Override
  public int getScrollableUnitIncrement(Rectangle visible, int orientation, int direction) {
    return flow().boxes().get(0).height;
  }

  @Override
  public int getScrollableBlockIncrement(Rectangle visible, int orientation, int direction) {
    return orientation == SwingConstants.VERTICAL ? visible.height : visible.width;
  }

  @Override
  public boolean getScrollableTracksViewportWidth() {
    return true;
  }

  @Override
  public boolean getScrollableTracksViewportHeight() {
    return getParent() != null && getParent().getHeight() > flow().height();
  }

  @Override
  public AccessibleContext getAccessibleContext() {
    if (accessibleContext == null) {
      accessibleContext =
          new AccessibleJComponent() {
            private static final long serialVersionUID = 1L;

            @Override
            public AccessibleRole getAccessibleRole() {
              return AccessibleRole.LIST;
            }
          };
    }
    return accessibleContext;
  }
}

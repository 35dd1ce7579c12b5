package org.vlmvisualizer.explorer;

import java.awt.BasicStroke;
import java.awt.Graphics;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.RenderingHints;
import java.awt.event.FocusEvent;
import java.awt.event.FocusListener;
import java.awt.event.MouseAdapter;
import java.awt.event.MouseEvent;
import java.util.Locale;
import javax.accessibility.AccessibleContext;
import javax.accessibility.AccessibleRole;
import javax.swing.JComponent;
import org.vlmvisualizer.core.AnswerWord;
import org.vlmvisualizer.core.Origin;
import org.vlmvisualizer.output.TokenText;

/**
 * A component in which tokens are seen and chosen, by mouse and by keys alike. It shows when it has
 * the focus, and tells screen readers which token was touched last.
 */
abstract class TokenView extends JComponent {
  private static final long serialVersionUID = 1L;

  final transient ExplorerState state;
  private int lead;

  /**
   * @param name for screen readers
   */
  TokenView(ExplorerState state, String name) {
    this.state = state;
    setFocusable(true);
    getAccessibleContext().setAccessibleName(name);
    getAccessibleContext().setAccessibleDescription(describe(0));
    TokenKeys.install(this, state);
    state.onTokens(this::follow);
    addFocusListener(new FocusRepaint());
    TokenMouse mouse = new TokenMouse();
    addMouseListener(mouse);
    addMouseMotionListener(mouse);
  }

  /** The token at a point, or the nearest one. */
  abstract int tokenAt(int x, int y);

  /** Draws all but the ring that shows the focus; text and lines are smoothed already. */
  abstract void paintTokens(Graphics2D g);

  /** Called when another token was touched. */
  void leadMoved(int token) {}

  private void follow() {
    int now = state.selection().lead();
    getAccessibleContext().setAccessibleDescription(describe(now));
    if (now != lead) {
      lead = now;
      leadMoved(now);
    }
    repaint();
  }

  private String describe(int token) {
    return String.format(
        Locale.ROOT,
        "token %d of %d, %s, %s%s, %s %.2f%s%s",
        token + 1,
        state.maps().size(),
        TokenText.label(state.maps().tokens().get(token)).strip(),
        place(token),
        part(token),
        state.regionShares() == null ? "image attention" : "share in the region",
        state.shade(token),
        origin(token),
        state.selection().contains(token) ? ", selected" : "");
  }

  /** Where a token came from, behind other words; empty if that is not known. */
  final String origin(int token) {
    Origin origin = state.maps().tokens().get(token).origin();
    return origin == null ? "" : ", " + origin;
  }

  /** Whether a token is a thought, behind other words; empty of a model that does not think. */
  final String part(int token) {
    return Figures.part(state.maps().tokens().get(token));
  }

  /** Which word a token is part of. */
  final String place(int token) {
    AnswerWord word = state.word(token);
    if (word == null) {
      return "punctuation or a control token, in no word";
    }
    return word.size() == 1
        ? "a word"
        : "part of the word %s, tokens %d to %d"
            .formatted(TokenText.visible(word.text()), word.first() + 1, word.last() + 1);
  }

  @Override
  protected final void paintComponent(Graphics graphics) {
    Graphics2D g = (Graphics2D) graphics.create();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    g.setColor(Paints.GROUND);
    g.fillRect(0, 0, getWidth(), getHeight());
    g.setFont(getFont());
    paintTokens(g);
    if (isFocusOwner()) {
      Rectangle seen = getVisibleRect();
      g.setColor(Paints.FOCUS);
      g.setStroke(new BasicStroke(2));
      g.drawRect(seen.x + 1, seen.y + 1, seen.width - 2, seen.height - 2);
    }
    g.dispose();
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

  private final class FocusRepaint implements FocusListener {
    @Override
    public void focusGained(FocusEvent e) {
      repaint();
    }

    @Override
    public void focusLost(FocusEvent e) {
      repaint();
    }
  }

  private final class TokenMouse extends MouseAdapter {
    private boolean drags;

    @Override
    public void mousePressed(MouseEvent e) {
      requestFocusInWindow();
      drags = !TokenKeys.isDouble(e);
      TokenKeys.pressed(e, tokenAt(e.getX(), e.getY()), state);
    }

    @Override
    public void mouseDragged(MouseEvent e) {
      if (drags) {
        TokenKeys.dragged(tokenAt(e.getX(), e.getY()), state);
      }
    }
  }
}

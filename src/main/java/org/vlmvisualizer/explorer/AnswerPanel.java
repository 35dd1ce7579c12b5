package org.vlmvisualizer.explorer;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.EventQueue;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.event.MouseEvent;
import javax.swing.Scrollable;
import org.vlmvisualizer.core.Origin;
import org.vlmvisualizer.output.ShadeColours;
import org.vlmvisualizer.output.TokenText;

/**
 * The answer as text, each token on a ground whose darkness tells how much it looked at the picture
 * (or at the region). Selected tokens have a black frame and a bar below, so that they are told
 * from others without colours. What is no word, punctuation and control tokens, is shaded in grey
 * as dark as the blue would be, and has a dashed frame. A dotted line below tells tokens that would
 * have come without the picture. Thoughts are a grey block above the answer, in italics behind a
 * bar.
 */
final class AnswerPanel extends TokenView implements Scrollable {
  private static final long serialVersionUID = 1L;
  private static final int FONT_SIZE = 16;
  private static final int WIDTH = 460;
  private static final int MIN_HEIGHT = 70;
  private static final int MAX_HEIGHT = 260;
  private static final int CORNER = 6;
  private static final int BAR = 4;
  private static final BasicStroke DASHES =
      new BasicStroke(1, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10, new float[] {2, 2}, 0);
  private static final int TOKENS_PER_LINE = 9; // as most answers have at this width

  private static final int THOUGHTS_BAR = 3;
  private static final int HEADING_SIZE = 13;

  private transient TokenFlow flow;
  private int flowWidth = -1;
  private String flowNoAnswer = "";

  AnswerPanel(ExplorerState state) {
    super(state, "");
    setFont(Paints.font(Font.PLAIN, FONT_SIZE));
    setToolTipText("");
    nameParts();
    state.onTokens(this::grow);
  }

  private void nameParts() {
    String parts = state.maps().thoughts() > 0 ? "Thoughts and answer" : "Answer";
    String noAnswer = noAnswer();
    getAccessibleContext()
        .setAccessibleName(
            parts + ", token by token" + (noAnswer.isEmpty() ? "" : ". " + noAnswer));
  }

  /** What is said in the place of an answer that will not come; empty otherwise. */
  private String noAnswer() {
    if (state.maps().thoughts() < state.maps().size() || state.isGrowing()) {
      return "";
    }
    String why = state.answer().answerLeftOut();
    return why.isEmpty() ? "No answer." : why;
  }

  /** Whoever sees the end of the answer sees it grow. */
  private void grow() {
    nameParts();
    if (flow == null
        || flow.boxes().size() == state.maps().size() && flowNoAnswer.equals(noAnswer())) {
      return;
    }
    Rectangle seen = getVisibleRect();
    boolean isAtEnd = seen.y + seen.height >= flow.height() - TokenFlow.MARGIN;
    flow = null;
    revalidate();
    if (isAtEnd) {
      EventQueue.invokeLater(() -> leadMoved(state.maps().size() - 1));
    }
  }

  /** Where a token is drawn. */
  Rectangle box(int token) {
    return flow().boxes().get(token);
  }

  private TokenFlow flow() {
    int width = getWidth() > 0 ? getWidth() : Paints.scaled(WIDTH);
    if (flow == null || flowWidth != width) {
      flowNoAnswer = noAnswer();
      flow =
          TokenFlow.of(state.maps().tokens(), getFont(), this::getFontMetrics, width, flowNoAnswer);
      flowWidth = width;
    }
    return flow;
  }

  @Override
  int tokenAt(int x, int y) {
    return flow().tokenAt(x, y);
  }

  @Override
  public String getToolTipText(MouseEvent e) {
    int token = tokenAt(e.getX(), e.getY());
    String label = TokenText.label(state.maps().tokens().get(token)).strip();
    return (label + ": " + place(token) + part(token) + origin(token))
        .replace("<", "‹"); // else Swing may read HTML
  }

  @Override
  void leadMoved(int token) {
    Rectangle box = new Rectangle(box(token));
    box.grow(0, TokenFlow.MARGIN);
    scrollRectToVisible(box);
  }

  @Override
  void paintTokens(Graphics2D g) {
    double max = state.maximumShade();
    paintParts(g);
    for (int t = 0; t < state.maps().size(); t++) {
      Rectangle box = box(t);
      if (g.hitClip(
          box.x - CORNER, box.y - CORNER, box.width + 2 * CORNER, box.height + 2 * CORNER)) {
        paintToken(g, t, max > 0 ? state.shade(t) / max : 0);
      }
    }
  }

  private void paintParts(Graphics2D g) {
    g.setColor(Paints.THOUGHTS);
    g.fillRect(0, 0, getWidth(), flow().thoughts());
    g.setColor(Paints.QUIET);
    g.fillRect(THOUGHTS_BAR, 0, THOUGHTS_BAR, flow().thoughts()); // beside the ring of the focus
    for (TokenFlow.Heading heading : flow().headings()) {
      Font font = Paints.font(heading.isName() ? Font.BOLD : Font.PLAIN, HEADING_SIZE);
      g.setFont(font);
      g.setColor(Paints.INK);
      int room = getWidth() - 2 * TokenFlow.MARGIN;
      g.drawString(
          TokenText.fit(heading.text(), g.getFontMetrics(), room),
          TokenFlow.MARGIN,
          heading.top() + 2 + g.getFontMetrics().getAscent());
    }
  }

  private void paintToken(Graphics2D g, int token, double share) {
    Rectangle box = box(token);
    boolean isContent = state.word(token) != null;
    int ground = isContent ? ShadeColours.of(share) : ShadeColours.grey(share);
    g.setColor(new Color(ground));
    g.fillRoundRect(box.x, box.y, box.width, box.height, CORNER, CORNER);
    g.setColor(new Color(ShadeColours.ink(ground)));
    if (!isContent) {
      g.setStroke(DASHES);
      g.drawRoundRect(box.x, box.y, box.width - 1, box.height - 1, CORNER, CORNER);
    }
    boolean isThought = state.maps().tokens().get(token).isThought();
    g.setFont(isThought ? TokenFlow.italic(getFont()) : getFont());
    int baseline = box.y + 2 + g.getFontMetrics().getAscent();
    g.drawString(flow().labels().get(token), box.x + TokenFlow.PADDING, baseline);
    if (state.selection().contains(token)) {
      g.setColor(Color.BLACK);
      g.setStroke(new BasicStroke(2));
      g.drawRoundRect(box.x - 1, box.y - 1, box.width + 1, box.height + 1, CORNER, CORNER);
      g.fillRect(box.x - 2, box.y + box.height, box.width + 3, BAR);
    }
    if (state.maps().tokens().get(token).origin() == Origin.TEXT) {
      Color ink = state.selection().contains(token) ? Color.WHITE : Paints.INK;
      Paints.dots(g, ink, box.x, box.y + box.height + BAR / 2, box.width);
    }
  }

  @Override
  public void setBounds(int x, int y, int width, int height) {
    boolean wrapsAnew = width != getWidth();
    super.setBounds(x, y, width, height);
    if (wrapsAnew) {
      revalidate(); // the height follows from the width
    }
  }

  @Override
  public Dimension getPreferredSize() {
    return new Dimension(Paints.scaled(WIDTH), flow().height());
  }

  @Override
  public Dimension getPreferredScrollableViewportSize() {
    int height = Math.max(Paints.scaled(MIN_HEIGHT), height());
    return new Dimension(Paints.scaled(WIDTH), Math.min(Paints.scaled(MAX_HEIGHT), height));
  }

  /** Of an answer that is being written, what it may need. */
  private int height() {
    if (state.result().written().isEmpty()) {
      return flow().height();
    }
    int lines = 1 + state.result().length() / TOKENS_PER_LINE;
    return lines * (flow().boxes().get(0).height + TokenFlow.LINE_GAP) + 2 * TokenFlow.MARGIN;
  }

  @Override
  public int getScrollableUnitIncrement(Rectangle visible, int orientation, int direction) {
    return flow().boxes().get(0).height;
  }

  @Override
  public int getScrollableBlockIncrement(Rectangle visible, int orientation, int direction) {
    return visible.height;
  }

  @Override
  public boolean getScrollableTracksViewportWidth() {
    return true;
  }

  @Override
  public boolean getScrollableTracksViewportHeight() {
    return getParent() != null && getParent().getHeight() > flow().height();
  }
}

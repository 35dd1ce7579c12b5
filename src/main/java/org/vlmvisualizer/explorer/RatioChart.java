package org.vlmvisualizer.explorer;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.event.MouseEvent;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.Locale;
import org.vlmvisualizer.core.Origin;
import org.vlmvisualizer.output.OriginMark;
import org.vlmvisualizer.output.ThoughtsMark;
import org.vlmvisualizer.output.TokenText;

/**
 * Plot of what tokens are shaded by, over the tokens: the image attention ratio, or the share in
 * the region. A click takes the nearest token; selected ones have a large square for a small circle
 * and a line down to the axis. Where it is known, marks tell where tokens came from ({@link
 * OriginMark}), and a line where thoughts end ({@link ThoughtsMark}).
 */
final class RatioChart extends TokenView {
  private static final long serialVersionUID = 1L;
  static final Color LINE = new Color(0x1f4e9e);
  private static final int LEFT = Paints.scaled(44);
  private static final int RIGHT = Paints.scaled(14);
  private static final int TOP = Paints.scaled(30);
  private static final int LEGEND = Paints.scaled(18);
  private static final int BOTTOM = Paints.scaled(26);

  RatioChart(ExplorerState state) {
    super(state, "Plot of image attention over the tokens");
    setFont(Paints.font(Font.PLAIN, 12));
    setPreferredSize(new Dimension(Paints.scaled(460), Paints.scaled(190)));
    setMinimumSize(new Dimension(200, Paints.scaled(100)));
    setToolTipText("");
  }

  /** Horizontal position of a token's point. */
  double x(int token) {
    int count = state.maps().size();
    return LEFT + (token + 0.5) * (getWidth() - LEFT - RIGHT) / count;
  }

  @Override
  int tokenAt(int x, int y) {
    int count = state.maps().size();
    int token = (int) Math.floor((double) (x - LEFT) * count / (getWidth() - LEFT - RIGHT));
    return Math.max(0, Math.min(count - 1, token));
  }

  @Override
  public String getToolTipText(MouseEvent e) {
    int token = tokenAt(e.getX(), e.getY());
    String label = TokenText.label(state.maps().tokens().get(token)).strip();
    return String.format(
            Locale.ROOT,
            "%d  %s  %.3f%s%s",
            token + 1,
            label,
            state.shade(token),
            part(token),
            origin(token))
        .replace("<", "‹"); // Swing reads text that begins with <html> as HTML
  }

  /** The least of 0.1, 0.2, 0.5 and 1 (and so on below) that is not less than the maximum. */
  static double axisEnd(double max) {
    double end = 1;
    double[] steps = {0.5, 0.4, 0.5};
    for (int i = 0; end > 1e-6 && end * steps[i % 3] >= max; i++) {
      end *= steps[i % 3];
    }
    return end;
  }

  /**
   * The values between which the plot runs.
   *
   * @param low 0, or {@code -high} where a signed map has shares below 0
   */
  private record Axis(double low, double high) {
    static Axis of(ExplorerState state) {
      double least = state.minimumShade();
      double end = axisEnd(Math.max(state.maximumShade(), -least));
      return new Axis(least < 0 ? -end : 0, end);
    }
  }

  @Override
  void paintTokens(Graphics2D g) {
    Axis axis = Axis.of(state);
    paintAxes(g, axis);
    paintThoughts(g, axis);
    paintLine(g, axis);
    paintPoints(g, axis);
  }

  private double y(double value, Axis axis) {
    double place = (value - axis.low) / (axis.high - axis.low);
    int top = TOP + (state.maps().hasEvidence() ? LEGEND : 0);
    return getHeight() - BOTTOM - place * (getHeight() - top - BOTTOM);
  }

  private void paintAxes(Graphics2D g, Axis axis) {
    FontMetrics metrics = g.getFontMetrics();
    g.setColor(Paints.INK);
    g.drawString(
        state.regionShares() == null
            ? "Share of each token's attention that went to the picture"
            : "Share of each token's map inside the region",
        LEFT,
        metrics.getAscent() + 6);
    if (state.maps().hasEvidence()) {
      paintLegend(g, metrics.getAscent() + 6 + LEGEND);
    }
    for (int i = 0; i <= 2; i++) {
      double value = axis.low + (axis.high - axis.low) * i / 2;
      double y = y(value, axis);
      g.setColor(value == 0 ? Paints.QUIET : Paints.RULE);
      g.fillRect(LEFT, (int) Math.round(y), getWidth() - LEFT - RIGHT, 1);
      g.setColor(Paints.QUIET);
      String text = number(value);
      g.drawString(
          text, LEFT - 6 - metrics.stringWidth(text), (float) (y + metrics.getAscent() / 2.0 - 1));
    }
    paintIndices(g, metrics);
  }

  private void paintThoughts(Graphics2D g, Axis axis) {
    int thoughts = state.maps().thoughts();
    if (thoughts > 0) {
      double top = y(axis.high, axis);
      double height = y(axis.low, axis) - top;
      double width = getWidth() - LEFT - RIGHT;
      double x = LEFT + thoughts * width / state.maps().size();
      Rectangle2D plot = new Rectangle2D.Double(LEFT, top, width, height);
      ThoughtsMark.draw(g, x, plot, Paints.scaled(10) / 10.0);
    }
  }

  /** With dots below the words for tokens that have them in the answer. */
  private void paintLegend(Graphics2D g, int baseline) {
    int room = getWidth() - LEFT - RIGHT;
    int[] last = OriginMark.legend(g, LEFT, baseline, room, Paints.scaled(10) / 10.0, LINE);
    Paints.dots(g, Paints.INK, last[0], baseline + 4, last[1] - last[0]);
  }

  private void paintIndices(Graphics2D g, FontMetrics metrics) {
    int count = state.maps().size();
    double pitch = (double) (getWidth() - LEFT - RIGHT) / count;
    int step = 1;
    int[] factors = {2, 5, 10};
    for (int i = 0; step * pitch < metrics.stringWidth("0000"); i++) {
      step = factors[i % 3] * (int) Math.pow(10, i / 3);
    }
    for (int t = step - 1; t < count; t += step) {
      String text = Integer.toString(t + 1);
      g.drawString(
          text,
          (float) (x(t) - metrics.stringWidth(text) / 2.0),
          getHeight() - BOTTOM + metrics.getAscent() + 5);
    }
  }

  private static String number(double value) {
    String text = String.format(Locale.ROOT, "%.6f", value);
    return text.replaceAll("0+$", "").replaceAll("\\.$", "");
  }

  private void paintLine(Graphics2D g, Axis axis) {
    Path2D line = new Path2D.Double();
    line.moveTo(x(0), y(state.shade(0), axis));
    for (int t = 1; t < state.maps().size(); t++) {
      line.lineTo(x(t), y(state.shade(t), axis));
    }
    g.setColor(LINE);
    g.setStroke(new BasicStroke(1.5f));
    g.draw(line);
  }

  private void paintPoints(Graphics2D g, Axis axis) {
    double pitch = x(1) - x(0);
    boolean isKnown = state.maps().hasEvidence();
    double radius = Math.max(0, Math.min(isKnown ? 4.5 : 3.5, pitch / 3));
    for (int t = 0; t < state.maps().size(); t++) {
      double y = y(state.shade(t), axis);
      if (state.selection().contains(t)) {
        paintSelected(g, t, y, axis);
      } else if (radius >= 1) {
        OriginMark.circle(g, state.maps().tokens().get(t).origin(), x(t), y, radius, LINE);
      }
    }
  }

  private void paintSelected(Graphics2D g, int token, double y, Axis axis) {
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_OFF);
    int x = (int) Math.round(x(token));
    int top = (int) Math.round(y);
    int zero = (int) Math.round(y(0, axis));
    g.setColor(Color.BLACK);
    g.fillRect(x, Math.min(top, zero), 1, Math.abs(zero - top));
    if (state.selection().count() * 9 < getWidth()) {
      Origin origin = state.maps().tokens().get(token).origin();
      OriginMark.square(g, origin, x + 0.5, top + 0.5, 4.5, Color.BLACK);
    }
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
  }
}

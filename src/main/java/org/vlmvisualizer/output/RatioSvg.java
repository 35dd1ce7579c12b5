package org.vlmvisualizer.output;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.Origin;
import org.vlmvisualizer.core.TokenMaps;

/**
 * The plot of the image attention ratio as a piece of SVG, with a point to click per token; where
 * it is known, as full, half or hollow as in {@link OriginMark}.
 */
final class RatioSvg {
  private static final int LEFT = 40;
  private static final int TOP = 10;
  private static final int WIDTH = 940;
  private static final int HEIGHT = 170;
  private static final int LABEL_ROOM = 34;
  private static final int NAME_ROOM = 70;
  private static final int NAME_GAP = 6;
  private static final int NAME_LINE = 14;

  /** A fill of half a point. */
  private static final String HALF =
      "<defs><linearGradient id=\"half\"><stop offset=\"50%\" stop-color=\"#1f4e9e\"/>"
          + "<stop offset=\"50%\" stop-color=\"#ffffff\"/></linearGradient></defs>";

  /** What tells the points of each {@link Origin} apart. */
  private static final String[] KINDS = {
    "known\"", "known half\" style=\"fill:url(#half)\"", "known hollow\""
  };

  private RatioSvg() {}

  static String of(TokenMaps maps) {
    StringBuilder out = new StringBuilder();
    out.append(
        "<svg viewBox=\"0 0 990 206\" role=\"img\""
            + " aria-label=\"Image attention ratio over the tokens\">");
    if (maps.hasEvidence()) {
      out.append(HALF);
    }
    for (int i = 0; i <= 4; i++) {
      double y = y(i / 4.0);
      String colour = i == 0 ? "#5f6368" : "#d0d4d9";
      out.append(
          Markup.format("<path d=\"M%d %.1fH%d\" stroke=\"%s\"/>", LEFT, y, LEFT + WIDTH, colour));
      text(out, LEFT - 6, y + 4, "end", Markup.format("%.2f", i / 4.0));
    }
    int step = Math.max(1, (int) Math.ceil((double) maps.size() * LABEL_ROOM / WIDTH));
    for (int t = step - 1; t < maps.size(); t += step) {
      text(out, x(maps, t), TOP + HEIGHT + 18, "middle", Integer.toString(t + 1));
    }
    String points =
        IntStream.range(0, maps.size())
            .mapToObj(t -> point(maps, t))
            .collect(Collectors.joining(" "));
    out.append("<polyline fill=\"none\" stroke=\"#1f4e9e\" stroke-width=\"1.5\" points=\"")
        .append(points)
        .append("\"/>\n");
    if (maps.thoughts() > 0) {
      mark(out, maps);
    }
    double radius = Math.max(1.5, Math.min(4, 0.35 * WIDTH / maps.size()));
    for (int t = 0; t < maps.size(); t++) {
      Origin origin = maps.tokens().get(t).origin();
      out.append(
          Markup.format(
              "<circle class=\"point%s cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"><title>%d %s%s</title></circle>\n",
              origin == null ? "\"" : " " + KINDS[origin.ordinal()],
              x(maps, t),
              y(maps.shares().get(t).image()),
              radius,
              t + 1,
              Markup.escape(TokenText.label(maps.tokens().get(t))),
              origin == null ? "" : ": " + origin));
    }
    return out.append("</svg>").toString();
  }

  /** What tokens and points are, in lines below the plot; empty if that is not known. */
  static String legend(TokenMaps maps) {
    String parts = ThoughtsMark.words(maps);
    String first = parts.isEmpty() ? "" : "<p class=\"quiet\">Tokens: " + parts + ".</p>";
    if (!maps.hasEvidence()) {
      return first;
    }
    StringBuilder out = new StringBuilder(first + "<p class=\"quiet legend\">");
    for (Origin origin : Origin.values()) {
      out.append(
          Markup.format(
              "<svg viewBox=\"0 0 12 12\" width=\"12\" height=\"12\" aria-hidden=\"true\">"
                  + "<circle class=\"%s cx=\"6\" cy=\"6\" r=\"4\"/></svg> %s ",
              KINDS[origin.ordinal()], origin));
    }
    return out.append("</p>").toString();
  }

  /** As {@link ThoughtsMark}. */
  private static void mark(StringBuilder out, TokenMaps maps) {
    double x = LEFT + (double) maps.thoughts() * WIDTH / maps.size();
    out.append(
        Markup.format(
            "<path d=\"M%.1f %dV%d\" stroke=\"#404040\" stroke-width=\"1.5\" stroke-dasharray=\"5 5\"/>\n",
            x, TOP, TOP + HEIGHT));
    if (x - LEFT >= NAME_ROOM) {
      text(out, x - NAME_GAP, TOP + NAME_LINE, "end", ThoughtsMark.THOUGHTS);
    }
    if (LEFT + WIDTH - x >= NAME_ROOM) {
      text(out, x + NAME_GAP, TOP + NAME_LINE, "start", ThoughtsMark.ANSWER);
    }
  }

  private static String point(TokenMaps maps, int token) {
    return Markup.format("%.1f,%.1f", x(maps, token), y(maps.shares().get(token).image()));
  }

  private static double x(TokenMaps maps, int token) {
    return LEFT + (token + 0.5) * WIDTH / maps.size();
  }

  private static double y(double ratio) {
    return TOP + HEIGHT * (1 - ratio);
  }

  private static void text(StringBuilder out, double x, double y, String anchor, String text) {
    out.append(
        Markup.format(
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", x, y, anchor, text));
  }
}

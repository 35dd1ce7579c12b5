package org.vlmvisualizer.output;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.TokenMaps;

/** The plot of the image attention ratio as a piece of SVG, with a point to click per token. */
final class RatioSvg {
  private static final int LEFT = 40;
  private static final int TOP = 10;
  private static final int WIDTH = 940;
  private static final int HEIGHT = 170;
  private static final int LABEL_ROOM = 34;

  private RatioSvg() {}

  static String of(TokenMaps maps) {
    StringBuilder out = new StringBuilder();
    out.append(
        "<svg viewBox=\"0 0 990 206\" role=\"img\""
            + " aria-label=\"Image attention ratio over the tokens\">");
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
    double radius = Math.max(1.5, Math.min(4, 0.35 * WIDTH / maps.size()));
    for (int t = 0; t < maps.size(); t++) {
      out.append(
          Markup.format(
              "<circle class=\"point\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"><title>%d %s</title></circle>\n",
              x(maps, t),
              y(maps.shares().get(t).image()),
              radius,
              t + 1,
              Markup.escape(TokenText.label(maps.tokens().get(t)))));
    }
    return out.append("</svg>").toString();
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

package org.vlmvisualizer.output;

import ij.gui.Plot;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.AttentionShares;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Origin;
import org.vlmvisualizer.core.TokenMaps;

/**
 * Plot of the image attention ratio, 0 to 1 (of several pictures, this one's share), against the
 * generated tokens; where it is known, marks tell where tokens came from ({@link OriginMark}), and
 * a line where thoughts end ({@link ThoughtsMark}). It is an ordinary ImageJ plot (its Data button
 * lists index and ratio) that grows with the number of tokens.
 */
public final class RatioPlot {
  private static final int MIN_WIDTH = 640;
  private static final int MAX_WIDTH = 1800;
  private static final int WIDTH_PER_TOKEN = 16;
  private static final int MARGINS = 110;
  private static final int FRAME_HEIGHT = 280;
  private static final int LABEL_GAP = 6;
  private static final int TITLE_HEIGHT = 34;
  private static final double TITLE_Y = -0.03; // in heights of the frame, above it
  private static final float PRINT_SCALE = 2;
  static final Color LINE = new Color(0x1f, 0x4e, 0x9e);

  private RatioPlot() {}

  /**
   * Draws the plot; {@link Plot#show} shows it.
   *
   * @param source the image that was asked about
   */
  public static Plot of(TokenMaps maps, SourceFrame source) {
    double[] index = IntStream.rangeClosed(1, maps.size()).asDoubleStream().toArray();
    double[] ratio = maps.shares().stream().mapToDouble(AttentionShares::picture).toArray();
    List<Origin> origins =
        maps.hasEvidence()
            ? maps.tokens().stream().map(GeneratedToken::origin).toList()
            : List.of();
    Plot plot = axes(maps, source, ratio, origins);
    plot.setColor(LINE, LINE);
    plot.setLineWidth(1.5f);
    plot.add(origins.isEmpty() ? "connected circles" : "line", index, ratio);
    plot.setColor(Color.BLACK);
    plot.addLabel(
        0, TITLE_Y, "How much of each token's attention went to the picture: " + source.title());
    plot.draw(); // ImageJ sizes a high-resolution copy wrongly if the plot was never drawn
    return plot;
  }

  private static Plot axes(
      TokenMaps maps, SourceFrame source, double[] ratio, List<Origin> origins) {
    int count = maps.size();
    int width = Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, MARGINS + WIDTH_PER_TOKEN * count));
    List<String> labels = maps.tokens().stream().map(t -> TokenText.label(t).strip()).toList();
    boolean upright = TokenAxisPlot.widest(labels) + LABEL_GAP > (width - MARGINS) / count;
    Plot plot =
        new TokenAxisPlot(
            "Attention ratio of " + source.title(), labels, upright, ratio, origins, maps);
    plot.setFrameSize(width - MARGINS, FRAME_HEIGHT);
    plot.setLimits(0.5, count + 0.5, 0, 1);
    return plot;
  }

  /** The plot at print resolution, without the empty room above its title. */
  static BufferedImage picture(Plot plot) {
    BufferedImage image =
        plot.makeHighResolution(plot.getTitle(), PRINT_SCALE, true, false)
            .getProcessor()
            .getBufferedImage();
    int top = (int) (PRINT_SCALE * Math.max(0, plot.getDrawingFrame().y - TITLE_HEIGHT));
    return image.getSubimage(0, top, image.getWidth(), image.getHeight() - top);
  }
}

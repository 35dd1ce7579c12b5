package org.vlmvisualizer.output;

import ij.ImagePlus;
import ij.gui.Plot;
import ij.process.ColorProcessor;
import ij.process.ImageProcessor;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.List;
import org.vlmvisualizer.core.Origin;
import org.vlmvisualizer.core.TokenMaps;

/**
 * A plot whose x axis 1, 2, 3 … carries tokens. ImageJ's own category labels are split at commas,
 * never turned and overlap; so the band below the frame is painted over after each drawing, also
 * after zooming and resizing and in high-resolution copies. Where they would touch, only every n-th
 * label is written. So are marks of where the tokens came from, and their legend below the axis'
 * title, and where thoughts end.
 */
final class TokenAxisPlot extends Plot {
  private static final String X_TITLE = "generated token";
  private static final String Y_TITLE = "image attention ratio";
  private static final int LABEL_LENGTH = 96;
  private static final int GAP = 6;
  private static final int TITLE_ROOM = 14;
  private static final int LEGEND_ROOM = 20;
  private static final double RADIUS = 4.5;
  private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);

  private final List<String> labels;
  private final boolean upright;
  private final double[] values;
  private final List<Origin> origins;
  private final int thoughts;
  private final String xTitle;
  private float factor = 1;
  private boolean painting;
  private ImagePlus shown;

  /**
   * An empty plot.
   *
   * @param labels [T], the label of x = 1 first; longer ones than 96 pixels are cut
   * @param upright whether labels are turned to read upwards
   * @param values [T] what is plotted
   * @param origins [T] where the tokens came from, or empty if that is not known: then there are no
   *     marks
   * @param maps which of the tokens are thoughts
   */
  TokenAxisPlot(
      String title,
      List<String> labels,
      boolean upright,
      double[] values,
      List<Origin> origins,
      TokenMaps maps) {
    super(title, X_TITLE, Y_TITLE);
    thoughts = maps.thoughts();
    xTitle = thoughts == 0 ? X_TITLE : X_TITLE + " (" + ThoughtsMark.words(maps) + ")";
    this.labels = labels;
    this.upright = upright;
    this.values = values;
    this.origins = origins;
    setFont(FONT);
    setFormatFlags(Y_NUMBERS | Y_TICKS | Y_GRID);
    // ImageJ's own room holds one line and the axis title below, and no title above.
    int room = Math.max(TITLE_ROOM, upright ? widest(labels) - 16 : 0);
    setOptions("addvspace=" + (room + (origins.isEmpty() ? 0 : LEGEND_ROOM)));
  }

  /** Width of the longest label in pixels, 96 at most. */
  static int widest(List<String> labels) {
    Graphics2D g = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
    FontMetrics metrics = g.getFontMetrics(FONT);
    int widest = labels.stream().mapToInt(metrics::stringWidth).max().orElse(0);
    g.dispose();
    return Math.min(LABEL_LENGTH, widest);
  }

  @Override
  public void setScale(float scale) {
    super.setScale(scale);
    factor = scale;
  }

  @Override
  public void setImagePlus(ImagePlus image) {
    super.setImagePlus(image);
    shown = image;
  }

  @Override
  public void draw() {
    super.draw();
    paintAxis();
  }

  @Override
  public void updateImage() {
    super.updateImage();
    paintAxis();
    if (shown != null) {
      shown.updateAndDraw();
    }
  }

  private void paintAxis() {
    // The processor is only to be had through draw(), which leads back here.
    if (painting || origins == null) {
      return;
    }
    painting = true;
    try {
      ImageProcessor processor = getProcessor();
      Rectangle frame = getDrawingFrame();
      if (!origins.isEmpty() || thoughts > 0) {
        paintMarks(processor, frame);
      }
      int top = frame.y + frame.height + scaled(1);
      processor.setRoi(0, top, processor.getWidth(), processor.getHeight() - top);
      BufferedImage band = processor.crop().convertToColorProcessor().getBufferedImage();
      processor.resetRoi();
      paintBand(band, frame);
      processor.insert(pixels(band), 0, top);
    } finally {
      painting = false;
    }
  }

  private void paintMarks(ImageProcessor processor, Rectangle frame) {
    BufferedImage image = processor.convertToColorProcessor().getBufferedImage();
    Graphics2D g = image.createGraphics();
    smooth(g);
    double[] limits = getLimits();
    double pitch = frame.width / (limits[1] - limits[0]);
    double end = frame.x + (thoughts + 0.5 - limits[0]) * pitch;
    if (thoughts > 0 && end > frame.x && end <= frame.x + frame.width) {
      g.setFont(FONT.deriveFont(FONT.getSize2D() * factor));
      ThoughtsMark.draw(g, end, frame, factor);
    }
    double radius = Math.max(1, Math.min(RADIUS * factor, pitch / 2.2));
    for (int t = 0; t < origins.size(); t++) {
      double x = frame.x + (t + 1 - limits[0]) * pitch;
      double height = (values[t] - limits[2]) / (limits[3] - limits[2]);
      double y = frame.y + frame.height * (1 - height);
      if (x >= frame.x && x <= frame.x + frame.width && height >= 0 && height <= 1) {
        OriginMark.circle(g, origins.get(t), x, y, radius, RatioPlot.LINE);
      }
    }
    g.dispose();
    processor.insert(pixels(image), 0, 0);
  }

  /** ImageJ's own constructor fetches them one by one. */
  private static ColorProcessor pixels(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    int[] rgb = new int[width * height];
    image.getRaster().getDataElements(0, 0, width, height, rgb);
    return new ColorProcessor(width, height, rgb);
  }

  private static void smooth(Graphics2D g) {
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
  }

  /** Replaces all below the frame but the lower half of the y axis' lowest number. */
  private void paintBand(BufferedImage band, Rectangle frame) {
    Graphics2D g = band.createGraphics();
    g.setColor(Color.WHITE);
    g.fillRect(frame.x, 0, band.getWidth(), band.getHeight());
    g.fillRect(0, scaled(FONT.getSize()), band.getWidth(), band.getHeight());
    g.setColor(Color.BLACK);
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setFont(FONT.deriveFont(FONT.getSize2D() * factor));
    FontMetrics metrics = g.getFontMetrics();
    paintLabels(g, metrics, frame);
    g.drawString(
        xTitle,
        frame.x + (frame.width - metrics.stringWidth(xTitle)) / 2,
        band.getHeight()
            - metrics.getDescent()
            - scaled(2 + (origins.isEmpty() ? 0 : LEGEND_ROOM)));
    if (!origins.isEmpty()) {
      paintLegend(g, metrics, frame, band.getHeight() - metrics.getDescent() - scaled(2));
    }
    g.dispose();
  }

  private void paintLegend(Graphics2D g, FontMetrics metrics, Rectangle frame, int baseline) {
    smooth(g);
    int width = OriginMark.legendWidth(metrics, frame.width, factor);
    double x = frame.x + (frame.width - width) / 2.0;
    OriginMark.legend(g, x, baseline, frame.width, factor, RatioPlot.LINE);
  }

  private void paintLabels(Graphics2D g, FontMetrics metrics, Rectangle frame) {
    double[] limits = getLimits();
    double pitch = frame.width / (limits[1] - limits[0]);
    List<String> texts =
        labels.stream()
            .map(label -> TokenText.drawable(label, g.getFont()))
            .map(label -> TokenText.fit(label, metrics, scaled(LABEL_LENGTH)))
            .toList();
    int widest = texts.stream().mapToInt(metrics::stringWidth).max().orElse(0);
    int needed = upright ? metrics.getAscent() : widest + scaled(GAP);
    int step = Math.max(1, (int) Math.ceil(needed / pitch));
    for (int i = 0; i < texts.size(); i += step) {
      double x = frame.x + (i + 1 - limits[0]) * pitch;
      if (x >= frame.x && x <= frame.x + frame.width) {
        g.drawLine((int) x, 0, (int) x, scaled(3));
        paintLabel(g, metrics, texts.get(i), x);
      }
    }
  }

  private void paintLabel(Graphics2D g, FontMetrics metrics, String text, double x) {
    int width = metrics.stringWidth(text);
    if (!upright) {
      g.drawString(text, (float) (x - width / 2.0), scaled(GAP) + metrics.getAscent());
      return;
    }
    Graphics2D turned = (Graphics2D) g.create();
    turned.translate(x, scaled(GAP));
    turned.rotate(-Math.PI / 2);
    turned.drawString(text, -width, metrics.getAscent() / 2 - scaled(1));
    turned.dispose();
  }

  private int scaled(int pixels) {
    return Math.round(pixels * factor);
  }
}

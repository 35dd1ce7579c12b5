package org.vlmvisualizer.output;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.RgbPicture;

/**
 * One map over its picture, with the tokens as title and a colour bar, to put into a talk or a
 * paper: as PNG, or as SVG whose text is text.
 */
public final class TokenFigure {
  private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 20);
  private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
  private static final Color GREY = new Color(0x60, 0x60, 0x60);
  private static final BasicStroke DASHES =
      new BasicStroke(2, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10, new float[] {7, 5}, 0);
  private static final int MARGIN = 20;
  private static final int TITLE_BASELINE = 38;
  private static final int SUBTITLE_BASELINE = 58;
  private static final int PICTURE_TOP = 72;
  private static final int BELOW_PICTURE = 12;
  private static final int BAR_WIDTH = 120;
  private static final int BAR_HEIGHT = 12;
  private static final int LINE = 20;
  private static final int MIN_WIDTH = 420;
  private static final int MAX_SIDE = 1600;
  private static final int GOOD_SIDE = 800;
  private static final int BAR_STOPS = 16;

  private final String title;
  private final String subtitle;
  private final List<String> notes;
  private final boolean faded;
  private final int pictureTop;
  private final String scale;
  private final String source;
  private final MapStyle style;
  private final BufferedImage picture;
  private final BufferedImage layer;
  private final int width;
  private final int height;

  /**
   * Lays the figure out.
   *
   * @param patches [P] the map
   * @param max the value shown brightest
   * @param title the tokens
   * @param subtitle what else is to be said about them
   * @param trust how far the map can be trusted: one of tokens that would have come without the
   *     picture is faded and has a dashed frame
   */
  public TokenFigure(
      AttentionResult result,
      float[] patches,
      double max,
      MapStyle style,
      String title,
      String subtitle,
      MapTrust trust) {
    RgbPicture rgb = result.picture();
    Grid grid = result.maps().grid();
    double factor = factor(Math.max(rgb.width(), rgb.height()));
    int pictureWidth = Math.max(1, (int) Math.round(rgb.width() * factor));
    int pictureHeight = Math.max(1, (int) Math.round(rgb.height() * factor));
    boolean signed = result.maps().signed();
    this.style = style.fitting(signed);
    picture = picture(rgb, pictureWidth, pictureHeight);
    Rectangle all = new Rectangle(rgb.width(), rgb.height());
    layer = MapLayer.of(grid, patches, max, this.style, all, pictureWidth, pictureHeight);
    width = Math.max(MIN_WIDTH, pictureWidth) + 2 * MARGIN;
    faded = trust.isFaded();
    notes = notes(trust, width - 2 * MARGIN);
    pictureTop = PICTURE_TOP + notes.size() * LINE;
    height = pictureTop + pictureHeight + BELOW_PICTURE + BAR_HEIGHT + LINE + MARGIN;
    int room = width - 2 * MARGIN;
    this.title = fit(title, TITLE, room);
    this.subtitle = fit(subtitle, TEXT, room);
    scale =
        signed
            ? Markup.format("%.3g to %.3g, against and for the token, per patch", -max, max)
            : Markup.format("0 to %.3g %% of the attention to the picture, per patch", 100 * max);
    this.source = fit(result.source().title(), TEXT, room);
  }

  private static List<String> notes(MapTrust trust, int room) {
    List<String> notes = new ArrayList<>();
    if (trust.origin() != null) {
      notes.add(fit(trust.originSentence(), TEXT, room));
    }
    if (trust.check() != null) {
      notes.add(fit(trust.checkForms().get(0), TEXT, room));
    }
    return notes;
  }

  /** Whole steps for small pictures, so that pixels stay squares; large ones are shrunk. */
  private static double factor(int side) {
    return side > MAX_SIDE ? (double) MAX_SIDE / side : Math.max(1, GOOD_SIDE / side);
  }

  static BufferedImage picture(RgbPicture rgb, int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, width, height, HeatBlend.scaled(rgb, width, height), 0, width);
    return image;
  }

  private static String fit(String text, Font font, int room) {
    Graphics2D g = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
    FontMetrics metrics = g.getFontMetrics(font);
    String fitted = TokenText.fit(TokenText.visible(text).strip(), metrics, room);
    g.dispose();
    return fitted;
  }

  /** The figure as pixels. */
  public BufferedImage image() {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, width, height);
    draw(g, title, TITLE, Color.BLACK, MARGIN, TITLE_BASELINE);
    draw(g, subtitle, TEXT, GREY, MARGIN, SUBTITLE_BASELINE);
    for (int i = 0; i < notes.size(); i++) {
      draw(g, notes.get(i), TEXT, Color.BLACK, MARGIN, noteBaseline(i));
    }
    g.drawImage(picture, MARGIN, pictureTop, null);
    g.drawImage(layer, MARGIN, pictureTop, null);
    if (faded) {
      fade(g);
    }
    for (int x = 0; x < BAR_WIDTH; x++) {
      g.setColor(new Color(style.colours().of(x / (BAR_WIDTH - 1.0))));
      g.fillRect(MARGIN + x, barTop(), 1, BAR_HEIGHT);
    }
    draw(g, scale, TEXT, Color.BLACK, MARGIN + BAR_WIDTH + 8, barTop() + 11);
    draw(g, source, TEXT, GREY, MARGIN, barTop() + BAR_HEIGHT + LINE);
    g.dispose();
    return image;
  }

  private void fade(Graphics2D g) {
    g.setColor(new Color(255, 255, 255, (int) Math.round(255 * (1 - HeatBlend.FADED))));
    g.fillRect(MARGIN, pictureTop, picture.getWidth(), picture.getHeight());
    g.setColor(GREY);
    g.setStroke(DASHES);
    g.drawRect(MARGIN + 1, pictureTop + 1, picture.getWidth() - 3, picture.getHeight() - 3);
  }

  private static int noteBaseline(int note) {
    return SUBTITLE_BASELINE + (note + 1) * LINE;
  }

  private static void draw(Graphics2D g, String text, Font font, Color colour, int x, int y) {
    g.setFont(font);
    g.setColor(colour);
    g.drawString(TokenText.drawable(text, font), x, y);
  }

  private int barTop() {
    return pictureTop + picture.getHeight() + BELOW_PICTURE;
  }

  /** The figure as SVG: picture and map embedded, text as text. */
  public String svg() {
    String stops =
        IntStream.rangeClosed(0, BAR_STOPS)
            .mapToObj(i -> stop((double) i / BAR_STOPS))
            .collect(Collectors.joining());
    return Markup.format(
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <svg xmlns="http://www.w3.org/2000/svg" \
        xmlns:xlink="http://www.w3.org/1999/xlink" width="%d" height="%d" viewBox="0 0 %d %d" \
        font-family="sans-serif" font-size="13">
        <title>%s</title>
        <defs><linearGradient id="bar">%s</linearGradient></defs>
        <rect width="100%%" height="100%%" fill="#ffffff"/>
        %s%s%s%s<rect x="%d" y="%d" width="%d" height="%d" fill="url(#bar)"/>
        %s%s</svg>
        """,
        width,
        height,
        width,
        height,
        Markup.escape(title),
        stops,
        text(title, "font-size=\"20\" font-weight=\"bold\"", MARGIN, TITLE_BASELINE),
        text(subtitle, "fill=\"#606060\"", MARGIN, SUBTITLE_BASELINE) + noteTexts(),
        image("picture", picture),
        image("map", layer) + (faded ? veil() : ""),
        MARGIN,
        barTop(),
        BAR_WIDTH,
        BAR_HEIGHT,
        text(scale, "", MARGIN + BAR_WIDTH + 8, barTop() + 11),
        text(source, "fill=\"#606060\"", MARGIN, barTop() + BAR_HEIGHT + LINE));
  }

  private String stop(double share) {
    return Markup.format(
        "<stop offset=\"%.4f\" stop-color=\"#%06x\"/>", share, style.colours().of(share));
  }

  private String noteTexts() {
    return IntStream.range(0, notes.size())
        .mapToObj(i -> text(notes.get(i), "", MARGIN, noteBaseline(i)))
        .collect(Collectors.joining());
  }

  private String veil() {
    return Markup.format(
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#ffffff\" fill-opacity=\"%.2f\""
            + " stroke=\"#606060\" stroke-width=\"2\" stroke-dasharray=\"7 5\"/>\n",
        MARGIN + 1,
        pictureTop + 1,
        picture.getWidth() - 2,
        picture.getHeight() - 2,
        1 - HeatBlend.FADED);
  }

  private static String text(String text, String attributes, int x, int y) {
    return "<text x=\"%d\" y=\"%d\" %s xml:space=\"preserve\">%s</text>\n"
        .formatted(x, y, attributes, Markup.escape(text));
  }

  private String image(String id, BufferedImage image) {
    return "<image id=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" xlink:href=\"%s\"/>\n"
        .formatted(id, MARGIN, pictureTop, image.getWidth(), image.getHeight(), Markup.png(image));
  }

  /**
   * Writes {@link #image}.
   *
   * @throws org.vlmvisualizer.core.InputException if the file cannot be written; then nothing is
   */
  public void writePng(Path file) {
    WholeFile.write(file, temporary -> PngFile.write(image(), temporary));
  }
}

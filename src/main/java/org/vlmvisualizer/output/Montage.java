package org.vlmvisualizer.output;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.Locale;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.TokenMaps;

/**
 * One picture to see it all: the source, then per token its heatmap over the dimmed source, with
 * the token as title, as in VLM-Visualizer's notebook. Unlike there, a panel shows the source's own
 * pixels and not the padded square. Each map is scaled by its own maximum within the picture, which
 * the caption says; the image attention ratio under the title tells how much a map weighs.
 */
public final class Montage {
  private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 16);
  private static final Font SUBTITLE = new Font(Font.SANS_SERIF, Font.PLAIN, 11);
  private static final Font CAPTION = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
  private static final Color GREY = new Color(0x60, 0x60, 0x60);
  private static final int BAR_WIDTH = 90;

  private final RgbPicture picture;
  private final MontageLayout layout;
  private final BufferedImage image;
  private final Graphics2D g;

  private Montage(RgbPicture picture, int panels) {
    this.picture = picture;
    layout = MontageLayout.of(picture.width(), picture.height(), panels);
    image = new BufferedImage(layout.width(), layout.height(), BufferedImage.TYPE_INT_RGB);
    g = image.createGraphics();
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, image.getWidth(), image.getHeight());
  }

  /**
   * Draws the montage.
   *
   * @param picture what the maps lie on
   * @param rendering without upsampling, patches are squares, as with NEAREST
   */
  public static BufferedImage of(
      TokenMaps maps, RgbPicture picture, SourceFrame source, Rendering rendering) {
    Upsampling upsampling = rendering.upsampling();
    HeatColours heat = rendering.colours(maps.signed());
    Montage montage = new Montage(picture, maps.size() + 1);
    MontageLayout layout = montage.layout;
    PatchSampler sampler =
        new PatchSampler(
            maps.grid(),
            upsampling == Upsampling.NONE ? Upsampling.NEAREST : upsampling,
            layout.panelWidth(),
            layout.panelHeight());
    int[] colours = HeatBlend.scaled(picture, layout.panelWidth(), layout.panelHeight());
    montage.panel(0, "picture", picture.width() + " × " + picture.height() + " pixels", colours);
    float[] plane = new float[layout.panelWidth() * layout.panelHeight()];
    for (int t = 0; t < maps.size(); t++) {
      sampler.sample(maps.values(t), plane);
      String ratio =
          String.format(Locale.ROOT, "%d · ratio %.2f", t + 1, maps.shares().get(t).image());
      montage.panel(
          t + 1,
          TokenText.label(maps.tokens().get(t)),
          ratio,
          HeatBlend.over(colours, plane, heat));
    }
    montage.caption(source.title(), heat);
    montage.g.dispose();
    return montage.image;
  }

  private void panel(int panel, String title, String subtitle, int[] rgb) {
    int baseline = layout.cellY(panel) + 21;
    g.setColor(Color.BLACK);
    centred(title.strip(), TITLE, layout.cellX(panel), baseline);
    g.setColor(GREY);
    centred(subtitle, SUBTITLE, layout.cellX(panel), baseline + 14);
    image.setRGB(
        layout.pictureX(panel),
        layout.pictureY(panel),
        layout.panelWidth(),
        layout.panelHeight(),
        rgb,
        0,
        layout.panelWidth());
  }

  private void centred(String text, Font font, int cellX, int baseline) {
    g.setFont(font);
    FontMetrics metrics = g.getFontMetrics();
    String fitted = TokenText.fit(TokenText.drawable(text, font), metrics, layout.cellWidth());
    g.drawString(fitted, cellX + (layout.cellWidth() - metrics.stringWidth(fitted)) / 2, baseline);
  }

  /** A colour bar and what the colours mean, in three lines cut to the width of the montage. */
  private void caption(String title, HeatColours heat) {
    int top = layout.height() - MontageLayout.CAPTION_HEIGHT + 6;
    int left = MontageLayout.GAP;
    for (int x = 0; x < BAR_WIDTH; x++) {
      g.setColor(new Color(heat.of(x / (BAR_WIDTH - 1.0))));
      g.fillRect(left + x, top, 1, 12);
    }
    int room = layout.width() - 2 * MontageLayout.GAP;
    g.setColor(Color.BLACK);
    line(
        heat.isDiverging()
            ? "against and for the token, to each map's own maximum"
            : "0 to each map's own maximum: compare within a panel",
        left + BAR_WIDTH + 8,
        top + 11,
        room - BAR_WIDTH - 8);
    g.setColor(GREY);
    line("ratio: share of the token's attention that went to the picture", left, top + 28, room);
    line(title, left, top + 44, room);
  }

  private void line(String text, int x, int baseline, int room) {
    g.setFont(CAPTION);
    String drawable = TokenText.drawable(TokenText.visible(text), CAPTION);
    g.drawString(TokenText.fit(drawable, g.getFontMetrics(), room), x, baseline);
  }
}

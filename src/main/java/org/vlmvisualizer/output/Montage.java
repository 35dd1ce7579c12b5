package org.vlmvisualizer.output;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.TokenMaps;

/**
 * One picture to see it all: the source, then per token its heatmap over the dimmed source, with
 * the token as title, as in VLM-Visualizer's notebook. Unlike there, a panel shows the source's own
 * pixels and not the padded square. Each map is scaled by its own maximum within the picture, which
 * the caption says; the image attention ratio under the title tells how much a map weighs.
 *
 * <p>Where it was asked, the lines below tell where a token came from and whether its map was found
 * to matter. The map of a token that would have come without the picture is faded and has a dashed
 * frame: it is not to be read as the others.
 *
 * <p>Thoughts and answer of a model that thinks are rows by themselves, each below a heading.
 */
public final class Montage {
  private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 16);
  private static final Font SUBTITLE = new Font(Font.SANS_SERIF, Font.PLAIN, 11);
  private static final Font CAPTION = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
  private static final Color GREY = new Color(0x60, 0x60, 0x60);
  private static final int BAR_WIDTH = 90;
  private static final BasicStroke DASHES =
      new BasicStroke(2, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10, new float[] {7, 5}, 0);

  private final RgbPicture picture;
  private final MontageLayout layout;
  private final BufferedImage image;
  private final Graphics2D g;

  private Montage(RgbPicture picture, int panels, int lines, int first) {
    this.picture = picture;
    layout = MontageLayout.of(picture.width(), picture.height(), panels, lines, first);
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
    int lines = (maps.hasEvidence() ? 1 : 0) + (maps.hasChecks() ? 1 : 0);
    int thoughts = maps.thoughts();
    Montage montage =
        new Montage(picture, maps.size() + 1, lines, thoughts == 0 ? 0 : thoughts + 1);
    MontageLayout layout = montage.layout;
    if (thoughts > 0) {
      montage.heading(0, ThoughtsMark.THOUGHTS);
    }
    if (thoughts > 0 && thoughts < maps.size()) {
      montage.heading(thoughts + 1, ThoughtsMark.ANSWER);
    }
    PatchSampler sampler =
        new PatchSampler(
            maps.grid(),
            upsampling == Upsampling.NONE ? Upsampling.NEAREST : upsampling,
            layout.panelWidth(),
            layout.panelHeight());
    int[] colours = HeatBlend.scaled(picture, layout.panelWidth(), layout.panelHeight());
    String size = picture.width() + " × " + picture.height() + " pixels";
    montage.panel(0, "picture", size, MapTrust.UNKNOWN, colours);
    float[] plane = new float[layout.panelWidth() * layout.panelHeight()];
    for (int t = 0; t < maps.size(); t++) {
      sampler.sample(maps.values(t), plane);
      String ratio =
          String.format(Locale.ROOT, "%d · ratio %.2f", t + 1, maps.shares().get(t).image());
      montage.panel(
          t + 1,
          TokenText.label(maps.tokens().get(t)),
          ratio,
          MapTrust.of(maps.tokens().get(t)),
          HeatBlend.over(colours, plane, heat));
    }
    montage.caption(source.title(), heat, notes(maps));
    montage.g.dispose();
    return montage.image;
  }

  /** What is to be known of the lines above the pictures, as many. */
  private static List<String> notes(TokenMaps maps) {
    List<String> notes = new ArrayList<>();
    if (maps.hasEvidence()) {
      notes.add("faded, in a dashed frame: the token would have come without the picture");
    }
    if (maps.hasChecks()) {
      notes.add("F: probability with only the map's highest tenth, less that without it");
    }
    return notes;
  }

  private void panel(int panel, String title, String subtitle, MapTrust trust, int[] rgb) {
    int baseline = layout.cellY(panel) + 21;
    g.setColor(Color.BLACK);
    centred(title.strip(), TITLE, layout.cellX(panel), baseline);
    g.setColor(GREY);
    centred(subtitle, SUBTITLE, layout.cellX(panel), baseline + 14);
    trust(trust, panel, baseline + 14 + MontageLayout.TITLE_LINE);
    // Not by setRGB, which converts colours pixel by pixel.
    image
        .getRaster()
        .setDataElements(
            layout.pictureX(panel),
            layout.pictureY(panel),
            layout.panelWidth(),
            layout.panelHeight(),
            trust.isFaded() ? HeatBlend.faded(rgb) : rgb);
    if (trust.isFaded()) {
      frame(panel);
    }
  }

  /** Above the row that a panel begins, with a line as wide as the montage. */
  private void heading(int panel, String text) {
    int bottom = layout.cellY(panel);
    int left = MontageLayout.GAP;
    g.setColor(Color.BLACK);
    g.setFont(TITLE);
    g.drawString(text, left, bottom - 10);
    g.fillRect(left, bottom - 4, layout.width() - 2 * left, 2);
  }

  /** The longest ways to say it that there is room for. */
  private void trust(MapTrust trust, int panel, int baseline) {
    int next = baseline;
    for (List<String> forms : List.of(trust.originForms(), trust.checkForms())) {
      if (!forms.isEmpty()) {
        g.setColor(forms.equals(trust.checkForms()) && trust.misses() ? Color.BLACK : GREY);
        centred(longest(forms), SUBTITLE, layout.cellX(panel), next);
        next += MontageLayout.TITLE_LINE;
      }
    }
  }

  private String longest(List<String> forms) {
    FontMetrics metrics = g.getFontMetrics(SUBTITLE);
    return forms.stream()
        .filter(form -> metrics.stringWidth(form) <= layout.cellWidth())
        .findFirst()
        .orElse(forms.get(forms.size() - 1));
  }

  private void frame(int panel) {
    g.setColor(GREY);
    g.setStroke(DASHES);
    g.drawRect(
        layout.pictureX(panel) + 1,
        layout.pictureY(panel) + 1,
        layout.panelWidth() - 3,
        layout.panelHeight() - 3);
  }

  private void centred(String text, Font font, int cellX, int baseline) {
    g.setFont(font);
    FontMetrics metrics = g.getFontMetrics();
    String fitted = TokenText.fit(TokenText.drawable(text, font), metrics, layout.cellWidth());
    g.drawString(fitted, cellX + (layout.cellWidth() - metrics.stringWidth(fitted)) / 2, baseline);
  }

  /** A colour bar and what the colours mean, in lines cut to the width of the montage. */
  private void caption(String title, HeatColours heat, List<String> notes) {
    int top = layout.height() - layout.captionHeight() + 6;
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
    int baseline = top + 44;
    for (String note : notes) {
      line(note, left, baseline, room);
      baseline += MontageLayout.CAPTION_LINE;
    }
    line(title, left, baseline, room);
  }

  private void line(String text, int x, int baseline, int room) {
    g.setFont(CAPTION);
    String drawable = TokenText.drawable(TokenText.visible(text), CAPTION);
    g.drawString(TokenText.fit(drawable, g.getFontMetrics(), room), x, baseline);
  }
}

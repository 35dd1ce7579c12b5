package org.vlmvisualizer.compare;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.output.Fonts;
import org.vlmvisualizer.output.Montage;
import org.vlmvisualizer.output.PngFile;
import org.vlmvisualizer.output.Rendering;
import org.vlmvisualizer.picture.ImageInput;

/** The montages of all methods on one picture, one below the other. */
public final class ComparisonMontage {
  private static final String NAME = "methods.png";
  private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 18);
  private static final int TITLE_HEIGHT = 30;
  private static final int LEFT = 12;

  private ComparisonMontage() {}

  /** Nothing where there are no maps, or no text can be drawn. */
  static void write(
      Path folder, Map<String, TokenMaps> maps, ImageInput input, Rendering rendering) {
    if (!maps.isEmpty() && Fonts.areThere()) {
      PngFile.whole(of(maps, input, rendering), folder.resolve(NAME));
    }
  }

  /**
   * @param maps of each method, at least one
   */
  public static BufferedImage of(
      Map<String, TokenMaps> maps, ImageInput input, Rendering rendering) {
    Map<String, BufferedImage> montages = new LinkedHashMap<>();
    maps.forEach(
        (method, map) ->
            montages.put(method, Montage.of(map, input.picture(), input.source(), rendering)));
    int width = montages.values().stream().mapToInt(BufferedImage::getWidth).max().orElse(1);
    int height = montages.values().stream().mapToInt(m -> m.getHeight() + TITLE_HEIGHT).sum();
    BufferedImage all = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = all.createGraphics();
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, width, height);
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setFont(TITLE);
    int y = 0;
    for (Map.Entry<String, BufferedImage> method : montages.entrySet()) {
      g.setColor(new Color(0x22, 0x22, 0x22));
      g.drawString(method.getKey(), LEFT, y + TITLE_HEIGHT - 9);
      g.drawImage(method.getValue(), 0, y + TITLE_HEIGHT, null);
      y += TITLE_HEIGHT + method.getValue().getHeight();
    }
    g.dispose();
    return all;
  }
}

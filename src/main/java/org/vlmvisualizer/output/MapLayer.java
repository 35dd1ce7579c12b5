package org.vlmvisualizer.output;

import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import org.vlmvisualizer.core.Grid;

/**
 * A map as a see-through picture that lies over its source: the stronger the value, the more of the
 * picture it hides; where there is no attention, the picture shows, a little dimmed.
 *
 * <p>For a value that is a share v of the one shown brightest, and opacity o, a picture p becomes
 * {@code (1 - a) (1 - 0.2 o) p + a colour(v)} with {@code a = o |v|^0.7}, as in the montage. With
 * diverging colours, v is -1 to 1, and the picture is hidden at both ends.
 */
public final class MapLayer {
  /** How much of the picture's light is taken where there is no attention, at full opacity. */
  private static final double DIMMING = 0.2;

  private static final int LEVELS = 256;

  /** One of them is 0. */
  private static final int DIVERGING_LEVELS = 255;

  /** From this share of padding on, a patch is invisible; less than 1 because of rounding. */
  private static final double ALL = 1 - 1e-9;

  private MapLayer() {}

  /**
   * Draws a part of a map.
   *
   * @param patches [P]
   * @param max the value shown brightest, or with diverging colours that value without its sign; 0
   *     if the map is empty
   * @param region the part of the source picture that is covered, in its pixels
   * @param width columns to draw, over the region's width
   * @param height rows to draw, over the region's height
   * @return premultiplied ARGB
   */
  public static BufferedImage of(
      Grid grid,
      float[] patches,
      double max,
      MapStyle style,
      Rectangle region,
      int width,
      int height) {
    float[] plane = new float[width * height];
    new PatchSampler(grid, style.upsampling(), region, width, height).sample(patches, plane);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB_PRE);
    int[] pixels = ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
    int[] colours = colours(style);
    int last = colours.length - 1;
    int zero = zero(style);
    float scale = max > 0 ? (float) ((last - zero) / max) : 0;
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = colours[Math.max(0, Math.min(last, (int) (zero + plane[i] * scale + 0.5f)))];
    }
    return image;
  }

  /** The whole map with one pixel per patch, for viewers that enlarge it themselves. */
  static BufferedImage patches(Grid grid, float[] patches, double max, MapStyle style) {
    BufferedImage image =
        new BufferedImage(grid.columns(), grid.rows(), BufferedImage.TYPE_INT_ARGB_PRE);
    int[] colours = colours(style);
    int zero = zero(style);
    for (int p = 0; p < patches.length; p++) {
      double share = max > 0 ? Math.max(-1, Math.min(1, patches[p] / max)) : 0;
      int level = (int) (zero + share * (colours.length - 1 - zero) + 0.5);
      ((DataBufferInt) image.getRaster().getDataBuffer()).getData()[p] = colours[level];
    }
    return image;
  }

  /**
   * The largest value of the patches that touch the picture, signs left out: what is shown
   * brightest.
   */
  public static double maximum(Grid grid, float[] patches) {
    float max = 0;
    for (int p = 0; p < patches.length; p++) {
      if (Math.abs(patches[p]) > max && grid.paddingShare(p) < ALL) {
        max = Math.abs(patches[p]);
      }
    }
    return max;
  }

  /** The level of the value 0. */
  private static int zero(MapStyle style) {
    return style.colours().isDiverging() ? DIVERGING_LEVELS / 2 : 0;
  }

  /** [levels] premultiplied ARGB. */
  private static int[] colours(MapStyle style) {
    int[] colours = new int[style.colours().isDiverging() ? DIVERGING_LEVELS : LEVELS];
    int zero = zero(style);
    int last = colours.length - 1;
    for (int i = 0; i <= last; i++) {
      double share = Math.abs(i - zero) / (double) (last - zero);
      double alpha = style.opacity() * Math.pow(share, HeatBlend.GROWTH);
      double cover = 1 - (1 - alpha) * (1 - DIMMING * style.opacity());
      int colour = style.colours().of((double) i / last);
      int argb = (int) Math.round(255 * cover) << 24;
      for (int shift = 16; shift >= 0; shift -= 8) {
        argb |= (int) Math.round(alpha * (colour >> shift & 0xff)) << shift;
      }
      colours[i] = argb;
    }
    return colours;
  }
}

package org.vlmvisualizer.output;

import org.vlmvisualizer.core.RgbPicture;

/** Pixels of a montage's panels, as 0xrrggbb. */
final class HeatBlend {
  /** How bright the picture stays where there is no attention. */
  private static final double DIM = 0.7;

  /** How much of the picture the hottest colour hides. */
  private static final double OPACITY = 0.85;

  /** Below 1, so that middling values keep their colour; above 1/2, so that noise stays faint. */
  static final double GROWTH = 0.7;

  /** How much of their difference from white faded pixels keep. */
  static final double FADED = 0.35;

  private HeatBlend() {}

  /**
   * The picture at another size: each pixel is the mean of the source pixels under it, or the
   * nearest one when enlarged.
   *
   * @return [height, width]
   */
  static int[] scaled(RgbPicture picture, int width, int height) {
    int[] rgb = new int[width * height];
    for (int y = 0; y < height; y++) {
      int top = (int) ((long) y * picture.height() / height);
      int bottom = Math.max(top + 1, (int) ((y + 1L) * picture.height() / height));
      for (int x = 0; x < width; x++) {
        int left = (int) ((long) x * picture.width() / width);
        int right = Math.max(left + 1, (int) ((x + 1L) * picture.width() / width));
        rgb[y * width + x] = mean(picture, left, top, right, bottom);
      }
    }
    return rgb;
  }

  private static int mean(RgbPicture picture, int left, int top, int right, int bottom) {
    int rgb = 0;
    int count = (right - left) * (bottom - top);
    for (int c = 0; c < 3; c++) {
      long sum = 0;
      for (int y = top; y < bottom; y++) {
        for (int x = left; x < right; x++) {
          sum += picture.get(x, y, c);
        }
      }
      rgb = rgb << 8 | (int) ((sum + count / 2) / count);
    }
    return rgb;
  }

  /**
   * A heatmap over the dimmed grey picture: {@code (1 - a) · grey + a · colour(v)}, v the value
   * over the map's maximum and a growing with |v|, so that the picture is seen where there is no
   * attention.
   *
   * @param rgb [pixel] the picture
   * @param values [pixel] not negative, unless the colours are diverging
   */
  static int[] over(int[] rgb, float[] values, HeatColours colours) {
    float max = MapScale.largest(values, colours.isDiverging());
    int[] blended = new int[rgb.length];
    float last = Float.NaN;
    int colour = 0;
    double alpha = 0;
    for (int i = 0; i < rgb.length; i++) {
      if (values[i] != last) { // patches are many pixels wide
        last = values[i];
        double share = max > 0 ? last / max : 0;
        colour = colours.of(colours.place(share));
        alpha = OPACITY * Math.pow(Math.abs(share), GROWTH);
      }
      blended[i] = blend(DIM * luminance(rgb[i]), colour, alpha);
    }
    return blended;
  }

  /**
   * The same pixels nearer to white, so that what they show is seen, but does not stand out.
   *
   * @param rgb [pixel]
   */
  static int[] faded(int[] rgb) {
    int[] faded = new int[rgb.length];
    for (int i = 0; i < rgb.length; i++) {
      faded[i] = blend(255, rgb[i], FADED);
    }
    return faded;
  }

  /**
   * The picture in grey.
   *
   * @return [height, width] 0 to 255
   */
  static float[] grey(RgbPicture picture) {
    float[] grey = new float[picture.width() * picture.height()];
    byte[] rgb = picture.rgb();
    for (int i = 0; i < grey.length; i++) {
      grey[i] =
          (float)
              luminance(
                  (rgb[3 * i] & 0xff) << 16 | (rgb[3 * i + 1] & 0xff) << 8 | rgb[3 * i + 2] & 0xff);
    }
    return grey;
  }

  /** ITU-R BT.601. */
  private static double luminance(int rgb) {
    return 0.299 * (rgb >> 16 & 0xff) + 0.587 * (rgb >> 8 & 0xff) + 0.114 * (rgb & 0xff);
  }

  private static int blend(double grey, int colour, double alpha) {
    double rest = (1 - alpha) * grey;
    return rounded(rest + alpha * (colour >> 16 & 0xff)) << 16
        | rounded(rest + alpha * (colour >> 8 & 0xff)) << 8
        | rounded(rest + alpha * (colour & 0xff));
  }

  /** Of what is not below 0; faster than Math.round. */
  private static int rounded(double value) {
    return (int) (value + 0.5);
  }
}

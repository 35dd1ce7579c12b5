package org.vlmvisualizer.output;

/**
 * Shades of blue for tokens, and of grey for those that are no words, as 0xrrggbb: they differ in
 * lightness, which all eyes see alike.
 */
public final class ShadeColours {
  /** Light to dark, evenly spaced. */
  private static final int[] STOPS = {0xffffff, 0xcfe1f2, 0x8fb8de, 0x4a86c5, 0x1f4e9e};

  private static final int BLACK = 0x1a1a1a;
  private static final int WHITE = 0xffffff;

  private ShadeColours() {}

  /** The colour of a share of the darkest shade, 0 to 1. */
  public static int of(double share) {
    double position = Math.max(0, Math.min(1, share)) * (STOPS.length - 1);
    int from = Math.min(STOPS.length - 2, (int) position);
    double f = position - from;
    int rgb = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      int a = STOPS[from] >> shift & 0xff;
      int b = STOPS[from + 1] >> shift & 0xff;
      rgb |= (int) Math.round(a + f * (b - a)) << shift;
    }
    return rgb;
  }

  /** The grey that is as light as {@link #of}. */
  public static int grey(double share) {
    double light = luminance(of(share));
    double value = light <= 0.0031308 ? 12.92 * light : 1.055 * Math.pow(light, 1 / 2.4) - 0.055;
    return 0x010101 * (int) Math.round(255 * value);
  }

  /** Black or white, whichever is read better on a ground: a contrast of at least 4.5. */
  public static int ink(int ground) {
    double light = luminance(ground) + 0.05;
    return (1.05 / light) > light / (luminance(BLACK) + 0.05) ? WHITE : BLACK;
  }

  /** Relative luminance as WCAG has it. */
  private static double luminance(int rgb) {
    return 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8) + 0.0722 * linear(rgb);
  }

  private static double linear(int channel) {
    double value = (channel & 0xff) / 255.0;
    return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
  }
}

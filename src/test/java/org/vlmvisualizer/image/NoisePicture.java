package org.vlmvisualizer.image;

import org.vlmvisualizer.core.RgbPicture;

/** The pictures of make_picture_goldens.py, made by the same formula. */
final class NoisePicture {
  private NoisePicture() {}

  static RgbPicture of(int width, int height, int seed) {
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < rgb.length; i++) {
      long x = (i + seed * 7919L) * 2654435761L & 0xffffffffL;
      x ^= x >>> 15;
      x = x * 2246822519L & 0xffffffffL;
      x ^= x >>> 13;
      rgb[i] = (byte) Math.max(0, Math.min(255, (x & 1023) - 384));
    }
    return new RgbPicture(width, height, rgb);
  }

  static RgbPicture black(int width, int height) {
    return new RgbPicture(width, height, new byte[3 * width * height]);
  }
}

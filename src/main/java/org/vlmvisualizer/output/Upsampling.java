package org.vlmvisualizer.output;

import org.vlmvisualizer.core.Words;

/** How the patch grid becomes pixels. */
public enum Upsampling {
  /** One pixel per patch: the bare grid, padding included. */
  NONE,
  /** At source resolution; each pixel has the value of the patch under its centre. */
  NEAREST,
  /** At source resolution; linear between patch centres, edge patches continued outwards. */
  BILINEAR,
  /**
   * At source resolution; Catmull-Rom (Keys 1981, a = -1/2) between patch centres, edge patches
   * continued outwards. It overshoots: values below 0 are set to 0, but in signed maps.
   */
  BICUBIC;

  @Override
  public String toString() {
    return Words.word(this);
  }
}

package org.vlmvisualizer.explorer;

import java.awt.Color;

/** Colours of the explorer's text and lines. */
final class Paints {
  static final Color INK = new Color(0x1a1a1a);
  static final Color QUIET = new Color(0x5f6368);
  static final Color GROUND = Color.WHITE;
  static final Color RULE = new Color(0xd0d4d9);
  static final Color FOCUS = new Color(0x0b57d0);

  private Paints() {}
}

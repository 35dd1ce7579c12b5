package org.vlmvisualizer.output;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.Optional;

/**
 * Whether this Java can draw text. In containers and on the nodes of clusters, fonts or the library
 * that reads them are often lacking; then pictures with text are left out, and nothing else.
 */
public final class Fonts {
  /** Tried once: after a failure, Java fails in other ways. */
  private static final boolean ARE_THERE = canDraw();

  private Fonts() {}

  /** Whether text can be drawn. */
  public static boolean areThere() {
    return ARE_THERE;
  }

  /** A sentence for the user where text cannot be drawn: what is left out, and what to install. */
  public static Optional<String> complaint() {
    return ARE_THERE
        ? Optional.empty()
        : Optional.of(
            "Java cannot draw text here, since fonts or their libraries are missing; pictures with text, such as %s and %s, are left out, and everything else is written. To get them, install fontconfig, freetype and a font, such as the package fonts-dejavu-core."
                .formatted(ResultFiles.RATIO, ResultFiles.MONTAGE));
  }

  /**
   * Without fonts, Java fails in many ways: exceptions, InternalError, libraries that do not load.
   */
  private static boolean canDraw() {
    Graphics2D g = null;
    try {
      g = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
      g.drawString("x", 0, 0);
      return true;
    } catch (RuntimeException | Error e) {
      return false;
    } finally {
      if (g != null) {
        g.dispose();
      }
    }
  }
}

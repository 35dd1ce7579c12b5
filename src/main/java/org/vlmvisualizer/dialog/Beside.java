package org.vlmvisualizer.dialog;

import java.awt.Dimension;
import java.awt.GraphicsConfiguration;
import java.awt.GraphicsDevice;
import java.awt.GraphicsEnvironment;
import java.awt.Insets;
import java.awt.Point;
import java.awt.Rectangle;
import java.awt.Toolkit;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A place for a window beside another one. */
final class Beside {
  private static final int GAP = 8;

  private Beside() {}

  /**
   * To the right of the other window, else to its left, below or above it; where none of them has
   * room enough, that of them or of the screen's corners where it covers least. Always on the
   * screen, if it fits there at all.
   */
  static Point place(Dimension size, Rectangle other, Rectangle screen) {
    int right = screen.x + screen.width;
    int bottom = screen.y + screen.height;
    return Stream.of(
            new Point(other.x + other.width + GAP, other.y),
            new Point(other.x - GAP - size.width, other.y),
            new Point(other.x, other.y + other.height + GAP),
            new Point(other.x, other.y - GAP - size.height),
            new Point(screen.x, bottom),
            new Point(right, bottom),
            new Point(right, screen.y),
            new Point(screen.x, screen.y))
        .map(at -> within(new Rectangle(at, size), screen))
        .min(Comparator.comparingLong(at -> covered(new Rectangle(at, size), other)))
        .orElseThrow();
  }

  /** Where a window has to be moved, if at all, to be on the screen. */
  static Point within(Rectangle window, Rectangle screen) {
    return new Point(
        within(window.x, window.width, screen.x, screen.width),
        within(window.y, window.height, screen.y, screen.height));
  }

  private static int within(int start, int length, int screenStart, int screenLength) {
    return Math.max(screenStart, Math.min(start, screenStart + screenLength - length));
  }

  private static long covered(Rectangle here, Rectangle other) {
    Rectangle both = here.intersection(other);
    return both.isEmpty() ? 0 : (long) both.width * both.height;
  }

  /** The screen that most of a window is on, without the system's own bars. */
  static Rectangle screen(Rectangle window) {
    GraphicsEnvironment all = GraphicsEnvironment.getLocalGraphicsEnvironment();
    GraphicsConfiguration screen =
        List.of(all.getScreenDevices()).stream()
            .map(GraphicsDevice::getDefaultConfiguration)
            .max(Comparator.comparingLong(s -> covered(s.getBounds(), window)))
            .orElseThrow();
    Rectangle bounds = screen.getBounds();
    Insets bars = Toolkit.getDefaultToolkit().getScreenInsets(screen);
    return new Rectangle(
        bounds.x + bars.left,
        bounds.y + bars.top,
        bounds.width - bars.left - bars.right,
        bounds.height - bars.top - bars.bottom);
  }
}

package org.vlmvisualizer.explorer;

import ij.gui.ImageCanvas;
import ij.gui.ImageWindow;
import ij.gui.PlotWindow;
import ij.text.TextWindow;
import java.awt.Dimension;
import java.awt.Rectangle;
import java.awt.Window;
import java.util.ArrayList;
import java.util.List;

/**
 * The sizes that a window can have: images are zoomed out by ImageJ's own steps, as long as they
 * can be made out; tables scroll, and so does the explorer's answer, whose plot may be lower, too.
 */
final class WindowSizes {
  /** Pixels of the screen along the longer side of a zoomed-out image. */
  private static final int LEAST_IMAGE = 150;

  private static final Dimension LEAST_TABLE = new Dimension(420, 180);
  private static final double[] OF_TABLE = {1, 0.75, 0.5};

  /** Of the explorer's height, which a small screen may not have. */
  private static final double[] OF_EXPLORER = {1, 0.9, 0.8, 0.7};

  private WindowSizes() {}

  /** The sizes of a window on the screen, its present one first, descending. */
  static List<Dimension> of(Window window) {
    List<Dimension> sizes = new ArrayList<>();
    if (isImage(window)) {
      ImageWindow image = (ImageWindow) window;
      double now = image.getCanvas().getMagnification();
      for (double level : zooms(image)) {
        zoom(image, level);
        sizes.add(level == now ? window.getSize() : window.getPreferredSize());
      }
      zoom(image, now);
    } else if (window instanceof TextWindow) {
      for (double part : OF_TABLE) {
        sizes.add(
            new Dimension(
                least(window.getWidth(), part, LEAST_TABLE.width),
                least(window.getHeight(), part, LEAST_TABLE.height)));
      }
    } else if (window instanceof ExplorerFrame) {
      for (double part : OF_EXPLORER) {
        int limit = window.getLayout().minimumLayoutSize(window).height;
        sizes.add(new Dimension(window.getWidth(), least(window.getHeight(), part, limit)));
      }
    } else {
      sizes.add(window.getSize());
    }
    return sizes;
  }

  private static int least(int length, double part, int limit) {
    return Math.max((int) (length * part), Math.min(length, limit));
  }

  /** Moves a window to a place of one of its sizes. */
  static void move(Window window, Rectangle place) {
    if (isImage(window)) {
      ImageWindow image = (ImageWindow) window;
      for (double level : zooms(image)) {
        zoom(image, level);
        Dimension size = window.getPreferredSize();
        if (size.width <= place.width && size.height <= place.height) {
          break;
        }
      }
      window.pack();
      window.setLocation(place.getLocation());
    } else {
      window.setBounds(place);
    }
    window.validate();
  }

  /** Whether it shows an image that can be zoomed; a plot's window has its own size. */
  static boolean isImage(Window window) {
    return window instanceof ImageWindow && !(window instanceof PlotWindow);
  }

  /** From the present magnification downwards. */
  private static List<Double> zooms(ImageWindow window) {
    int side = Math.max(window.getImagePlus().getWidth(), window.getImagePlus().getHeight());
    List<Double> zooms = new ArrayList<>();
    double zoom = window.getCanvas().getMagnification();
    do {
      zooms.add(zoom);
      zoom = ImageCanvas.getLowerZoomLevel(zoom);
    } while (zoom < zooms.get(zooms.size() - 1) && zoom * side >= LEAST_IMAGE);
    return zooms;
  }

  /** Shows all of an image at some magnification; the window takes the size at the next pack. */
  static void zoom(ImageWindow window, double magnification) {
    ImageCanvas canvas = window.getCanvas();
    int width = window.getImagePlus().getWidth();
    int height = window.getImagePlus().getHeight();
    canvas.setSourceRect(new Rectangle(width, height));
    canvas.setMagnification(magnification);
    canvas.setSize((int) (width * magnification), (int) (height * magnification));
  }
}

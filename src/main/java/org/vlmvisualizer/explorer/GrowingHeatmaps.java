package org.vlmvisualizer.explorer;

import ij.CompositeImage;
import ij.ImagePlus;
import ij.ImageStack;
import ij.gui.ImageCanvas;
import ij.gui.ImageWindow;
import ij.gui.StackWindow;
import ij.process.LUT;
import java.awt.Dimension;
import java.awt.Point;
import java.awt.Rectangle;
import java.util.Arrays;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.MapScale;

/**
 * Heatmaps in a window that get more slices or frames while they are looked at: the window stays
 * where it is, at its zoom and at the slice that it shows.
 *
 * <p>ImageJ lets the scrollbar of a plain stack grow, but opens a new window for a hyperstack of
 * other dimensions. So a hyperstack gets slices only when their number has doubled, and the window
 * that ImageJ opens takes the place and the zoom of the one before.
 *
 * <p>An image that the user has converted, cut or closed meanwhile is left alone.
 */
public final class GrowingHeatmaps {
  /** Label of the plane that lets the stack of a first token have its scrollbar. */
  private static final String WAITING = "(being written)";

  private final ImagePlus image;
  private ImageStack stack;
  private int planes; // of the stack, as it was left here

  /** Shows the first of them; not on the event thread, which would wait for the window. */
  public GrowingHeatmaps(ImagePlus first) {
    image = first;
    stack = first.getStack();
    if (stack.getSize() == 1) {
      float[] plane = new float[first.getWidth() * first.getHeight()];
      Arrays.fill(plane, Float.NaN);
      stack.addSlice(WAITING, plane);
      image.setStack(stack, 1, 2, 1); // which alone tells ImageJ that it is a stack
    }
    planes = stack.getSize();
    MapScale.of(image).setCommon(false); // before an explorer sees it
    image.show();
    ScaleStrip.add(image);
  }

  /** The image that is shown. */
  public ImagePlus image() {
    return image;
  }

  /** Whether it is still shown, as it was left here; asked on the event thread. */
  public boolean isThere() {
    return image.getWindow() != null
        && image.getStack() == stack
        && stack.getSize() == planes
        && image.getBitDepth() == 32;
  }

  /**
   * Shows more of them, on the event thread; or not yet.
   *
   * @param longer all of them, with the planes that are shown among them
   */
  public void grow(ImagePlus longer) {
    if (!isThere() || image.isLocked()) {
      return;
    }
    boolean isPlain = longer.getStackSize() == longer.getNSlices();
    if (isPlain && !isWaiting()) {
      append(longer.getStack());
    } else if (isPlain
        || longer.getNFrames() > image.getNFrames()
        || longer.getNSlices() >= 2 * image.getNSlices()) {
      place(longer);
    } else {
      return;
    }
    AttentionResult.update(image, longer);
  }

  /**
   * Shows the whole in their place, on the event thread.
   *
   * @return whether they were still there
   */
  public boolean finish(ImagePlus whole) {
    if (!isThere()) {
      return false;
    }
    place(whole);
    AttentionResult.update(image, whole);
    return true;
  }

  /** Closes the window, unless the user has made something else of it; on the event thread. */
  public void close() {
    if (isThere()) {
      image.changes = false;
      image.close();
    }
  }

  private boolean isWaiting() {
    return WAITING.equals(stack.getSliceLabel(planes));
  }

  private void append(ImageStack longer) {
    for (int i = planes + 1; i <= longer.getSize(); i++) {
      stack.addSlice(longer.getSliceLabel(i), longer.getPixels(i));
    }
    planes = stack.getSize();
    ((StackWindow) image.getWindow()).updateSliceSelector();
    image.getWindow().repaint(); // the line above the image tells their number
  }

  private void place(ImagePlus longer) {
    ImageWindow window = image.getWindow();
    Point place = window.getLocation();
    ImageCanvas canvas = image.getCanvas();
    double zoom = canvas.getMagnification();
    Rectangle seen = canvas.getSrcRect();
    Dimension size = canvas.getSize();
    int channel = image.getChannel();
    int slice = Math.min(image.getSlice(), longer.getNSlices());
    int frame = image.getFrame();
    stack = longer.getStack();
    planes = stack.getSize();
    double min = image.getDisplayRangeMin();
    double max = image.getDisplayRangeMax();
    LUT[] luts = image.getLuts();
    image.setStack(stack, longer.getNChannels(), longer.getNSlices(), longer.getNFrames());
    if (image.isHyperStack() && !image.isDisplayedHyperStack()) {
      image.setOpenAsHyperStack(true);
      new StackWindow(image); // takes the place of the one for a plain stack
    }
    image.setPosition(channel, slice, frame);
    if (image instanceof CompositeImage composite) {
      composite.setLuts(luts); // with the display ranges, which ImageJ has made anew
    } else {
      image.setDisplayRange(min, max);
    }
    if (image.getWindow() != window) {
      if (!ScaleStrip.isIn(window)) { // else it moves by itself
        ScaleStrip.add(image);
      }
      image.getCanvas().setSourceRect(seen);
      image.getCanvas().setMagnification(zoom);
      image.getCanvas().setSize(size);
      image.getWindow().pack();
    }
    image.getWindow().setLocation(place);
  }
}

package org.vlmvisualizer.output;

import ij.ImagePlus;
import ij.gui.Roi;

/**
 * A slice or time point of an image, as ROIs know it.
 *
 * @param number of the slice in a plain stack, from 1; else 0
 * @param slice of a hyperstack, from 1; else 0
 * @param frame time point of a hyperstack, from 1; else 0
 */
public record StackPlace(int number, int slice, int frame) {
  /** Of an image with one slice. */
  public static final StackPlace NONE = new StackPlace(0, 0, 0);

  /**
   * A place in an image, in all of its channels.
   *
   * @param slice from 1
   * @param frame from 1
   */
  public static StackPlace of(ImagePlus image, int slice, int frame) {
    if (image.getNSlices() * image.getNFrames() < 2) {
      return NONE;
    }
    return image.isHyperStack()
        ? new StackPlace(0, slice, frame)
        : new StackPlace(image.getStackIndex(image.getC(), slice, frame), 0, 0);
  }

  /** Lets a ROI belong to it. */
  void give(Roi roi) {
    if (slice > 0) {
      roi.setPosition(0, slice, frame);
    } else if (number > 0) {
      roi.setPosition(number);
    }
  }
}

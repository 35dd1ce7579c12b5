package org.vlmvisualizer.output;

import ij.CompositeImage;
import ij.ImagePlus;
import ij.process.LUT;

/**
 * The display range of a stack of heatmaps: 0 to the largest value of all its maps, or of the map
 * that is shown. Stacks are made and saved with the first, which lets maps be compared; with the
 * second, weak maps are seen too. Pixel values never change.
 *
 * <p>A range that somebody sets otherwise, as with Brightness/Contrast, stays until {@link
 * #setCommon} is called.
 */
public final class MapScale {
  private final ImagePlus image;
  private double largest; // of all maps
  private boolean isCommon = true;

  /** The range set here last; any other one was set by the user. */
  private double set;

  private MapScale(ImagePlus image, double largest) {
    this.image = image;
    this.largest = largest;
    set = range(largest);
  }

  /**
   * Lets heatmaps know their scale.
   *
   * @param largest the largest value of all maps; {@link #range} of it is their display range
   */
  static void remember(ImagePlus heatmaps, double largest) {
    heatmaps.setProperty(MapScale.class.getName(), new MapScale(heatmaps, largest));
  }

  /** Where a display range ends: at the largest value, or at 1 where all are 0. */
  static double range(double largest) {
    return largest > 0 ? largest : 1;
  }

  /** The scale of a stack of heatmaps, or null if the image is something else. */
  public static MapScale of(ImagePlus image) {
    MapScale scale = (MapScale) image.getProperty(MapScale.class.getName());
    // A copy of the image may have this property of the original.
    return scale != null && scale.image == image ? scale : null;
  }

  /** Whether all maps share one range, or each has its own. */
  public boolean isCommon() {
    return isCommon;
  }

  /** Gives all maps one range, or each its own; draws the image anew. */
  public void setCommon(boolean common) {
    isCommon = common;
    setRange();
    image.updateAndDraw();
  }

  /** To be called when another map may be shown; draws the image anew if its range changes. */
  public void follow() {
    if (!isCommon) {
      renew();
    }
  }

  /** Takes the largest value of a longer stack of the same answers; draws anew if that is seen. */
  void grow(MapScale longer) {
    largest = longer.largest;
    if (isCommon) {
      renew();
    }
  }

  /** The largest value of all maps. */
  double largest() {
    return largest;
  }

  private void renew() {
    double before = set;
    if (isUntouched()) {
      setRange();
    }
    if (set != before) {
      image.updateAndDraw();
    }
  }

  private boolean isUntouched() {
    return (float) minimum() == 0 && (float) maximum() == (float) set;
  }

  /** The value shown in the first colour. */
  public double minimum() {
    return image.isComposite() ? lut().min : image.getDisplayRangeMin();
  }

  /** The value shown in the last colour. */
  public double maximum() {
    return image.isComposite() ? lut().max : image.getDisplayRangeMax();
  }

  private LUT lut() {
    return ((CompositeImage) image).getChannelLut(channel());
  }

  /** Maps are the last channel. */
  private int channel() {
    return image.getNChannels();
  }

  private void setRange() {
    if (image.getBitDepth() != 32) {
      return; // converted meanwhile
    }
    set = isCommon ? range(largest) : shownMaximum();
    if (image.isComposite()) {
      ((CompositeImage) image).setChannelLut(new LUT(lut(), 0, set), channel());
    } else {
      image.setDisplayRange(0, set);
    }
  }

  private double shownMaximum() {
    int plane = image.getStackIndex(channel(), image.getSlice(), image.getFrame());
    float max = largest((float[]) image.getStack().getPixels(plane));
    return max > 0 ? max : range(largest);
  }

  /** The largest value of a map; never NaN, nor less than 0. */
  static float largest(float[] values) {
    float max = 0;
    for (float value : values) {
      max = value > max ? value : max;
    }
    return max;
  }
}

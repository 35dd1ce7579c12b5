package org.vlmvisualizer.output;

import ij.CompositeImage;
import ij.ImagePlus;
import ij.process.LUT;

/**
 * The display range of a stack of heatmaps: 0 to the largest value of all its maps, or of the map
 * that is shown; of signed maps, from minus to plus the largest value without its sign. Stacks are
 * made and saved with the first, which lets maps be compared; with the second, weak maps are seen
 * too. Pixel values never change.
 *
 * <p>A range that somebody sets otherwise, as with Brightness/Contrast, stays until {@link
 * #setCommon} is called.
 */
public final class MapScale {
  private final ImagePlus image;
  private final boolean signed;
  private double largest; // of all maps, signs left out
  private boolean isCommon = true;

  /** The range set here last; any other one was set by the user. */
  private double set;

  private MapScale(ImagePlus image, double largest, boolean signed) {
    this.image = image;
    this.signed = signed;
    this.largest = largest;
    set = range(largest);
  }

  /**
   * Lets heatmaps know their scale.
   *
   * @param largest the largest value of all maps, signs left out; {@link #range} of it is the end
   *     of their display range
   */
  static void remember(ImagePlus heatmaps, double largest, boolean signed) {
    heatmaps.setProperty(MapScale.class.getName(), new MapScale(heatmaps, largest, signed));
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

  /** Whether 0 is in the middle of the range, since maps have values below it. */
  public boolean isSigned() {
    return signed;
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

  /** Where the range that was set here begins. */
  private double start() {
    return signed ? -set : 0;
  }

  private boolean isUntouched() {
    return (float) minimum() == (float) start() && (float) maximum() == (float) set;
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
      ((CompositeImage) image).setChannelLut(new LUT(lut(), start(), set), channel());
    } else {
      image.setDisplayRange(start(), set);
    }
  }

  private double shownMaximum() {
    int plane = image.getStackIndex(channel(), image.getSlice(), image.getFrame());
    float max = largest((float[]) image.getStack().getPixels(plane), signed);
    return max > 0 ? max : range(largest);
  }

  /**
   * The largest value of a map; never NaN, nor less than 0.
   *
   * @param signed whether signs are left out
   */
  static float largest(float[] values, boolean signed) {
    float max = 0;
    for (float value : values) {
      float size = signed ? Math.abs(value) : value;
      max = size > max ? size : max;
    }
    return max;
  }
}

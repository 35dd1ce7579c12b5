package org.vlmvisualizer.output;

import ij.ImagePlus;
import ij.measure.Calibration;
import java.awt.Rectangle;
import java.lang.ref.WeakReference;
import java.math.BigDecimal;
import java.math.MathContext;
import org.vlmvisualizer.core.Grid;

/**
 * Where the picture that was asked about came from: the whole source image or a ROI's crop of it.
 *
 * @param title title of the source image
 * @param originX left edge of the crop in pixels of the source image
 * @param originY top edge of the crop in pixels of the source image
 * @param calibration pixel size, unit and origin of the source image; only these are used. Its y
 *     origin must be explicit if y points upwards: ImageJ reads 0 as the bottom row of whatever
 *     image it belongs to
 * @param image the source image, if it was an open one; a result does not keep it from being closed
 * @param checksum of the pixels that it showed, to know it again; of no meaning without an image
 * @param place which slice of the source image
 */
public record SourceFrame(
    String title,
    int originX,
    int originY,
    Calibration calibration,
    WeakReference<ImagePlus> image,
    long checksum,
    StackPlace place) {

  /** A picture that is no part of an open image. */
  public SourceFrame(String title, int originX, int originY, Calibration calibration) {
    this(title, originX, originY, calibration, new WeakReference<>(null), 0, StackPlace.NONE);
  }

  /** A picture that is no part of a calibrated image, for example one read from a file. */
  public static SourceFrame uncalibrated(String title) {
    return new SourceFrame(title, 0, 0, new Calibration());
  }

  /**
   * A crop of the slice that an open image shows.
   *
   * @param bounds the crop in pixels of the image
   * @param checksum of the pixels that the image shows
   */
  public static SourceFrame of(ImagePlus image, Rectangle bounds, long checksum) {
    Calibration calibration = image.getCalibration().copy();
    if (calibration.getInvertY() && calibration.yOrigin == 0) {
      calibration.yOrigin = image.getHeight() - 1;
    }
    return new SourceFrame(
        image.getTitle(),
        bounds.x,
        bounds.y,
        calibration,
        new WeakReference<>(image),
        checksum,
        StackPlace.of(image, image.getZ(), image.getT()));
  }

  /** The same part of another slice of the image. */
  public SourceFrame slice(String sliceTitle, long sliceChecksum, StackPlace slicePlace) {
    return new SourceFrame(
        sliceTitle, originX, originY, calibration, image, sliceChecksum, slicePlace);
  }

  /**
   * A position written for people, in the unit of the source image: {@code 12.5, 3.75 µm}.
   *
   * @param x in pixels of the whole source image
   * @param y in pixels of the whole source image
   */
  public String position(double x, double y) {
    double unitX = (x - calibration.xOrigin) * calibration.pixelWidth;
    double fromTop = calibration.getInvertY() ? calibration.yOrigin - y : y - calibration.yOrigin;
    String unit = calibration.scaled() ? calibration.getUnits() : "px";
    return number(unitX) + ", " + number(fromTop * calibration.pixelHeight) + " " + unit;
  }

  /** Four digits, no more. */
  private static String number(double value) {
    return new BigDecimal(value, new MathContext(4)).stripTrailingZeros().toPlainString();
  }

  /** Calibration of an image with the crop's own pixels. */
  public Calibration pixels() {
    return derive(1, 1, calibration.xOrigin - originX, calibration.yOrigin - originY);
  }

  /**
   * Calibration of an image with one pixel per patch. A pixel is a patch's extent in the source,
   * and the origin is where the source's origin falls on the grid, be it outside of it.
   */
  Calibration patches(Grid grid) {
    return derive(
        grid.cellWidth(),
        grid.cellHeight(),
        grid.cellX(calibration.xOrigin - originX),
        grid.cellY(calibration.yOrigin - originY));
  }

  private Calibration derive(double stepX, double stepY, double xOrigin, double yOrigin) {
    Calibration derived = new Calibration();
    derived.setXUnit(calibration.getXUnit());
    derived.setYUnit(calibration.getYUnit());
    derived.pixelWidth = calibration.pixelWidth * stepX;
    derived.pixelHeight = calibration.pixelHeight * stepY;
    derived.xOrigin = xOrigin;
    derived.yOrigin = yOrigin;
    derived.setInvertY(calibration.getInvertY());
    if (derived.getInvertY() && yOrigin == 0) {
      derived.yOrigin = 1e-9; // exactly 0 would mean "the bottom row" to ImageJ
    }
    return derived;
  }
}

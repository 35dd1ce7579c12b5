package org.vlmvisualizer.picture;

import ij.ImagePlus;
import ij.gui.Roi;
import java.awt.Rectangle;
import java.util.function.Supplier;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.JavaMemory;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.output.SourceFrame;

/**
 * What is asked about: the part of an ImageJ image that a user sees, as 8-bit RGB. A snapshot:
 * later changes of the image do not reach it, and taking it changes nothing of the image.
 *
 * @param picture the displayed slice, or the bounding box of its area selection
 * @param source where in which image that is
 */
public record ImageInput(RgbPicture picture, SourceFrame source) {

  /** Pixels in the largest Java array of three bytes per pixel. */
  private static final int MAX_PIXELS = (Integer.MAX_VALUE - 8) / 3;

  /**
   * The image as it is displayed: current slice, display range, lookup table, active channels; no
   * overlay, no selection outline, no threshold colours, no zoom.
   *
   * @param roi an area selection stands for its bounding box, clipped to the image; null or a
   *     selection without area (points, lines) for the whole image
   * @throws InputException if there is no image, nothing of it under the selection, NaN or nothing
   *     finite in it, or it is too large for an array or for the memory
   */
  public static ImageInput of(ImagePlus image, Roi roi) {
    Rectangle region = region(image, roi);
    return inMemory(
        region,
        () -> {
          DisplayedColours colours = new DisplayedColours(image, region);
          SourceFrame source = SourceFrame.of(image, region, colours.checksum());
          return of(region, source, colours.read(colours.displayed()));
        });
  }

  /**
   * A region whose colours were read one way or another.
   *
   * @param rgb [height, width, 3]
   */
  public static ImageInput of(Rectangle region, SourceFrame source, byte[] rgb) {
    return new ImageInput(new RgbPicture(region.width, region.height, rgb), source);
  }

  /**
   * Reads a region.
   *
   * @throws InputException if memory is short, or what {@code read} throws
   */
  public static ImageInput inMemory(Rectangle region, Supplier<ImageInput> read) {
    try {
      return read.get();
    } catch (OutOfMemoryError e) {
      throw new InputException(
          "Not enough memory: %,d x %,d pixels as colours take %,d MB, %s. Select a smaller region, or allow more in Edit > Options > Memory & Threads."
              .formatted(
                  region.width,
                  region.height,
                  3L * region.width * region.height >> 20,
                  JavaMemory.limit()),
          e);
    }
  }

  /**
   * Opens a picture file or address, and takes its first slice as it would be displayed. A
   * selection stored in the file is not applied.
   *
   * @param pathOrUrl a path, or an address that starts with http:, https: or file:
   * @param roi as in {@link #of(ImagePlus, Roi)}
   * @param progress may cancel
   * @throws InputException if it does not exist, cannot be fetched, is a folder, is no whole
   *     picture that ImageJ can read, or for the reasons of {@link #of(ImagePlus, Roi)}
   */
  public static ImageInput open(String pathOrUrl, Roi roi, Progress progress) {
    return ImageOpener.open(pathOrUrl, progress, image -> of(image, roi));
  }

  /** Opens a picture file or address and takes the whole of it. */
  public static ImageInput open(String pathOrUrl) {
    return open(pathOrUrl, null, Progress.NONE);
  }

  /**
   * The part of an image that is asked about.
   *
   * @throws InputException as {@link #of(ImagePlus, Roi)}
   */
  public static Rectangle region(ImagePlus image, Roi roi) {
    require(image);
    Rectangle region = inside(image, roi);
    if ((long) region.width * region.height > MAX_PIXELS) {
      throw new InputException(
          "Expected a picture of at most %,d pixels, found %,d x %,d. Select a smaller region."
              .formatted(MAX_PIXELS, region.width, region.height));
    }
    return region;
  }

  /**
   * @throws InputException if there is no image, or nothing in it
   */
  public static void require(ImagePlus image) {
    if (image == null || image.getWidth() < 1 || image.getProcessor() == null) {
      throw new InputException(
          "Expected an image, found none or an empty one. Open an image and select its window.");
    }
  }

  private static Rectangle inside(ImagePlus image, Roi roi) {
    Rectangle whole = new Rectangle(0, 0, image.getWidth(), image.getHeight());
    if (roi == null || !roi.isArea()) {
      return whole;
    }
    Rectangle box = roi.getBounds();
    Rectangle inside = whole.intersection(box);
    if (inside.isEmpty()) {
      throw new InputException(
          "Expected a selection on the image (%d x %d), found one outside: x %d, y %d, %d x %d. Move it, or remove it with Edit > Selection > Select None."
              .formatted(whole.width, whole.height, box.x, box.y, box.width, box.height));
    }
    return inside;
  }
}

package org.vlmvisualizer.picture;

import ij.CompositeImage;
import ij.ImagePlus;
import ij.process.ColorProcessor;
import ij.process.ImageProcessor;
import ij.process.IntProcessor;
import ij.process.LUT;
import java.awt.Rectangle;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.InputException;

/**
 * The colours in which ImageJ shows a region of an image. ImageJ's own code maps values to colours;
 * it is given copies of a few rows at a time, so a large picture needs no second one in memory.
 *
 * <p>A single channel is shown as a composite of one. Source: {@code CompositeImage.updateImage}
 * and {@code ImageProcessor.updateComposite} of ImageJ 1.54p.
 */
public final class DisplayedColours {
  private static final int STRIP_PIXELS = 1 << 20;
  private static final int INVERT = ImageProcessor.INVERT_PROJECTION;

  private final int width; // of the image
  private final Rectangle region;
  private final int[] numbers; // from 1, of the channels that are shown
  private final List<ImageProcessor> channels; // these channels' display range and lookup table
  private final List<Object> displayed; // pixel arrays of these channels in the current slice
  private final List<LUT> luts; // of these channels, for the inverted composite
  private final int projection;

  public DisplayedColours(ImagePlus image, Rectangle region) {
    width = image.getWidth();
    this.region = region;
    List<ImageProcessor> shownNow;
    // Without a window, setSlice leaves the channels at the slice that was painted last.
    if (image instanceof CompositeImage composite) {
      composite.updateImage();
    }
    if (image.isComposite()
        && image.getDisplayMode() == CompositeImage.COMPOSITE
        && ((CompositeImage) image).getProcessor(1) != null) {
      CompositeImage composite = (CompositeImage) image;
      boolean[] active = composite.getActiveChannels();
      int[] shown = IntStream.range(0, image.getNChannels()).filter(c -> active[c]).toArray();
      LUT[] all = composite.getLuts();
      numbers = Arrays.stream(shown).map(c -> c + 1).toArray();
      shownNow = Arrays.stream(numbers).mapToObj(composite::getProcessor).toList();
      luts = Arrays.stream(shown).mapToObj(c -> all[c]).toList();
      projection = projection(image.getProp("CompositeProjection"));
    } else {
      ImageProcessor single = image.getProcessor();
      // An IntProcessor calls itself a ColorProcessor, but is shown in grey.
      numbers = new int[] {image.getC()};
      shownNow = List.of(single instanceof IntProcessor ? single.convertToByte(true) : single);
      luts = List.of();
      projection = ImageProcessor.SUM_PROJECTION;
    }
    channels = shownNow.stream().map(shown -> shown.createProcessor(1, 1)).toList();
    displayed = shownNow.stream().map(ImageProcessor::getPixels).toList();
  }

  /** Numbers, from 1, of the channels that are shown. */
  public int[] channels() {
    return numbers;
  }

  /** Pixel arrays of these channels in the displayed slice. */
  public List<Object> displayed() {
    return displayed;
  }

  /** Of these pixels: the whole slice's, whatever the region. */
  public long checksum() {
    return checksum(displayed);
  }

  /** Of another slice's. */
  public long checksum(List<Object> planes) {
    return PixelChecksum.of(width, planes);
  }

  private static int projection(String property) {
    String name = property == null ? "" : property.toLowerCase(Locale.ROOT);
    if (name.contains("max")) {
      return ImageProcessor.MAX_PROJECTION;
    }
    if (name.contains("min")) {
      return ImageProcessor.MIN_PROJECTION;
    }
    return name.contains("invert") ? INVERT : ImageProcessor.SUM_PROJECTION;
  }

  /**
   * Red, green and blue of the region in a slice, as if it were displayed.
   *
   * @param planes pixel arrays of the slice's channels, in the order of {@link #channels}
   * @return [height, width, 3]
   * @throws InputException if the region holds NaN, or infinite values only
   */
  public byte[] read(List<Object> planes) {
    refuseNaN(planes);
    byte[] rgb = new byte[3 * region.width * region.height];
    int rows = Math.max(1, STRIP_PIXELS / region.width);
    int next = 0;
    for (int y = 0; y < region.height; y += rows) {
      for (int colour : colours(planes, y, Math.min(rows, region.height - y))) {
        rgb[next++] = (byte) (colour >> 16);
        rgb[next++] = (byte) (colour >> 8);
        rgb[next++] = (byte) colour;
      }
    }
    return rgb;
  }

  /** Colours 0xRRGGBB of some rows of the region. */
  private int[] colours(List<Object> planes, int y, int rows) {
    List<ImageProcessor> strips =
        IntStream.range(0, channels.size())
            .mapToObj(c -> strip(channels.get(c), planes.get(c), y, rows))
            .toList();
    if (!strips.isEmpty() && strips.get(0) instanceof ColorProcessor colour) {
      return (int[]) colour.getPixels();
    }
    int[] colours = new int[region.width * rows];
    if (projection == INVERT) {
      invertedComposite(strips, colours);
      return colours;
    }
    if (projection == ImageProcessor.MIN_PROJECTION) {
      Arrays.fill(colours, 0xffffff);
    }
    for (int c = 0; c < strips.size(); c++) {
      strips
          .get(c)
          .updateComposite(colours, c == 0 ? ImageProcessor.SET_FIRST_CHANNEL : projection);
    }
    return colours;
  }

  /** A copy of some rows of the region, with the display range and lookup table of the original. */
  private ImageProcessor strip(ImageProcessor channel, Object plane, int y, int rows) {
    ImageProcessor strip = channel.createProcessor(region.width, rows);
    for (int row = 0; row < rows; row++) {
      int from = (region.y + y + row) * width + region.x;
      System.arraycopy(plane, from, strip.getPixels(), row * region.width, region.width);
    }
    return strip;
  }

  /**
   * Colours of the channels added up as distances from white. The channels' values are scaled as in
   * {@code CompositeImage.makeInvertedComposite}, which nothing outside its class can call.
   */
  private void invertedComposite(List<ImageProcessor> strips, int[] colours) {
    for (int i = 0; i < colours.length; i++) {
      int red = 255;
      int green = 255;
      int blue = 255;
      for (int c = 0; c < strips.size(); c++) {
        ImageProcessor strip = strips.get(c);
        double scale = 255.0 / (strip.getMax() - strip.getMin());
        int value = (int) Math.floor((strip.getf(i) - strip.getMin()) * scale);
        int index = Math.max(0, Math.min(255, value));
        red -= 255 - luts.get(c).getRed(index);
        green -= 255 - luts.get(c).getGreen(index);
        blue -= 255 - luts.get(c).getBlue(index);
      }
      colours[i] = Math.max(0, red) << 16 | Math.max(0, green) << 8 | Math.max(0, blue);
    }
  }

  private void refuseNaN(List<Object> planes) {
    long found = 0;
    for (Object plane : planes) {
      found += plane instanceof float[] values ? countNaN(values) : 0;
    }
    if (found > 0) {
      throw new InputException(
          "Expected a number in every pixel, found %,d NaN (not a number). Replace them, for example with Process > Noise > Remove NaNs... or the macro line changeValues(NaN, NaN, 0);"
              .formatted(found));
    }
  }

  /**
   * @throws InputException if all are infinite
   */
  private long countNaN(float[] values) {
    long found = 0;
    boolean isInfinite = true;
    for (int y = region.y; y < region.y + region.height; y++) {
      for (int x = region.x; x < region.x + region.width; x++) {
        float value = values[y * width + x];
        found += Float.isNaN(value) ? 1 : 0;
        isInfinite &= Float.isInfinite(value);
      }
    }
    if (isInfinite) {
      throw new InputException(
          "Expected a finite number in some pixel, found infinite ones only. Was the image divided by 0?");
    }
    return found;
  }
}

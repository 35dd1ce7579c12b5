package org.vlmvisualizer.output;

import ij.CompositeImage;
import ij.ImagePlus;
import ij.ImageStack;
import ij.process.LUT;
import java.awt.Color;
import java.awt.Dimension;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.JavaMemory;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.TokenMaps;

/**
 * One heatmap per generated token, as an ImageJ stack: what {@link MapView} gives, in arrays that
 * users may edit. Tokens lie along Z; the pictures of a series, each with an answer of its own,
 * along T. There is one channel, or two in a composite; slices are labelled with their tokens and
 * calibrated like the source.
 *
 * <p>A pixel's value is the share of the token's attention to the picture that fell on the patch
 * there: over the patches, not over the pixels, a map sums to 1. Upsampling does not rescale it.
 * Where an answer is shorter than the longest, the rest of its planes are NaN. Contrast is in the
 * display range only: 0 to the maximum of all maps. Of signed maps, a pixel's value is the score of
 * its patch, and the display range is as wide below 0 as above.
 *
 * <p>In a composite, channel 1 is the picture in grey, 0 to 255, the same plane under all its maps,
 * and channel 2 the map. The grey's display range ends at twice its values: added to white, no
 * colour would be seen.
 */
final class HeatmapStack {
  /** What a plane without a map is called. */
  static final String NO_TOKEN = "(no token)";

  private static final double GREY_RANGE = 2 * 255;

  private HeatmapStack() {}

  /** The maps of one answer. */
  static ImagePlus of(
      TokenMaps maps, RgbPicture picture, SourceFrame source, Rendering rendering, String info) {
    return of(List.of(maps), List.of(picture), source, rendering, info, ShownPlanes.NONE);
  }

  /**
   * Lays the maps out as pixels.
   *
   * @param maps [T] one answer per picture; null where there is none. Where sizes differ, planes
   *     are as large as the largest, each picture in the upper left corner, with NaN beside it
   * @param pictures [T] used in a composite only; null where there is none
   * @param source of all pictures
   * @param info provenance, one statement a line; unit and display range are added to it
   * @param shown planes of fewer tokens or pictures, which are used again
   * @throws InputException if the maps do not fit into memory
   */
  static ImagePlus of(
      List<TokenMaps> maps,
      List<RgbPicture> pictures,
      SourceFrame source,
      Rendering rendering,
      String info,
      ShownPlanes shown) {
    TokenMaps any = maps.stream().filter(Objects::nonNull).findFirst().orElseThrow();
    Grid grid = any.grid();
    boolean signed = any.signed();
    boolean bare = rendering.upsampling() == Upsampling.NONE;
    Dimension size = size(maps, bare);
    int width = size.width;
    int height = size.height;
    int tokens = maps.stream().filter(Objects::nonNull).mapToInt(TokenMaps::size).max().orElse(1);
    int planes = maps.stream().mapToInt(m -> m == null ? 0 : m.size()).sum() - shown.count();
    planes += rendering.composite() ? maps.size() : 0;
    requireMemory(width, height, planes, JavaMemory.available(4L * width * height * planes));

    Planes made = planes(maps, tokens, size, rendering.upsampling(), shown);
    List<float[]> mapPlanes = made.all;
    double max = made.largest;
    ImageStack stack = stack(maps, pictures, mapPlanes, size, rendering.composite());
    ImagePlus image = new ImagePlus("Attention of " + source.title(), stack);
    image.setDimensions(rendering.composite() ? 2 : 1, tokens, maps.size());
    image.setOpenAsHyperStack(true);
    image.setCalibration(bare ? source.patches(grid) : source.pixels());
    HeatColours colours = rendering.colours(signed);
    LUT lut = (rendering.composite() ? colours.added() : colours).lut(MapScale.range(max));
    if (rendering.composite()) {
      image = new CompositeImage(image, CompositeImage.COMPOSITE);
      LUT grey = new LUT(LUT.createLutFromColor(Color.WHITE), 0, GREY_RANGE);
      ((CompositeImage) image).setLuts(new LUT[] {grey, lut});
      image.setOpenAsHyperStack(true);
    } else {
      image.setLut(lut);
    }
    image.setProperty("Info", describe(info, rendering, signed, max));
    MapScale.remember(image, max, signed);
    return image;
  }

  /** Of a plane that holds the maps of each answer, those that are null left out. */
  static Dimension size(List<TokenMaps> maps, boolean bare) {
    Dimension size = new Dimension();
    for (TokenMaps answer : maps) {
      if (answer != null) {
        Dimension own = size(answer.grid(), bare);
        size.setSize(Math.max(size.width, own.width), Math.max(size.height, own.height));
      }
    }
    return size;
  }

  private static Dimension size(Grid grid, boolean bare) {
    return bare
        ? new Dimension(grid.columns(), grid.rows())
        : new Dimension(grid.sourceWidth(), grid.sourceHeight());
  }

  /** A plane in the upper left corner of one that may be larger. */
  private static float[] placed(float[] plane, Dimension own, Dimension size, float beside) {
    if (own.equals(size)) {
      return plane;
    }
    float[] placed = filled(size, beside);
    for (int y = 0; y < own.height; y++) {
      System.arraycopy(plane, y * own.width, placed, y * size.width, own.width);
    }
    return placed;
  }

  /**
   * @param all [T × Z] tokens of a picture one after the other; those without a map are one array
   * @param largest value of all maps
   */
  private record Planes(List<float[]> all, double largest) {}

  private static Planes planes(
      List<TokenMaps> maps, int tokens, Dimension size, Upsampling upsampling, ShownPlanes shown) {
    List<float[]> planes = new ArrayList<>();
    double largest = shown.largest();
    float[] none = null;
    int frame = 0;
    for (TokenMaps answer : maps) {
      int count = answer == null ? 0 : answer.size();
      Dimension own = count == 0 ? size : size(answer.grid(), upsampling == Upsampling.NONE);
      PatchSampler sampler = count == 0 ? null : sampler(answer.grid(), upsampling);
      for (int t = 0; t < count; t++) {
        float[] plane = shown.plane(frame, t);
        if (plane != null) {
          planes.add(plane);
          continue;
        }
        plane = new float[own.width * own.height];
        if (sampler == null) {
          System.arraycopy(answer.values(t), 0, plane, 0, plane.length);
        } else {
          sampler.sample(answer.values(t), plane);
        }
        largest = Math.max(largest, MapScale.largest(plane, answer.signed()));
        planes.add(placed(plane, own, size, Float.NaN));
      }
      for (int t = count; t < tokens; t++) {
        none = none == null ? filled(size, Float.NaN) : none;
        planes.add(none);
      }
      frame++;
    }
    return new Planes(planes, largest);
  }

  private static PatchSampler sampler(Grid grid, Upsampling upsampling) {
    return upsampling == Upsampling.NONE
        ? null
        : new PatchSampler(grid, upsampling, grid.sourceWidth(), grid.sourceHeight());
  }

  private static float[] filled(Dimension size, float value) {
    float[] plane = new float[size.width * size.height];
    Arrays.fill(plane, value);
    return plane;
  }

  /** In ImageJ's order: channels, then slices, then frames. */
  private static ImageStack stack(
      List<TokenMaps> maps,
      List<RgbPicture> pictures,
      List<float[]> planes,
      Dimension size,
      boolean composite) {
    ImageStack stack = new ImageStack(size.width, size.height);
    int tokens = planes.size() / maps.size();
    for (int frame = 0; frame < maps.size(); frame++) {
      TokenMaps answer = maps.get(frame);
      RgbPicture picture = composite ? pictures.get(frame) : null;
      float[] grey = picture == null ? null : grey(picture, size);
      for (int t = 0; t < tokens; t++) {
        boolean mapped = answer != null && t < answer.size();
        String label = mapped ? TokenText.label(answer.tokens().get(t)) : NO_TOKEN;
        float[] plane = planes.get(frame * tokens + t);
        if (composite) {
          stack.addSlice(label, grey == null ? plane : grey);
        }
        stack.addSlice(label, plane);
      }
    }
    return stack;
  }

  private static float[] grey(RgbPicture picture, Dimension size) {
    Dimension own = new Dimension(picture.width(), picture.height());
    return placed(HeatBlend.grey(picture), own, size, 0);
  }

  private static String describe(String info, Rendering rendering, boolean signed, double max) {
    String channels =
        rendering.composite() ? "Channels: 1 the picture in grey, 0 to 255; 2 the maps%n" : "";
    return info.stripTrailing()
        + String.format(
            Locale.ROOT,
            "%nPixel value: %s%n" + channels + "Upsampling: %s%nDisplay range: %s%n",
            signed
                ? "score of the patch, positive where it speaks for the token, negative where against"
                : "share of the token's attention to the picture, per patch",
            rendering.upsampling(),
            String.format(
                Locale.ROOT,
                signed
                    ? "%2$.6g to %1$.6g, the largest value of all slices without its sign"
                    : "0 to %1$.6g, the maximum of all slices",
                max,
                -max));
  }

  /**
   * Refuses maps that the Java heap cannot hold, before they are allocated.
   *
   * @param available bytes that can still be allocated
   */
  static void requireMemory(int width, int height, int planes, long available) {
    double needed = 4.0 * width * height * planes;
    if (needed > available || (long) width * height > Integer.MAX_VALUE - 8) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%d heatmaps of %d x %d pixels need %.1f GB of memory and %.1f GB are available. Use"
                  + " upsampling=none, which keeps one pixel per patch, or choose a smaller region.",
              planes,
              width,
              height,
              needed / 1e9,
              available / 1e9));
    }
  }
}

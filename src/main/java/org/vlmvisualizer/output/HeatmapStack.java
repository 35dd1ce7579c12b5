package org.vlmvisualizer.output;

import ij.ImagePlus;
import ij.ImageStack;
import java.util.List;
import java.util.Locale;
import net.imglib2.img.basictypeaccess.array.FloatArray;
import net.imglib2.img.planar.PlanarImg;
import net.imglib2.img.planar.PlanarImgs;
import net.imglib2.type.numeric.real.FloatType;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.JavaMemory;
import org.vlmvisualizer.core.PatchGrid;
import org.vlmvisualizer.core.TokenMaps;

/**
 * One heatmap per generated token, as an ImgLib2 image and as an ImageJ stack over the same arrays:
 * what is written through one is seen in the other.
 *
 * <p>A pixel's value is the share of the token's attention to the picture that fell on the patch
 * there: over the patches, not over the pixels, a map sums to 1. Upsampling does not rescale it.
 * Contrast is in the display range only: 0 to the maximum of all slices.
 *
 * @param img [width, height, T]
 * @param imagePlus one channel, T slices labelled with their tokens; calibrated like the source
 */
public record HeatmapStack(PlanarImg<FloatType, FloatArray> img, ImagePlus imagePlus) {

  /**
   * Lays the maps out as pixels.
   *
   * @param info provenance, one statement a line; unit and display range are added to it
   * @throws InputException if the maps do not fit into memory
   */
  public static HeatmapStack of(
      TokenMaps maps, SourceFrame source, Upsampling upsampling, String info) {
    PatchGrid grid = maps.grid();
    List<GeneratedToken> tokens = maps.tokens();
    boolean bare = upsampling == Upsampling.NONE;
    int width = bare ? grid.columns() : grid.sourceWidth();
    int height = bare ? grid.rows() : grid.sourceHeight();
    requireMemory(
        width, height, tokens.size(), JavaMemory.available(4L * width * height * tokens.size()));

    PlanarImg<FloatType, FloatArray> img = PlanarImgs.floats(width, height, tokens.size());
    fill(img, maps, upsampling);
    ImageStack stack = new ImageStack(width, height);
    for (int t = 0; t < tokens.size(); t++) {
      stack.addSlice(TokenText.label(tokens.get(t)), plane(img, t));
    }
    ImagePlus imagePlus = new ImagePlus("Attention of " + source.title(), stack);
    imagePlus.setDimensions(1, tokens.size(), 1);
    imagePlus.setOpenAsHyperStack(true);
    imagePlus.setCalibration(bare ? source.patches(grid) : source.pixels());
    double max = maximum(img);
    imagePlus.setLut(HeatColours.INFERNO.lut(max > 0 ? max : 1));
    imagePlus.setProperty("Info", describe(info, upsampling, max));
    return new HeatmapStack(img, imagePlus);
  }

  private static void fill(
      PlanarImg<FloatType, FloatArray> img, TokenMaps maps, Upsampling upsampling) {
    PatchGrid grid = maps.grid();
    if (upsampling == Upsampling.NONE) {
      for (int t = 0; t < maps.size(); t++) {
        System.arraycopy(maps.values(t), 0, plane(img, t), 0, grid.size());
      }
      return;
    }
    PatchSampler sampler =
        new PatchSampler(grid, upsampling, grid.sourceWidth(), grid.sourceHeight());
    for (int t = 0; t < maps.size(); t++) {
      sampler.sample(maps.values(t), plane(img, t));
    }
  }

  private static float[] plane(PlanarImg<FloatType, FloatArray> img, int t) {
    return img.getPlane(t).getCurrentStorageArray();
  }

  private static double maximum(PlanarImg<FloatType, FloatArray> img) {
    float max = 0;
    for (int t = 0; t < img.numSlices(); t++) {
      for (float value : plane(img, t)) {
        max = Math.max(max, value);
      }
    }
    return max;
  }

  private static String describe(String info, Upsampling upsampling, double max) {
    return info.stripTrailing()
        + String.format(
            Locale.ROOT,
            "%nPixel value: share of the token's attention to the picture, per patch"
                + "%nUpsampling: %s%nDisplay range: 0 to %.6g, the maximum of all slices%n",
            upsampling,
            max);
  }

  /**
   * Refuses maps that the Java heap cannot hold, before they are allocated.
   *
   * @param available bytes that can still be allocated
   */
  static void requireMemory(int width, int height, int tokens, long available) {
    double needed = 4.0 * width * height * tokens;
    if (needed > available || (long) width * height > Integer.MAX_VALUE - 8) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%d heatmaps of %d x %d pixels need %.1f GB of memory and %.1f GB are available. Use"
                  + " upsampling=none, which keeps one pixel per patch, or choose a smaller region.",
              tokens,
              width,
              height,
              needed / 1e9,
              available / 1e9));
    }
  }
}

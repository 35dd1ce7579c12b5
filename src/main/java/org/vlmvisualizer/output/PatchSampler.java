package org.vlmvisualizer.output;

import java.awt.Rectangle;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.vlmvisualizer.core.Grid;

/**
 * Samples patch values on a rectangular raster of source coordinates. All kernels are separable, so
 * the patches and weights of each raster column and row are worked out once and used for all maps:
 * {@code value(x, y) = Σ_r wy_r Σ_c wx_c patch(r, c)}.
 */
final class PatchSampler {
  private final int width;
  private final int height;
  private final int columns;
  private final Taps columnTaps;
  private final Taps rowTaps;

  /**
   * A raster over the whole source picture.
   *
   * @param width raster columns over the source's width; sourceWidth gives source pixels
   * @param height raster rows over the source's height
   * @param upsampling any but {@link Upsampling#NONE}
   */
  PatchSampler(Grid grid, Upsampling upsampling, int width, int height) {
    this(grid, upsampling, new Rectangle(grid.sourceWidth(), grid.sourceHeight()), width, height);
  }

  /**
   * A raster over a part of the source picture.
   *
   * @param region the part, in source pixels
   * @param width raster columns over the region's width
   * @param height raster rows over the region's height
   * @param upsampling any but {@link Upsampling#NONE}
   */
  PatchSampler(Grid grid, Upsampling upsampling, Rectangle region, int width, int height) {
    this.width = width;
    this.height = height;
    columns = grid.columns();
    double stepX = (double) region.width / width;
    double stepY = (double) region.height / height;
    columnTaps =
        Taps.of(width, x -> grid.cellX(region.x + (x + 0.5) * stepX), grid.columns(), upsampling);
    rowTaps =
        Taps.of(height, y -> grid.cellY(region.y + (y + 0.5) * stepY), grid.rows(), upsampling);
  }

  /**
   * Fills a plane from one map. Pixels that the model never saw are 0. Where no patch is below 0,
   * neither is a pixel.
   *
   * @param patches [P]
   * @param plane [height, width], overwritten
   */
  void sample(float[] patches, float[] plane) {
    float[] row = new float[columns];
    float floor = floor(patches);
    for (int y = 0; y < height; y++) {
      if (y > 0 && rowTaps.repeats(y)) {
        System.arraycopy(plane, (y - 1) * width, plane, y * width, width);
        continue;
      }
      blendRow(patches, y, row);
      for (int x = 0; x < width; x++) {
        plane[y * width + x] = Math.max(floor, columnTaps.sum(row, x));
      }
    }
  }

  /** Below what values are cut, since kernels overshoot: 0, unless a map is signed. */
  static float floor(float[] patches) {
    for (float patch : patches) {
      if (patch < 0) {
        return Float.NEGATIVE_INFINITY;
      }
    }
    return 0;
  }

  private void blendRow(float[] patches, int y, float[] row) {
    for (int c = 0; c < columns; c++) {
      float sum = 0;
      for (int k = y * rowTaps.count; k < (y + 1) * rowTaps.count; k++) {
        sum += rowTaps.weight[k] * patches[rowTaps.index[k] * columns + c];
      }
      row[c] = sum;
    }
  }

  /**
   * Which cells make up each raster position, and with what weight.
   *
   * @param count cells per position
   * @param index [position, count]
   * @param weight [position, count]; all 0 off the grid, else they sum to 1
   */
  record Taps(int count, int[] index, float[] weight) {

    /** For positions that are still to be {@link #set}. */
    static Taps of(int positions, Upsampling upsampling) {
      int count =
          switch (upsampling) {
            case NEAREST -> 1;
            case BILINEAR -> 2;
            case BICUBIC -> 4;
            case NONE -> throw new IllegalArgumentException("Nothing to sample without upsampling");
          };
      return new Taps(count, new int[positions * count], new float[positions * count]);
    }

    static Taps of(int positions, DoubleUnaryOperator cell, int cells, Upsampling upsampling) {
      Taps taps = of(positions, upsampling);
      for (int i = 0; i < positions; i++) {
        double position = cell.applyAsDouble(i);
        if (position >= 0 && position < cells) {
          taps.set(i, position, cells);
        }
      }
      return taps;
    }

    /** Takes the cells around a position in cells, which is on the grid. */
    void set(int i, double position, int cells) {
      // A cell's value sits at its centre, half a cell after its edge.
      double centred = count == 1 ? Math.floor(position) : position - 0.5;
      int base = (int) Math.floor(centred);
      double[] weights = weights(centred - base);
      for (int k = 0; k < count; k++) {
        int cell = base + k - (count == 4 ? 1 : 0);
        index[i * count + k] = Math.max(0, Math.min(cells - 1, cell));
        weight[i * count + k] = (float) weights[k];
      }
    }

    /** The kernel at a fraction 0 to 1 of the way from one cell centre to the next. */
    private double[] weights(double f) {
      return switch (count) {
        case 1 -> new double[] {1};
        case 2 -> new double[] {1 - f, f};
        default ->
            new double[] {
              f * (-0.5 + f * (1 - 0.5 * f)),
              1 + f * f * (-2.5 + 1.5 * f),
              f * (0.5 + f * (2 - 1.5 * f)),
              f * f * (-0.5 + 0.5 * f)
            };
      };
    }

    /** Whether a position has the same cells and weights as the one before it. */
    boolean repeats(int i) {
      int from = i * count;
      int before = from - count;
      return Arrays.equals(index, before, from, index, from, from + count)
          && Arrays.equals(weight, before, from, weight, from, from + count);
    }

    float sum(float[] cells, int i) {
      float sum = 0;
      for (int k = i * count; k < (i + 1) * count; k++) {
        sum += weight[k] * cells[index[k]];
      }
      return sum;
    }
  }
}

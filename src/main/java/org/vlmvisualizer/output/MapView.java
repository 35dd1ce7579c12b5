package org.vlmvisualizer.output;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import net.imglib2.FinalInterval;
import net.imglib2.RandomAccessibleInterval;
import net.imglib2.RealLocalizable;
import net.imglib2.RealRandomAccessible;
import net.imglib2.img.array.ArrayImgs;
import net.imglib2.position.FunctionRealRandomAccessible;
import net.imglib2.type.numeric.real.FloatType;
import net.imglib2.view.Views;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.TokenMaps;

/**
 * Maps as ImgLib2 images that copy nothing: a value is interpolated between cells when it is asked
 * for. What {@link HeatmapStack} displays are these values. As everywhere in ImgLib2, pixel i is at
 * coordinate i, which is i + 1/2 in source coordinates.
 *
 * <pre>{@code
 * TokenMaps maps = AttentionResult.of(heatmaps).maps();
 * RandomAccessibleInterval<FloatType> pixels = MapView.pixels(maps, Upsampling.BILINEAR);
 * float value = pixels.getAt(120, 80, 3).get(); // column, row, token
 * }</pre>
 *
 * <p>Views may be read by any number of threads, each through an access of its own.
 */
public final class MapView {
  private MapView() {}

  /**
   * One map over the plane, 0 where the model saw nothing.
   *
   * @param token of the answer, from 0
   * @param upsampling any but {@link Upsampling#NONE}
   */
  public static RealRandomAccessible<FloatType> real(
      TokenMaps maps, int token, Upsampling upsampling) {
    Grid grid = maps.grid();
    float[] cells = maps.values(token);
    return new FunctionRealRandomAccessible<>(
        2, () -> new Interpolation(grid, cells, upsampling), FloatType::new);
  }

  /**
   * All maps: [source width, source height, T], or [columns, rows, T] without upsampling, which
   * then are the values themselves.
   */
  public static RandomAccessibleInterval<FloatType> pixels(TokenMaps maps, Upsampling upsampling) {
    List<RandomAccessibleInterval<FloatType>> planes =
        IntStream.range(0, maps.size()).mapToObj(t -> plane(maps, t, upsampling)).toList();
    return Views.stack(planes);
  }

  private static RandomAccessibleInterval<FloatType> plane(
      TokenMaps maps, int token, Upsampling upsampling) {
    Grid grid = maps.grid();
    if (upsampling == Upsampling.NONE) {
      return ArrayImgs.floats(maps.values(token), grid.columns(), grid.rows());
    }
    return Views.interval(
        Views.raster(real(maps, token, upsampling)),
        new FinalInterval(grid.sourceWidth(), grid.sourceHeight()));
  }

  /** The value at a place: as {@link PatchSampler}, for one place at a time. */
  private static final class Interpolation implements BiConsumer<RealLocalizable, FloatType> {
    private final Grid grid;
    private final float[] cells;
    private final PatchSampler.Taps column;
    private final PatchSampler.Taps row;
    private final float floor;

    Interpolation(Grid grid, float[] cells, Upsampling upsampling) {
      this.grid = grid;
      this.cells = cells;
      column = PatchSampler.Taps.of(1, upsampling);
      row = PatchSampler.Taps.of(1, upsampling);
      floor = PatchSampler.floor(cells);
    }

    @Override
    public void accept(RealLocalizable at, FloatType value) {
      double x = grid.cellX(at.getDoublePosition(0) + 0.5);
      double y = grid.cellY(at.getDoublePosition(1) + 0.5);
      boolean seen = x >= 0 && x < grid.columns() && y >= 0 && y < grid.rows();
      value.set(seen ? Math.max(floor, blend(x, y)) : 0);
    }

    private float blend(double x, double y) {
      column.set(0, x, grid.columns());
      row.set(0, y, grid.rows());
      float sum = 0;
      for (int c = 0; c < column.count(); c++) {
        float down = 0;
        for (int r = 0; r < row.count(); r++) {
          down += row.weight()[r] * cells[row.index()[r] * grid.columns() + column.index()[c]];
        }
        sum += column.weight()[c] * down;
      }
      return sum;
    }
  }
}

package org.vlmvisualizer.explorer;

import java.util.Arrays;
import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.output.MapLayer;

/**
 * The mean map of some tokens.
 *
 * @param tokens ascending, at least one
 * @param patches [P]
 * @param maximum the largest value in the picture
 * @param commonMaximum the largest value of any token's map in the picture
 */
record SelectedMap(int[] tokens, float[] patches, double maximum, double commonMaximum) {

  static SelectedMap of(TokenMaps maps, int[] tokens, double commonMaximum) {
    float[][] rows = Arrays.stream(tokens).mapToObj(maps::values).toArray(float[][]::new);
    return of(maps.grid(), tokens, rows, commonMaximum);
  }

  /**
   * @param rows [tokens, P]
   */
  static SelectedMap of(Grid grid, int[] tokens, float[][] rows, double commonMaximum) {
    float[] patches = mean(rows);
    return new SelectedMap(tokens, patches, MapLayer.maximum(grid, patches), commonMaximum);
  }

  /** The largest value of any map in the picture. */
  static double commonMaximum(TokenMaps maps) {
    return Arrays.stream(maps.map().values())
        .mapToDouble(map -> MapLayer.maximum(maps.grid(), map))
        .max()
        .orElse(0);
  }

  private static float[] mean(float[][] rows) {
    double[] sums = new double[rows[0].length];
    for (float[] row : rows) {
      for (int p = 0; p < sums.length; p++) {
        sums[p] += row[p];
      }
    }
    return AttributionMap.narrow(Arrays.stream(sums).map(sum -> sum / rows.length).toArray());
  }
}

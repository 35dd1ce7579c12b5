package org.vlmvisualizer.explorer;

import java.util.Arrays;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.Pooling;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.output.MapLayer;

/**
 * The map of some tokens: of several, their maps pooled.
 *
 * @param tokens ascending, at least one
 * @param patches [P]
 * @param maximum the largest value in the picture, signs left out
 * @param commonMaximum the largest value of any token's map in the picture, signs left out
 */
record SelectedMap(int[] tokens, float[] patches, double maximum, double commonMaximum) {

  static SelectedMap of(TokenMaps maps, int[] tokens, Pooling pooling, double commonMaximum) {
    float[][] rows = Arrays.stream(tokens).mapToObj(maps::values).toArray(float[][]::new);
    return of(maps.grid(), tokens, pooling.of(rows), commonMaximum);
  }

  static SelectedMap of(Grid grid, int[] tokens, float[] patches, double commonMaximum) {
    return new SelectedMap(tokens, patches, MapLayer.maximum(grid, patches), commonMaximum);
  }

  /** The largest value of any map in the picture. */
  static double commonMaximum(TokenMaps maps) {
    return Arrays.stream(maps.map().values())
        .mapToDouble(map -> MapLayer.maximum(maps.grid(), map))
        .max()
        .orElse(0);
  }
}

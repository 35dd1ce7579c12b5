package org.vlmvisualizer.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.MapStability;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.TokenMaps;

/**
 * Whether maps stay on what they show when the pictures are moved a little: {@link MapStability}.
 * The same answer is forced on pictures shifted by half a cell, to the right and downwards, and on
 * mirrored ones; three passes for all tokens. What a shift uncovers has the picture's median
 * colour.
 *
 * <p>Maps are compared on cells of half the size, so that half a cell is a whole one.
 */
final class StabilityCheck {
  private final List<TokenMaps> maps;
  private final List<TokenMaps> right;
  private final List<TokenMaps> down;
  private final List<TokenMaps> mirrored;

  /**
   * @param maps [F] of the answer
   * @param mapOf which of them shows a picture
   * @param again makes the maps of the same answer about other pictures
   */
  StabilityCheck(
      List<RgbPicture> pictures,
      List<TokenMaps> maps,
      IntUnaryOperator mapOf,
      Function<List<RgbPicture>, List<TokenMaps>> again) {
    this.maps = maps;
    IntFunction<Grid> grids = picture -> maps.get(mapOf.applyAsInt(picture)).grid();
    right = again.apply(moved(pictures, grids, (p, grid) -> shifted(p, grid.cellWidth(), 0)));
    down = again.apply(moved(pictures, grids, (p, grid) -> shifted(p, 0, grid.cellHeight())));
    mirrored = again.apply(moved(pictures, grids, (p, grid) -> p.mirrored()));
  }

  private interface Move {
    RgbPicture of(RgbPicture picture, Grid grid);
  }

  private static List<RgbPicture> moved(
      List<RgbPicture> pictures, IntFunction<Grid> grids, Move move) {
    List<RgbPicture> moved = new ArrayList<>();
    for (int i = 0; i < pictures.size(); i++) {
      moved.add(move.of(pictures.get(i), grids.apply(i)));
    }
    return moved;
  }

  private static RgbPicture shifted(RgbPicture picture, double cellWidth, double cellHeight) {
    return picture.shifted(
        (int) Math.round(cellWidth / 2), (int) Math.round(cellHeight / 2), picture.median());
  }

  /** Of one token. */
  MapStability of(int token) {
    double toRight = correlation(right, token, (x, y, columns) -> new int[] {x + 1, y});
    double downwards = correlation(down, token, (x, y, columns) -> new int[] {x, y + 1});
    double mirror = correlation(mirrored, token, (x, y, columns) -> new int[] {columns - 1 - x, y});
    return new MapStability((toRight + downwards) / 2, mirror);
  }

  /** Where what lay on a half cell lies now. */
  private interface Place {
    int[] of(int x, int y, int columns);
  }

  private double correlation(List<TokenMaps> others, int token, Place place) {
    List<double[]> pairs = new ArrayList<>();
    for (int f = 0; f < maps.size(); f++) {
      Grid grid = maps.get(f).grid();
      int columns = 2 * grid.columns();
      int rows = 2 * grid.rows();
      for (int y = 0; y < rows; y++) {
        for (int x = 0; x < columns; x++) {
          int[] now = place.of(x, y, columns);
          if (now[0] < columns && now[1] < rows) {
            pairs.add(
                new double[] {
                  half(maps.get(f), token, x, y), half(others.get(f), token, now[0], now[1])
                });
          }
        }
      }
    }
    return pearson(pairs);
  }

  private static double half(TokenMaps maps, int token, int x, int y) {
    return maps.values(token)[y / 2 * maps.grid().columns() + x / 2];
  }

  /** Pearson's r; NaN where one of both is the same everywhere. */
  static double pearson(List<double[]> pairs) {
    double meanA = pairs.stream().mapToDouble(p -> p[0]).average().orElse(0);
    double meanB = pairs.stream().mapToDouble(p -> p[1]).average().orElse(0);
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (double[] pair : pairs) {
      ab += (pair[0] - meanA) * (pair[1] - meanB);
      aa += (pair[0] - meanA) * (pair[0] - meanA);
      bb += (pair[1] - meanB) * (pair[1] - meanB);
    }
    return ab / Math.sqrt(aa * bb);
  }
}

package org.vlmvisualizer.attribution;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.vlmvisualizer.core.AnswerProbe;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.MapCheck;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.TokenMaps;

/**
 * Asks whether a token needs what its map is highest on: of the cells that hold a pixel, of all
 * pictures together, the tenth with the highest values. The rest, or these, are filled with each
 * picture's own median colour. Two passes over everything.
 */
public final class Faithfulness {
  private static final int SHARE = 10;

  private Faithfulness() {}

  /**
   * Checks one token's map.
   *
   * @param maps [F] the answer's maps of each picture
   * @param t number of the token, from 0
   */
  public static MapCheck of(List<TokenMaps> maps, int t, AnswerProbe probe) {
    List<RgbPicture> pictures = probe.pictures();
    return new MapCheck(
        Math.exp(probe.logProbabilities(filled(pictures, maps, probe::map, t, true))[t]),
        Math.exp(probe.logProbabilities(filled(pictures, maps, probe::map, t, false))[t]));
  }

  /**
   * The pictures with nothing but the highest tenth of a token's map.
   *
   * @param maps of each picture
   */
  public static List<RgbPicture> only(List<RgbPicture> pictures, List<TokenMaps> maps, int t) {
    return filled(pictures, maps, picture -> picture, t, true);
  }

  /** The pictures without it. */
  public static List<RgbPicture> without(List<RgbPicture> pictures, List<TokenMaps> maps, int t) {
    return filled(pictures, maps, picture -> picture, t, false);
  }

  private static List<RgbPicture> filled(
      List<RgbPicture> pictures,
      List<TokenMaps> maps,
      IntUnaryOperator mapOf,
      int t,
      boolean keepsTop) {
    List<Cell> top = top(maps, t);
    List<RgbPicture> filled = new ArrayList<>();
    for (int i = 0; i < pictures.size(); i++) {
      int own = mapOf.applyAsInt(i);
      int[] cells =
          top.stream().filter(c -> c.frame == own).mapToInt(c -> c.index).sorted().toArray();
      boolean[] pixels = maps.get(own).grid().pixels(cells);
      for (int p = 0; p < pixels.length; p++) {
        pixels[p] ^= keepsTop;
      }
      RgbPicture picture = pictures.get(i);
      filled.add(picture.filled(pixels, picture.median()));
    }
    return filled;
  }

  /**
   * @param frame of which picture
   */
  private record Cell(int frame, int index, float value) {}

  /** The highest tenth of all cells that hold a pixel, of all pictures together. */
  private static List<Cell> top(List<TokenMaps> maps, int t) {
    List<Cell> cells = new ArrayList<>();
    for (int frame = 0; frame < maps.size(); frame++) {
      Grid grid = maps.get(frame).grid();
      float[] values = maps.get(frame).values(t);
      for (int i = 0; i < values.length; i++) {
        if (grid.hasPixel(i)) {
          cells.add(new Cell(frame, i, values[i]));
        }
      }
    }
    cells.sort(Comparator.comparingDouble(cell -> -cell.value)); // stable: the first of equals
    return cells.subList(0, (cells.size() + SHARE - 1) / SHARE);
  }
}

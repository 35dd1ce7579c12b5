package org.vlmvisualizer.image;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.RgbPicture;

/**
 * How LLaVA-NeXT's "anyres" brings a picture onto tiles: resized with its aspect kept to fit into
 * one of several resolutions, centred on black, an odd pixel of black at the right or bottom, and
 * cut into square tiles. The tiles' patches are joined to one grid, of which the rows or columns
 * that show black are dropped.
 *
 * <p>Sources, transformers 4.57.6: {@code select_best_resolution}, {@code get_patch_output_size} in
 * image_processing_utils.py; {@code _get_padding_size} in image_processing_llava_next.py; {@code
 * unpad_image} in modeling_llava_next.py. Pictures that are resized to 1 or 3 rows, which these
 * take for colour channels, are treated like all others here.
 *
 * <p>LLaVA 1.2 does the same but in one place: its {@code unpad_image} of model/llava_arch.py cuts
 * a length in patches to a whole number that transformers rounds to 7 decimals before. Of 376 x 799
 * pixels, it keeps 50 rows instead of 52.
 *
 * @param sourceWidth of the picture in pixels
 * @param sourceHeight of the picture in pixels
 * @param best the resolution, in pixels of the network's input
 * @param side of a tile in pixels of the network's input
 * @param patches in a row of a tile
 * @param rounds whether as transformers, else as LLaVA 1.2
 */
record AnyResolution(
    int sourceWidth, int sourceHeight, Resolution best, int side, int patches, boolean rounds) {
  private static final int DECIMALS = 7;

  /** The resolution that keeps most of the picture's pixels, then wastes fewest of its own. */
  static AnyResolution of(
      RgbPicture picture, List<Resolution> resolutions, int side, int patches, boolean rounds) {
    int width = picture.width();
    int height = picture.height();
    Resolution best = null;
    long mostEffective = 0;
    long leastWasted = Long.MAX_VALUE;
    for (Resolution r : resolutions) {
      double scale = Math.min((double) r.width() / width, (double) r.height() / height);
      long scaled = (long) (width * scale) * (long) (height * scale);
      long effective = Math.min(scaled, (long) width * height);
      long wasted = (long) r.width() * r.height() - effective;
      if (effective > mostEffective || effective == mostEffective && wasted < leastWasted) {
        mostEffective = effective;
        leastWasted = wasted;
        best = r;
      }
    }
    return new AnyResolution(width, height, best, side, patches, rounds);
  }

  /** Tiles in a row. */
  int tileColumns() {
    return best.width() / side;
  }

  int tileRows() {
    return best.height() / side;
  }

  /** Width of the picture on the tiles, in pixels of the network's input. */
  int resizedWidth() {
    double scale = (double) best.height() / sourceHeight;
    return isWider() ? best.width() : Math.min((int) Math.ceil(sourceWidth * scale), best.width());
  }

  int resizedHeight() {
    double scale = (double) best.width() / sourceWidth;
    return isWider()
        ? Math.min((int) Math.ceil(sourceHeight * scale), best.height())
        : best.height();
  }

  private boolean isWider() {
    return (double) best.width() / sourceWidth < (double) best.height() / sourceHeight;
  }

  /** Black to the left of the picture, in pixels of the network's input. */
  int paddingLeft() {
    return (best.width() - resizedWidth()) / 2;
  }

  int paddingTop() {
    return (best.height() - resizedHeight()) / 2;
  }

  /**
   * The joined patches that are kept. The picture may reach half a patch beyond them, and a patch
   * of them beyond the picture. In a picture that is a thread none may be left in one direction.
   *
   * @param firstColumn of the joined grid that is kept
   * @param columns how many are kept, may be 0
   */
  record Kept(int firstColumn, int firstRow, int columns, int rows) {}

  Kept kept() {
    int columns = tileColumns() * patches;
    int rows = tileRows() * patches;
    if ((double) sourceWidth / sourceHeight > (double) columns / rows) {
      int left = whole(sourceHeight * ((double) columns / sourceWidth));
      int drop = Math.floorDiv(rows - left, 2);
      return new Kept(0, drop, columns, rows - 2 * drop);
    }
    int left = whole(sourceWidth * ((double) rows / sourceHeight));
    int drop = Math.floorDiv(columns - left, 2);
    return new Kept(drop, 0, columns - 2 * drop, rows);
  }

  /** Python's {@code int(round(value, 7))}, or {@code int(value)}. */
  private int whole(double value) {
    return !rounds
        ? (int) value
        : new BigDecimal(value).setScale(DECIMALS, RoundingMode.HALF_EVEN).intValue();
  }

  /**
   * The kept patches as cells of the source picture. A tile's patches count as filling it: where
   * its side is no multiple of a patch's, as 384 of 14, each is up to half a patch off its place.
   */
  Grid grid() {
    Kept kept = kept();
    double patch = (double) side / patches;
    double pixelWidth = (double) sourceWidth / resizedWidth();
    double pixelHeight = (double) sourceHeight / resizedHeight();
    return new Grid(
        sourceWidth,
        sourceHeight,
        kept.columns(),
        kept.rows(),
        (kept.firstColumn() * patch - paddingLeft()) * pixelWidth,
        (kept.firstRow() * patch - paddingTop()) * pixelHeight,
        patch * pixelWidth,
        patch * pixelHeight,
        (int) Math.rint(patch));
  }

  /**
   * The number of a joined patch among the patches of all tiles, tile by tile.
   *
   * @param column in the joined grid
   * @param row in the joined grid
   */
  int patch(int column, int row) {
    int tile = row / patches * tileColumns() + column / patches;
    return (tile * patches + row % patches) * patches + column % patches;
  }
}

package org.vlmvisualizer.image;

import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.View;

/**
 * InternVL3. A picture is squashed onto that arrangement of tiles whose aspect is nearest to its
 * own, and cut row by row; behind several tiles comes the overview, squashed to one. Blocks of k ×
 * k patches are joined to a token ("pixel shuffle"), and all of a picture's tokens are one run. Of
 * a video, each frame is one tile with its number before it.
 *
 * <p>Sources, transformers 4.57.6: {@code GotOcr2ImageProcessor} (the slow one), {@code
 * InternVLVideoProcessor}, processing_internvl.py, which cuts tiles whatever the image processor's
 * settings say, and {@code pixel_shuffle} in modeling_internvl.py.
 *
 * @param size S, side of a tile in pixels
 * @param patchSize side of a patch in pixels; S is a multiple of {@code scaleFactor} of them
 * @param scaleFactor k
 * @param leastTiles of a picture that is cut
 * @param mostTiles of a picture, the overview not counted; 1 for one crop of the whole picture
 * @param frames for one frame of a video
 */
public record InternVlProcessor(
    int size,
    int patchSize,
    Normalization normalization,
    int scaleFactor,
    int leastTiles,
    int mostTiles,
    SingleView frames)
    implements PictureProcessor {
  /** The text of an image token. */
  public static final String CONTEXT = "<IMG_CONTEXT>";

  /** Before a picture's tokens. */
  public static final String START = "<img>";

  /** Behind them. */
  public static final String END = "</img>";

  @Override
  public long mostTokens() {
    long crops = mostTiles == 1 ? 1 : mostTiles + 1;
    return 2 + crops * side() * side();
  }

  /** Tokens in a row of a crop. */
  private int side() {
    return size / patchSize / scaleFactor;
  }

  @Override
  public InputBuilder lay(List<RgbPicture> pictures) {
    InputBuilder input = new InputBuilder(size, patchSize, CONTEXT);
    for (int i = 0; i < pictures.size(); i++) {
      RgbPicture picture = pictures.get(i);
      Arrangement tiles = arrangement(picture.width(), picture.height());
      input.nextPicture();
      if (tiles.count() > 1) {
        addTiles(input, i, picture, tiles);
      }
      Grid whole = Grid.stretched(picture.width(), picture.height(), side(), side(), size / side());
      String name = tiles.count() > 1 ? View.OVERVIEW : View.PICTURE;
      int view = input.view(new View(i, name, whole));
      int first = input.crop(() -> normalization.values(resized(picture, size, size)));
      input.blocks(view, first, scaleFactor, 0, 0);
    }
    return input.surround(START, END);
  }

  private void addTiles(InputBuilder input, int number, RgbPicture picture, Arrangement tiles) {
    int across = tiles.columns() * side();
    int down = tiles.rows() * side();
    Grid grid = Grid.stretched(picture.width(), picture.height(), across, down, size / side());
    int view = input.view(new View(number, View.TILES, grid));
    Supplier<RgbPicture> resized =
        Once.of(() -> resized(picture, tiles.columns() * size, tiles.rows() * size));
    for (int row = 0; row < tiles.rows(); row++) {
      for (int column = 0; column < tiles.columns(); column++) {
        int left = column * size;
        int top = row * size;
        int first = input.crop(() -> normalization.values(resized.get(), left, top, size));
        input.blocks(view, first, scaleFactor, column * side(), row * side());
      }
    }
  }

  private static RgbPicture resized(RgbPicture picture, int width, int height) {
    return Resize.resize(picture, Resampling.BICUBIC, width, height);
  }

  /** Tiles of a picture, in rows and columns. */
  record Arrangement(int columns, int rows) {
    int count() {
      return columns * rows;
    }

    double aspect() {
      return (double) columns / rows;
    }
  }

  /**
   * {@code get_optimal_tiled_canvas}: the nearest aspect; of equally near ones the larger, as long
   * as the picture has more than half of its pixels.
   */
  Arrangement arrangement(int width, int height) {
    double aspect = (double) width / height;
    Arrangement best = new Arrangement(1, 1);
    double nearest = Double.POSITIVE_INFINITY;
    for (Arrangement tiles : arrangements()) {
      double distance = Math.abs(aspect - tiles.aspect());
      double half = 0.5 * size * size * tiles.count();
      if (distance < nearest || distance == nearest && (double) width * height > half) {
        nearest = distance;
        best = tiles;
      }
    }
    return best;
  }

  /** Fewest tiles first; of as many, the narrower first. */
  private List<Arrangement> arrangements() {
    return IntStream.rangeClosed(1, mostTiles)
        .boxed()
        .flatMap(columns -> ofColumns(columns))
        .filter(tiles -> tiles.count() >= leastTiles && tiles.count() <= mostTiles)
        .sorted(Comparator.comparingInt(Arrangement::count))
        .toList();
  }

  private Stream<Arrangement> ofColumns(int columns) {
    return IntStream.rangeClosed(1, mostTiles).mapToObj(rows -> new Arrangement(columns, rows));
  }

  @Override
  public boolean takesVideos() {
    return true;
  }

  @Override
  public InputBuilder layVideo(List<RgbPicture> pictures) {
    InputBuilder input = new InputBuilder(size, patchSize, CONTEXT);
    input.nextPicture();
    for (int i = 0; i < pictures.size(); i++) {
      RgbPicture picture = pictures.get(i);
      input.marker((i == 0 ? "" : "\n") + "Frame" + (i + 1) + ": " + START);
      Grid grid = frames.grid(picture).divided(side(), side());
      int view = input.view(new View(0, i, 1, View.FRAME, grid));
      input.blocks(view, input.crop(() -> frames.values(picture)), scaleFactor, 0, 0);
      input.marker(END);
    }
    return input;
  }
}

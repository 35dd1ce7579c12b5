package org.vlmvisualizer.image;

import java.util.List;
import java.util.function.Supplier;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.View;

/**
 * Phi-3-V: tiles of a picture on a white canvas, then an overview of the canvas. Blocks of 2 × 2
 * patches are joined to a token, the tiles' to one grid; a separator ends each row, and another one
 * stands between tiles and overview.
 *
 * <p>Sources: image_processing_phi3_v.py of Phi-3-vision-128k-instruct, and {@code
 * hd_feature_transform} in its image_embedding_phi3_v.py, both as in vLLM's phi3v.py.
 *
 * @param size S, side of a tile in pixels
 * @param patchSize side of a patch in pixels; S is a multiple of two of them
 * @param mostTiles of a picture, the overview not counted
 */
public record Phi3VProcessor(int size, int patchSize, Normalization normalization, int mostTiles)
    implements PictureProcessor {
  /** Patches in a row of a token. */
  public static final int BLOCK = 2;

  private static final int WHITE = 255;

  @Override
  public long mostTokens() {
    long tiles = mostTiles + 1L;
    return tiles * side() * side() + tiles * side() + 1;
  }

  /** Tokens in a row of a tile. */
  private int side() {
    return size / patchSize / BLOCK;
  }

  @Override
  public InputBuilder lay(List<RgbPicture> pictures) {
    InputBuilder input = new InputBuilder(size, patchSize, IMAGE);
    for (int i = 0; i < pictures.size(); i++) {
      RgbPicture picture = pictures.get(i);
      TiledCanvas canvas = TiledCanvas.of(picture.width(), picture.height(), size, mostTiles);
      requireThickness(canvas);
      input.nextPicture();
      add(input, i, picture, canvas);
    }
    return input;
  }

  private void add(InputBuilder input, int number, RgbPicture picture, TiledCanvas canvas) {
    Supplier<RgbPicture> resized = Once.of(() -> resized(picture, canvas));
    int overview = input.crop(() -> overview(resized.get(), canvas));
    int across = canvas.columns() * side();
    int down = canvas.rows() * side();
    int pixels = BLOCK * patchSize;
    int tiles = input.view(new View(number, View.TILES, canvas.grid(across, down, pixels)));
    int first = crops(input, resized, canvas);
    for (int cell = 0; cell < across * down; cell++) {
      int column = cell % across;
      int row = cell / across;
      int tile = row / side() * canvas.columns() + column / side();
      int patch = first + tile * input.patchesPerSide() * input.patchesPerSide();
      token(input, tiles, cell, patch, column % side(), row % side());
      if (column == across - 1) {
        input.newline();
      }
    }
    input.newline();
    int whole = input.view(new View(number, View.OVERVIEW, canvas.grid(side(), side(), pixels)));
    for (int cell = 0; cell < side() * side(); cell++) {
      token(input, whole, cell, overview, cell % side(), cell / side());
      if (cell % side() == side() - 1) {
        input.newline();
      }
    }
  }

  private static void token(
      InputBuilder input, int view, int cell, int firstPatch, int column, int row) {
    input.mean(view, cell, Blocks.of(firstPatch, input.patchesPerSide(), column, row, BLOCK));
  }

  /**
   * The tiles, row by row.
   *
   * @return the number of their first patch
   */
  private int crops(InputBuilder input, Supplier<RgbPicture> resized, TiledCanvas canvas) {
    int first = -1;
    for (int row = 0; row < canvas.rows(); row++) {
      for (int column = 0; column < canvas.columns(); column++) {
        int left = column * size - canvas.left();
        int top = row * size - canvas.top();
        int patch =
            input.crop(() -> normalization.values(resized.get(), left, top, size, size, WHITE));
        first = first < 0 ? patch : first;
      }
    }
    return first;
  }

  private static RgbPicture resized(RgbPicture picture, TiledCanvas canvas) {
    return canvas.isUpright()
        ? Resize.transposed(picture, Resampling.BILINEAR, canvas.width(), canvas.height())
        : Resize.resize(picture, Resampling.BILINEAR, canvas.width(), canvas.height());
  }

  /** Of the canvas as it is normalised, without rounding to colours. */
  private float[] overview(RgbPicture resized, TiledCanvas canvas) {
    int width = canvas.canvasWidth();
    int height = canvas.canvasHeight();
    float[] values =
        normalization.values(resized, -canvas.left(), -canvas.top(), width, height, WHITE);
    return BicubicSampling.resize(values, 3, width, height, size);
  }

  private static void requireThickness(TiledCanvas canvas) {
    if (Math.min(canvas.width(), canvas.height()) < 1) {
      int most = Math.max(canvas.width(), canvas.height());
      throw new InputException(
          "Expected a picture whose longer side is at most %d times its shorter, found %d x %d pixels; select a part of it."
              .formatted(most, canvas.sourceWidth(), canvas.sourceHeight()));
    }
  }
}

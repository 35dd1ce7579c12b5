package org.vlmvisualizer.image;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.View;

/**
 * Idefics3, SmolVLM and SmolVLM2. A picture is resized so that its longer side is of a certain
 * length, then so that both sides are multiples of a tile's, and cut into tiles row by row; the
 * overview, which is that squashed to one tile, comes last. Each resize rounds to 8 bits. Blocks of
 * k × k patches are joined to a token ("pixel shuffle"). Between tiles the prompt has markers.
 *
 * <p>Sources, transformers 4.57.6: {@code Idefics3ImageProcessor} and {@code SmolVLMImageProcessor}
 * (the slow ones, alike), {@code get_image_prompt_string} in processing_idefics3.py, {@code
 * pixel_shuffle} in modeling_idefics3.py. Pictures of 1, 3 or 4 rows, which these take for colour
 * channels, are treated like all others here.
 *
 * @param size S, side of a tile in pixels: max_image_size
 * @param patchSize side of a patch in pixels; S is a multiple of {@code scaleFactor} of them
 * @param longestEdge of the picture after the first resize
 * @param scaleFactor k
 * @param tiled do_image_splitting: false for one crop of the whole picture
 */
public record Idefics3Processor(
    int size,
    int patchSize,
    Normalization normalization,
    Resampling resampling,
    int longestEdge,
    int scaleFactor,
    boolean tiled)
    implements PictureProcessor {
  private static final String AROUND = "<fake_token_around_image>";
  private static final String GLOBAL = "<global-img>";

  /** What a picture's text is made of, by the names of tokenizer_config.json. */
  public static final Map<String, String> TOKENS =
      Map.of("image_token", IMAGE, "fake_image_token", AROUND, "global_image_token", GLOBAL);

  /** Tokens around those of a crop: two before them, a line break or an end behind them. */
  private static final int MARKERS = 3;

  /** MAX_IMAGE_SIZE: no side is resized to more. */
  static final int MAX_SIDE = 4096;

  @Override
  public long mostTokens() {
    long columns = tiled ? multiple(Math.min(longestEdge, MAX_SIDE)) / size : 1;
    long crops = columns == 1 ? 1 : columns * columns + 1;
    long tokens = (long) tokensPerSide() * tokensPerSide();
    return crops * (tokens + MARKERS);
  }

  @Override
  public InputBuilder lay(List<RgbPicture> pictures) {
    InputBuilder input = new InputBuilder(size, patchSize, IMAGE);
    for (int i = 0; i < pictures.size(); i++) {
      input.nextPicture();
      add(input, i, pictures.get(i));
    }
    return input;
  }

  private void add(InputBuilder input, int number, RgbPicture picture) {
    Resolution first = longestEdge(picture.width(), picture.height());
    Resolution second = tiled ? multiples(first) : new Resolution(size, size);
    int columns = second.width() / size;
    int rows = second.height() / size;
    Supplier<RgbPicture> resized = Once.of(() -> resize(resize(picture, first), second));
    boolean whole = columns == 1 && rows == 1;
    if (!whole) {
      addTiles(input, number, picture, resized, columns, rows);
      input.marker("\n");
    }
    Grid grid = Grid.squashed(picture.width(), picture.height(), size, patchSize);
    int side = tokensPerSide();
    int view =
        input.view(
            new View(number, whole ? View.PICTURE : View.OVERVIEW, grid.divided(side, side)));
    input.marker(AROUND + GLOBAL);
    int patches =
        input.crop(() -> normalization.values(resize(resized.get(), new Resolution(size, size))));
    input.blocks(view, patches, scaleFactor, 0, 0);
    input.marker(AROUND);
  }

  private void addTiles(
      InputBuilder input,
      int number,
      RgbPicture picture,
      Supplier<RgbPicture> resized,
      int columns,
      int rows) {
    int side = tokensPerSide();
    // A tile's tokens count as filling it: where its side is no multiple of a patch's, as 384 of
    // 14, each is up to half a patch off its place.
    int across = columns * side;
    int down = rows * side;
    Grid grid = Grid.stretched(picture.width(), picture.height(), across, down, size / side);
    int view = input.view(new View(number, View.TILES, grid));
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        int left = column * size;
        int top = row * size;
        int patches = input.crop(() -> normalization.values(resized.get(), left, top, size));
        input.marker(AROUND + "<row_%d_col_%d>".formatted(row + 1, column + 1));
        input.blocks(view, patches, scaleFactor, column * side, row * side);
      }
      input.marker("\n");
    }
  }

  private int tokensPerSide() {
    return size / patchSize / scaleFactor;
  }

  private RgbPicture resize(RgbPicture picture, Resolution to) {
    return Resize.resize(picture, resampling, to.width(), to.height());
  }

  /** {@code get_resize_output_image_size}: an odd shorter side is made even. */
  private Resolution longestEdge(int sourceWidth, int sourceHeight) {
    double aspect = (double) sourceWidth / sourceHeight;
    int width = longestEdge;
    int height = longestEdge;
    if (sourceWidth >= sourceHeight) {
      height = even((int) (width / aspect));
    } else {
      width = even((int) (height * aspect));
    }
    return belowMaxSide(Math.max(width, 1), Math.max(height, 1));
  }

  private static int even(int length) {
    return length + length % 2;
  }

  private static Resolution belowMaxSide(int width, int height) {
    double aspect = (double) width / height;
    if (width >= height && width > MAX_SIDE) {
      return new Resolution(MAX_SIDE, Math.max(1, (int) (MAX_SIDE / aspect)));
    } else if (height > width && height > MAX_SIDE) {
      return new Resolution(Math.max(1, (int) (MAX_SIDE * aspect)), MAX_SIDE);
    }
    return new Resolution(width, height);
  }

  /** {@code resize_for_vision_encoder}: up to whole tiles, the shorter side by the longer one. */
  private Resolution multiples(Resolution of) {
    double aspect = (double) of.width() / of.height();
    if (of.width() >= of.height()) {
      int width = multiple(of.width());
      return new Resolution(width, multiple((int) (width / aspect)));
    }
    int height = multiple(of.height());
    return new Resolution(multiple((int) (height * aspect)), height);
  }

  private int multiple(int length) {
    return (length + size - 1) / size * size;
  }
}

package org.vlmvisualizer.image;

import java.util.List;
import java.util.function.Supplier;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.View;

/**
 * The crops of LLaVA-NeXT's "anyres": the overview, which is the picture squashed to one tile, and
 * behind it the tiles row by row.
 *
 * <p>Source: {@code get_image_patches} in image_processing_llava_next.py of transformers 4.57.6.
 *
 * @param size S, side of a tile in pixels
 * @param patchSize side of a patch in pixels
 * @param resolutions image_grid_pinpoints, multiples of S
 * @param rounds whether patches are kept as by transformers, else as by LLaVA 1.2
 */
public record AnyResolutionTiles(
    int size,
    int patchSize,
    Normalization normalization,
    Resampling resampling,
    List<Resolution> resolutions,
    boolean rounds) {

  /**
   * Tokens of one picture at most: the overview, the joined patches, a newline for each row.
   *
   * @param patches as many joined patches stay as they are
   */
  long mostTokens(long patches) {
    long side = size / patchSize;
    return side * side
        + resolutions.stream()
            .mapToLong(
                r -> {
                  long rows = r.height() / size * side;
                  return Math.min(r.width() / size * side * rows, patches) + rows;
                })
            .max()
            .orElse(0);
  }

  /** The overview, each patch a token. */
  void overview(InputBuilder input, int number, String name, RgbPicture picture) {
    Grid grid = Grid.squashed(picture.width(), picture.height(), size, patchSize);
    input.wholeCrop(new View(number, name, grid), () -> squashed(picture));
  }

  /** The values of a picture resized to one tile, whatever its aspect. */
  float[] squashed(RgbPicture picture) {
    return normalization.values(Resize.resize(picture, resampling, size, size));
  }

  AnyResolution choose(RgbPicture picture) {
    return AnyResolution.of(picture, resolutions, size, size / patchSize, rounds);
  }

  /**
   * The tiles of a picture, in one resize.
   *
   * @return the number of the tiles' first patch
   */
  int tiles(InputBuilder input, RgbPicture picture, AnyResolution place) {
    Supplier<RgbPicture> resized =
        Once.of(
            () -> Resize.resize(picture, resampling, place.resizedWidth(), place.resizedHeight()));
    int first = -1;
    for (int row = 0; row < place.tileRows(); row++) {
      for (int column = 0; column < place.tileColumns(); column++) {
        int left = column * size - place.paddingLeft();
        int top = row * size - place.paddingTop();
        int patch = input.crop(() -> normalization.values(resized.get(), left, top, size));
        first = first < 0 ? patch : first;
      }
    }
    return first;
  }
}

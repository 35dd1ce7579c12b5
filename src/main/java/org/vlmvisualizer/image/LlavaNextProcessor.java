package org.vlmvisualizer.image;

import java.util.List;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.View;

/**
 * LLaVA-NeXT (1.6): an overview, then the joined patches of the tiles that show the picture, row by
 * row, each row with a newline at its end.
 *
 * <p>Sources, transformers 4.57.6: {@code LlavaNextImageProcessor} (the slow one), {@code
 * _get_number_of_features} in processing_llava_next.py, {@code pack_image_features} in
 * modeling_llava_next.py.
 */
public final class LlavaNextProcessor implements PictureProcessor {
  private final AnyResolutionTiles tiles;

  private LlavaNextProcessor(AnyResolutionTiles tiles) {
    this.tiles = tiles;
  }

  /**
   * @param size S, side of a tile in pixels
   * @param patchSize side of a patch in pixels
   * @param resolutions image_grid_pinpoints, multiples of S
   */
  public LlavaNextProcessor(
      int size,
      int patchSize,
      Normalization normalization,
      Resampling resampling,
      List<Resolution> resolutions) {
    this(new AnyResolutionTiles(size, patchSize, normalization, resampling, resolutions, true));
  }

  /**
   * As LLaVA 1.2 has it, which resizes bicubically whatever the image processor says, and unpads
   * without rounding.
   *
   * <p>Source: {@code process_anyres_image} in mm_utils.py, {@code unpad_image} in
   * model/llava_arch.py.
   *
   * @param resolutions image_grid_pinpoints, multiples of S
   */
  public static LlavaNextProcessor original(
      int size, int patchSize, Normalization normalization, List<Resolution> resolutions) {
    return new LlavaNextProcessor(
        new AnyResolutionTiles(
            size, patchSize, normalization, Resampling.BICUBIC, resolutions, false));
  }

  @Override
  public ModelInput process(List<RgbPicture> pictures, Progress progress) {
    return lay(pictures).build(progress);
  }

  @Override
  public long mostTokens() {
    return tiles.mostTokens(Long.MAX_VALUE);
  }

  InputBuilder lay(List<RgbPicture> pictures) {
    InputBuilder input = new InputBuilder(tiles.size(), tiles.patchSize(), IMAGE);
    for (int i = 0; i < pictures.size(); i++) {
      input.nextPicture();
      tiles.overview(input, i, View.OVERVIEW, pictures.get(i));
      addTiles(input, i, pictures.get(i));
    }
    return input;
  }

  private void addTiles(InputBuilder input, int number, RgbPicture picture) {
    AnyResolution place = tiles.choose(picture);
    AnyResolution.Kept kept = place.kept();
    int first = tiles.tiles(input, picture, place);
    boolean seen = kept.columns() > 0 && kept.rows() > 0;
    int view = seen ? input.view(new View(number, View.TILES, place.grid())) : -1;
    for (int row = 0; row < kept.rows(); row++) {
      for (int column = 0; column < kept.columns(); column++) {
        int patch = place.patch(kept.firstColumn() + column, kept.firstRow() + row);
        input.token(view, row * kept.columns() + column, first + patch);
      }
      input.newline();
    }
  }
}

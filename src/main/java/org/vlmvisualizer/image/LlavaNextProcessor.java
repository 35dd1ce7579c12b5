package org.vlmvisualizer.image;

import java.util.List;
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
public record LlavaNextProcessor(AnyResolutionTiles tiles) implements PictureProcessor {

  @Override
  public long mostTokens() {
    return tiles.mostTokens(Long.MAX_VALUE);
  }

  @Override
  public Normalization normalization() {
    return tiles.normalization();
  }

  @Override
  public InputBuilder lay(List<RgbPicture> pictures) {
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

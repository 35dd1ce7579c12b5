package org.vlmvisualizer.image;

import java.util.List;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.View;

/**
 * The first Qwen-VL. Each picture is squashed to a square, and learned queries become its image
 * tokens, which lie in no cell: where they looked is known once the network has seen the picture
 * ({@link org.vlmvisualizer.core.Gathered}). A view's cells are the patches.
 *
 * <p>The authors' tokenizer writes the bytes of a picture's path between {@code <img>} and {@code
 * </img>}, padded by {@code <imgpad>}; the model then puts features in the place of all of them. So
 * here all of them are {@code <imgpad>}, and the decoder is given the same.
 *
 * <p>Source: visual.py ({@code image_transform}), tokenization_qwen.py ({@code from_list_format},
 * {@code _encode_imgurl}) and modeling_qwen.py of Qwen/Qwen-VL-Chat.
 *
 * @param size S, side of a crop in pixels
 * @param patchSize side of a patch in pixels
 * @param queries image tokens of a picture
 */
public record ResampledPictures(int size, int patchSize, Normalization normalization, int queries)
    implements PictureProcessor {
  /** The text of an image token. */
  public static final String PAD = "<imgpad>";

  private static final int MARKERS = 16;

  @Override
  public long mostTokens() {
    return queries + MARKERS;
  }

  @Override
  public InputBuilder lay(List<RgbPicture> pictures) {
    InputBuilder input = new InputBuilder(size, patchSize, PAD);
    for (int i = 0; i < pictures.size(); i++) {
      RgbPicture picture = pictures.get(i);
      Grid grid = Grid.squashed(picture.width(), picture.height(), size, patchSize);
      int view = input.view(new View(i, View.PICTURE, grid));
      input.crop(() -> normalization.values(resized(picture)));
      input.nextPicture();
      input.marker("Picture %d: <img>".formatted(i + 1));
      for (int query = 0; query < queries; query++) {
        input.query(view);
      }
      input.marker("</img>\n");
    }
    return input;
  }

  private RgbPicture resized(RgbPicture picture) {
    return Resize.resize(picture, Resampling.BICUBIC, size, size);
  }
}

package org.vlmvisualizer.image;

import java.util.List;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.View;

/**
 * Gemma 3: each picture in one crop, squashed to a square; blocks of k × k patches are an image
 * token each, their mean.
 *
 * <p>Sources, transformers 4.57.6: {@code Gemma3ImageProcessor}, the slow one, without pan and
 * scan; {@code Gemma3Processor}.
 *
 * @param crops how a picture becomes a crop
 * @param factor k
 */
public record Gemma3Processor(SingleView crops, int factor) implements PictureProcessor {
  /** The text of an image token. */
  public static final String SOFT_TOKEN = "<image_soft_token>";

  public static final String START = "<start_of_image>";
  public static final String END = "<end_of_image>";
  private static final String LINES = "\n\n";

  /** Tokens around those of a picture. */
  private static final int MARKERS = 4;

  @Override
  public Normalization normalization() {
    return crops.normalization();
  }

  @Override
  public long mostTokens() {
    long side = side();
    return side * side + MARKERS;
  }

  private int side() {
    return crops.size() / crops.patchSize() / factor;
  }

  @Override
  public InputBuilder lay(List<RgbPicture> pictures) {
    InputBuilder input = new InputBuilder(crops.size(), crops.patchSize(), SOFT_TOKEN);
    for (int i = 0; i < pictures.size(); i++) {
      RgbPicture picture = pictures.get(i);
      input.nextPicture();
      Grid grid = crops.grid(picture).divided(side(), side());
      int view = input.view(new View(i, View.PICTURE, grid));
      input.blocks(view, input.crop(() -> crops.values(picture)), factor, 0, 0);
    }
    return input.surround(LINES + START, END + LINES);
  }
}

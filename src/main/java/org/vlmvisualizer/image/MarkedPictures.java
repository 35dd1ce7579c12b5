package org.vlmvisualizer.image;

import java.util.List;
import java.util.function.UnaryOperator;
import org.vlmvisualizer.core.RgbPicture;

/**
 * Still pictures with other texts around their tokens.
 *
 * @param texts makes a picture's text of its plain one
 * @param tokens how many tokens the other text has more, at most
 */
public record MarkedPictures(PictureProcessor plain, UnaryOperator<String> texts, int tokens)
    implements PictureProcessor {

  @Override
  public InputBuilder lay(List<RgbPicture> pictures) {
    return plain.lay(pictures).withTexts(texts);
  }

  @Override
  public long mostTokens() {
    return plain.mostTokens() + tokens;
  }
}

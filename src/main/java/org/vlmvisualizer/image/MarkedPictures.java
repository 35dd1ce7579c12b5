package org.vlmvisualizer.image;

import java.util.List;
import org.vlmvisualizer.core.RgbPicture;

/** Still pictures of which each has a token before its own and one behind them. */
public record MarkedPictures(PictureProcessor plain) implements PictureProcessor {

  @Override
  public Normalization normalization() {
    return plain.normalization();
  }

  @Override
  public InputBuilder lay(List<RgbPicture> pictures) {
    return plain.lay(pictures).surround("<im_start>", "<im_end>");
  }

  @Override
  public long mostTokens() {
    return plain.mostTokens() + 2;
  }
}

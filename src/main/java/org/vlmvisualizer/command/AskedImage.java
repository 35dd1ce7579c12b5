package org.vlmvisualizer.command;

import ij.ImagePlus;
import ij.WindowManager;
import java.util.Optional;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.SavedResult;
import org.vlmvisualizer.output.SourceFrame;

/** Which image a question is about: the active one; if that shows a result, the result's source. */
final class AskedImage {
  private AskedImage() {}

  /**
   * @throws InputException if the active image shows a result whose source is not open
   */
  static ImagePlus of(ImagePlus active) {
    Optional<SourceFrame> source = AttentionResult.sourceOf(active);
    if (source.isPresent()) {
      return open(source.get(), active);
    }
    if (SavedResult.isMaps(active)) {
      throw new InputException(
          "Expected a picture to ask about, found %s, the maps of a saved result. Select the picture's window; if it is not open, open picture.png of the same folder."
              .formatted(active.getTitle()));
    }
    return active;
  }

  private static ImagePlus open(SourceFrame source, ImagePlus active) {
    ImagePlus image = source.image().get();
    if (image == null || WindowManager.getImage(image.getID()) != image) {
      throw new InputException(
          "Expected a picture to ask about, found %s, a result about %s, which is not open any more. Open it, and select its window."
              .formatted(active.getTitle(), source.title()));
    }
    return image;
  }
}

package org.vlmvisualizer.roi;

import ij.ImagePlus;
import java.awt.geom.AffineTransform;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.SavedResult;
import org.vlmvisualizer.output.SourceFrame;

/**
 * An image that ROIs are drawn on: the source of a question, or pixels of a result, as its window
 * of heatmaps or one of its files that was opened again.
 *
 * @param result what the pixels are of, or null for a source image
 */
public record RoiImage(ImagePlus image, AttentionResult result) {
  /**
   * @throws InputException if it is a file of a saved result that cannot be read
   */
  public static RoiImage of(ImagePlus image) {
    AttentionResult shown = AttentionResult.of(image);
    return new RoiImage(image, shown != null ? shown : SavedResult.openedFrom(image));
  }

  /**
   * From pixels of this image to pixels of the whole source image.
   *
   * @param source the image that was asked about, to tell whether this can be it
   * @param picture the part of it that was
   * @throws InputException if it is neither that image nor pixels of a result
   */
  AffineTransform toSource(SourceFrame source, RgbPicture picture) {
    return result == null ? asSource(source, picture) : pixels();
  }

  private AffineTransform asSource(SourceFrame source, RgbPicture picture) {
    int width = source.originX() + picture.width();
    int height = source.originY() + picture.height();
    boolean isFigure = AttentionResult.ofFigure(image) != null;
    if (isFigure || image.getWidth() < width || image.getHeight() < height) {
      throw new InputException(
          ("Expected ROIs on the image that was asked about (%s, at least %d x %d pixels) or on its"
                  + " heatmaps, found them on %s (%d x %d). Select the right window.")
              .formatted(
                  source.title(),
                  width,
                  height,
                  image.getTitle(),
                  image.getWidth(),
                  image.getHeight()));
    }
    return new AffineTransform();
  }

  private AffineTransform pixels() {
    Grid grid = result.maps().grid();
    AffineTransform toSource =
        AffineTransform.getTranslateInstance(result.source().originX(), result.source().originY());
    if (has(grid.sourceWidth(), grid.sourceHeight()) || AttentionResult.isWhole(image, false)) {
      return toSource;
    }
    if (has(grid.columns(), grid.rows()) || AttentionResult.isWhole(image, true)) { // patches
      toSource.translate(grid.sourceX(0), grid.sourceY(0));
      toSource.scale(grid.cellWidth(), grid.cellHeight());
      return toSource;
    }
    throw new InputException(
        "Expected the heatmaps with as many pixels as they were made with (%d x %d), found %d x %d."
            .formatted(
                grid.sourceWidth(), grid.sourceHeight(), image.getWidth(), image.getHeight()));
  }

  private boolean has(int width, int height) {
    return image.getWidth() == width && image.getHeight() == height;
  }
}

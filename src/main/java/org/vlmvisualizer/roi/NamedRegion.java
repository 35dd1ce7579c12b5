package org.vlmvisualizer.roi;

import ij.gui.Roi;
import java.awt.geom.AffineTransform;
import org.vlmvisualizer.area.Region;
import org.vlmvisualizer.core.InputException;

/**
 * A ROI to measure.
 *
 * @param name as its user gave it; may be any text, and that of another one
 * @param group number of its ROI group, 0 for none
 * @param region in pixels of the whole source image; null if the ROI has no area
 */
public record NamedRegion(String name, int group, Region region) {
  /**
   * Of a ROI, in pixels of the image that it was drawn on.
   *
   * @throws InputException if a corner is no number
   */
  static NamedRegion of(String name, Roi roi) {
    try {
      return new NamedRegion(name, roi.getGroup(), RoiRegion.of(roi).orElse(null));
    } catch (IllegalArgumentException e) {
      throw new InputException(
          "The ROI '%s' has a corner that is no number; delete it.".formatted(name), e);
    }
  }

  NamedRegion transform(AffineTransform transform) {
    return region == null ? this : new NamedRegion(name, group, region.transform(transform));
  }
}

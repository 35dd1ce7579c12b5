package org.vlmvisualizer.explorer;

import ij.gui.Roi;
import org.vlmvisualizer.area.Region;
import org.vlmvisualizer.area.RegionAttention;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.roi.RoiRegion;

/** How much of each token's map lies inside a selection of the picture. */
final class RegionMeasure {
  private RegionMeasure() {}

  /** Whether there is an area to measure in. */
  static boolean isRegion(Roi roi) {
    return roi != null && !roi.getBounds().isEmpty() && roi.isArea() && !RoiRegion.isDrawing(roi);
  }

  /**
   * @param region as {@link #isRegion} wants it, in pixels of the picture
   * @return [T] shares, 0 to 1; of signed maps -1 to 1
   */
  static double[] shares(TokenMaps maps, Roi region) {
    Region outline = RoiRegion.of(region).orElseThrow();
    double[] shares = RegionAttention.of(outline, maps).shares();
    for (int t = 0; t < shares.length; t++) {
      // A map with nothing on the picture has nothing in the region either.
      shares[t] = Double.isNaN(shares[t]) ? 0 : shares[t];
    }
    return shares;
  }
}

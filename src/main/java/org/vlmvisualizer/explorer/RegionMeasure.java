package org.vlmvisualizer.explorer;

import ij.gui.Roi;
import ij.gui.ShapeRoi;
import java.awt.geom.AffineTransform;
import org.vlmvisualizer.core.Region;
import org.vlmvisualizer.core.RegionAttention;
import org.vlmvisualizer.core.TokenMaps;

/** Measures selections exactly. */
final class RegionMeasure {
  static final RegionShares INSTANCE = RegionMeasure::shares;

  private RegionMeasure() {}

  private static double[] shares(TokenMaps maps, Roi roi) {
    ShapeRoi shape = new ShapeRoi(roi);
    AffineTransform place = AffineTransform.getTranslateInstance(roi.getXBase(), roi.getYBase());
    Region region = Region.of(place.createTransformedShape(shape.getShape()));
    double[] shares = RegionAttention.of(region, maps).shares();
    for (int t = 0; t < shares.length; t++) {
      // A map with nothing on the picture has nothing in the region either.
      shares[t] = Double.isNaN(shares[t]) ? 0 : shares[t];
    }
    return shares;
  }
}

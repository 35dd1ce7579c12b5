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
    return RegionAttention.of(region, maps).shares();
  }
}

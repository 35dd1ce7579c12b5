package org.vlmvisualizer.roi;

import ij.gui.Arrow;
import ij.gui.EllipseRoi;
import ij.gui.ImageRoi;
import ij.gui.OvalRoi;
import ij.gui.PolygonRoi;
import ij.gui.Roi;
import ij.gui.ShapeRoi;
import ij.gui.TextRoi;
import ij.process.FloatPolygon;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.util.Optional;
import org.vlmvisualizer.area.Region;

/**
 * The outline of an ImageJ ROI in pixels of its image, where pixel i covers [i, i + 1).
 *
 * <p>The outline itself is taken, with all its digits, not the mask of whole pixels that ImageJ's
 * own measurements use: ovals and ellipses are true ellipses. Outlines that cross themselves and
 * composites with holes are filled by the even-odd rule, as ImageJ fills them.
 */
public final class RoiRegion {
  private RoiRegion() {}

  /**
   * The area of a ROI; empty if it has none: points and lines, whatever their width, and what
   * {@link #isDrawing} tells.
   *
   * @throws IllegalArgumentException if a corner is not a finite number
   */
  public static Optional<Region> of(Roi roi) {
    return roi.isArea() && !isDrawing(roi) ? Optional.of(outline(roi)) : Optional.empty();
  }

  /** Whether a ROI only decorates an image: texts, arrows and pictures in an overlay. */
  public static boolean isDrawing(Roi roi) {
    return roi instanceof TextRoi || roi instanceof Arrow || roi instanceof ImageRoi;
  }

  private static Region outline(Roi roi) {
    Rectangle2D box = roi.getFloatBounds();
    double x = box.getX();
    double y = box.getY();
    double width = box.getWidth();
    double height = box.getHeight();
    if (roi instanceof ShapeRoi composite) {
      return moved(Region.of(composite.getShape()), roi);
    }
    if (roi instanceof EllipseRoi ellipse) {
      return ellipse(ellipse.getParams());
    }
    if (roi instanceof OvalRoi) {
      return Region.ellipse(x + width / 2, y + height / 2, width / 2, 0, 0, height / 2);
    }
    if (roi instanceof PolygonRoi) {
      return polygon(roi);
    }
    int corner = roi.getCornerDiameter();
    return corner == 0
        ? Region.rectangle(x, y, width, height)
        : Region.roundedRectangle(
            x, y, width, height, Math.min(corner, width), Math.min(corner, height));
  }

  /**
   * @param p ends of the major axis x1, y1, x2, y2, and the ratio of the minor axis to it
   */
  private static Region ellipse(double[] p) {
    double ax = (p[2] - p[0]) / 2;
    double ay = (p[3] - p[1]) / 2;
    return Region.ellipse((p[0] + p[2]) / 2, (p[1] + p[3]) / 2, ax, ay, -p[4] * ay, p[4] * ax);
  }

  /**
   * Corners are stored as floats from the ROI's own origin; at the image's they would be rounded.
   */
  private static Region polygon(Roi roi) {
    Roi atOrigin = (Roi) roi.clone();
    atOrigin.setLocation(0, 0);
    FloatPolygon corners = atOrigin.getFloatPolygon();
    double[] ring = new double[2 * corners.npoints];
    for (int i = 0; i < corners.npoints; i++) {
      ring[2 * i] = corners.xpoints[i];
      ring[2 * i + 1] = corners.ypoints[i];
    }
    return moved(Region.polygon(ring), roi);
  }

  private static Region moved(Region fromOrigin, Roi roi) {
    return fromOrigin.transform(
        AffineTransform.getTranslateInstance(roi.getXBase(), roi.getYBase()));
  }
}

package org.vlmvisualizer.area;

import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.FlatteningPathIterator;
import java.awt.geom.PathIterator;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * A part of a plane inside closed polygons, by the even-odd rule: a point is inside if a ray from
 * it crosses the outlines an odd number of times. So a ring inside another is a hole, and where an
 * outline crosses itself, what is enclosed twice is outside, as ImageJ fills selections.
 *
 * @param rings corners x0, y0, x1, y1, … of each polygon; the last is joined to the first. Not
 *     copied
 */
public record Region(List<double[]> rings) {
  /** Largest distance between a curve of a shape and the polygon that stands for it. */
  private static final double FLATNESS = 1e-6;

  private static final int MAX_HALVINGS = 12;

  /** Corners of an ellipse, and of a quarter: on grids up to 64 × 64, within 1e-6 of a patch. */
  private static final int ELLIPSE_CORNERS = 4096;

  /**
   * @throws IllegalArgumentException if a ring has an odd number of values, or one is not finite
   */
  public Region {
    rings = List.copyOf(rings);
    for (double[] ring : rings) {
      if (ring.length % 2 != 0) {
        throw new IllegalArgumentException("Expected x and y by turns, found " + ring.length);
      }
      for (double value : ring) {
        if (!Double.isFinite(value)) {
          throw new IllegalArgumentException("Expected finite corners, found " + value);
        }
      }
    }
  }

  /** One polygon with the corners x0, y0, x1, y1, … */
  public static Region polygon(double... corners) {
    return new Region(List.of(corners));
  }

  public static Region rectangle(double x, double y, double width, double height) {
    return polygon(x, y, x + width, y, x + width, y + height, x, y + height);
  }

  /**
   * An ellipse as a polygon of the same area: {@code centre + cos(φ) a + sin(φ) b}.
   *
   * @param ax first half axis a, any two conjugate ones will do
   * @param bx second half axis b
   */
  public static Region ellipse(double x, double y, double ax, double ay, double bx, double by) {
    double[] ring = new double[2 * ELLIPSE_CORNERS];
    double step = 2 * Math.PI / ELLIPSE_CORNERS;
    double outward = Math.sqrt(step / Math.sin(step)); // makes up for what chords cut off
    for (int i = 0; i < ELLIPSE_CORNERS; i++) {
      double cos = outward * Math.cos(i * step);
      double sin = outward * Math.sin(i * step);
      ring[2 * i] = x + cos * ax + sin * bx;
      ring[2 * i + 1] = y + cos * ay + sin * by;
    }
    return polygon(ring);
  }

  /**
   * A rectangle with rounded corners.
   *
   * @param arcWidth width of the ellipse whose quarters the corners are, at most {@code width}
   * @param arcHeight its height, at most {@code height}
   */
  public static Region roundedRectangle(
      double x, double y, double width, double height, double arcWidth, double arcHeight) {
    int arc = ELLIPSE_CORNERS + 1; // corners of a quarter, both ends included
    double[] ring = new double[2 * 4 * arc];
    for (int i = 0; i < 4 * arc; i++) {
      int quarter = i / arc;
      double angle = Math.PI / 2 * (quarter + i % arc / (arc - 1.0));
      double side = quarter == 0 || quarter == 3 ? 1 : -1;
      double end = quarter < 2 ? 1 : -1;
      ring[2 * i] = x + (width + side * (width - arcWidth) + arcWidth * Math.cos(angle)) / 2;
      ring[2 * i + 1] = y + (height + end * (height - arcHeight) + arcHeight * Math.sin(angle)) / 2;
    }
    return polygon(ring);
  }

  /** The inside of a shape by the even-odd rule, whatever its own; open outlines are closed. */
  public static Region of(Shape shape) {
    PathIterator path =
        new FlatteningPathIterator(shape.getPathIterator(null), FLATNESS, MAX_HALVINGS);
    List<double[]> rings = new ArrayList<>();
    List<double[]> corners = new ArrayList<>();
    for (; !path.isDone(); path.next()) {
      double[] point = new double[6];
      int segment = path.currentSegment(point);
      if (segment == PathIterator.SEG_MOVETO) {
        rings.add(ring(corners));
        corners.clear();
      }
      if (segment != PathIterator.SEG_CLOSE) {
        corners.add(point);
      }
    }
    rings.add(ring(corners));
    return new Region(rings);
  }

  private static double[] ring(List<double[]> corners) {
    return corners.stream().flatMapToDouble(c -> DoubleStream.of(c[0], c[1])).toArray();
  }

  /** The part of the region within a rectangle. */
  Region within(Rectangle2D box) {
    List<double[]> cut = new ArrayList<>();
    for (double[] ring : rings) {
      double[] part = Outline.cut(ring, 0, box.getMinX(), 1);
      part = Outline.cut(part, 0, box.getMaxX(), -1);
      part = Outline.cut(part, 1, box.getMinY(), 1);
      cut.add(Outline.cut(part, 1, box.getMaxY(), -1));
    }
    return new Region(cut);
  }

  /** The same with as few corners as a tolerance allows, in the unit of its coordinates. */
  Region simplified(double tolerance) {
    return new Region(rings.stream().map(ring -> Outline.simplified(ring, tolerance)).toList());
  }

  /** How many corners its polygons have together. */
  int corners() {
    return rings.stream().mapToInt(ring -> ring.length / 2).sum();
  }

  /** The smallest upright rectangle around it; empty if it has no corners. */
  Rectangle2D bounds() {
    Rectangle2D box = null;
    for (double[] ring : rings) {
      for (int i = 0; i < ring.length; i += 2) {
        if (box == null) {
          box = new Rectangle2D.Double(ring[i], ring[i + 1], 0, 0);
        }
        box.add(ring[i], ring[i + 1]);
      }
    }
    return box == null ? new Rectangle2D.Double() : box;
  }

  /** Whether a point is inside. */
  public boolean contains(double x, double y) {
    boolean inside = false;
    for (double[] ring : rings) {
      for (int i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
        boolean crosses = ring[i + 1] > y != ring[j + 1] > y;
        if (crosses
            && x
                < ring[i] + (y - ring[i + 1]) / (ring[j + 1] - ring[i + 1]) * (ring[j] - ring[i])) {
          inside = !inside;
        }
      }
    }
    return inside;
  }

  /** The region in other coordinates. */
  public Region transform(AffineTransform transform) {
    List<double[]> moved = new ArrayList<>();
    for (double[] ring : rings) {
      double[] corners = new double[ring.length];
      transform.transform(ring, 0, corners, 0, ring.length / 2);
      moved.add(corners);
    }
    return new Region(moved);
  }
}

package org.vlmvisualizer.roi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.gui.Arrow;
import ij.gui.EllipseRoi;
import ij.gui.ImageRoi;
import ij.gui.Line;
import ij.gui.OvalRoi;
import ij.gui.PointRoi;
import ij.gui.PolygonRoi;
import ij.gui.Roi;
import ij.gui.RotatedRectRoi;
import ij.gui.ShapeRoi;
import ij.gui.TextRoi;
import ij.gui.Wand;
import ij.io.RoiDecoder;
import ij.io.RoiEncoder;
import ij.process.ByteProcessor;
import java.awt.Rectangle;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.area.PatchOverlap;
import org.vlmvisualizer.core.Grid;

/** Every kind of ROI as ImageJ makes it, as an area in pixels of its image. */
class RoiRegionTest {
  private static final double EXACT = 1e-9;

  /** 400 × 400 pixels as 8 × 8 patches of 50 × 50. */
  private static final Grid GRID = Grid.padded(400, 400, 16, 2);

  private static final double PATCH = 2500;

  private static double[] patches(Roi roi) {
    return PatchOverlap.of(RoiRegion.of(roi).orElseThrow(), GRID);
  }

  private static double area(Roi roi) {
    return PATCH * DoubleStream.of(patches(roi)).sum();
  }

  /** Saved and opened again, as from the ROI Manager. */
  private static Roi reopened(Roi roi) {
    return RoiDecoder.openFromByteArray(RoiEncoder.saveAsByteArray(roi));
  }

  @Test
  void rectangles() {
    double[] whole = patches(new Roi(40, 60, 20, 30));
    assertEquals(10 * 30 / PATCH, whole[8], EXACT);
    assertEquals(10 * 30 / PATCH, whole[9], EXACT);
    assertEquals(20.25 * 30.5, area(new Roi(40.5, 60.25, 20.25, 30.5)), 1e-6);
    assertEquals(20.25 * 30.5, area(reopened(new Roi(40.5, 60.25, 20.25, 30.5))), 1e-6);
  }

  @Test
  void roundedRectangle() {
    double corners = (4 - Math.PI) * 10 * 10;
    assertEquals(100 * 60 - corners, area(new Roi(30, 40, 100, 60, 20)), 1e-3);
    // Corners larger than the rectangle are cut to it: a lens of half ellipses 60 × 40.
    assertEquals(100 * 40 - (4 - Math.PI) * 30 * 20, area(new Roi(30, 40, 100, 40, 60)), 1e-3);
  }

  @Test
  void rotatedRectangle() {
    assertEquals(50 * 20, area(new RotatedRectRoi(50, 50, 80, 90, 20)), 1e-3); // float corners
  }

  @Test
  void ovalsAreTrueEllipses() {
    assertEquals(Math.PI * 50 * 30, area(new OvalRoi(51, 62, 100, 60)), 1e-6);
    assertEquals(Math.PI * 50 * 30, area(new OvalRoi(51.3, 62.6, 100, 60)), 1e-6);
    double[] found = patches(new OvalRoi(50, 100, 200, 200)); // its centre on a patch's corner
    assertEquals(found[8 * 2 + 1], found[8 * 5 + 4], EXACT);
    assertEquals(Math.PI * 100 * 100 / 4 / PATCH, quadrant(found), 1e-6);
  }

  private static double quadrant(double[] found) {
    return found[8 * 2 + 1] + found[8 * 2 + 2] + found[8 * 3 + 1] + found[8 * 3 + 2];
  }

  @Test
  void ellipse() {
    EllipseRoi roi = new EllipseRoi(100, 100, 180, 160, 0.5); // axes 100 and 50
    assertEquals(Math.PI * 50 * 25, area(roi), 1e-2); // ImageJ keeps its ends as floats
    assertEquals(Math.PI * 50 * 25, area(reopened(roi)), 1e-2);
    assertEquals(area(roi), area(new EllipseRoi(180, 160, 100, 100, 0.5)), 1e-2);
  }

  @ParameterizedTest
  @ValueSource(ints = {Roi.POLYGON, Roi.FREEROI, Roi.TRACED_ROI})
  void polygonsOfWholePixels(int type) {
    int[] x = {10, 110, 110, 60, 10};
    int[] y = {20, 20, 90, 50, 90};
    Roi roi = new PolygonRoi(x, y, 5, type);
    assertEquals(100 * 70 - 100 * 40 / 2.0, area(roi), 1e-6);
    assertEquals(area(roi), area(reopened(roi)), 1e-6);
  }

  @Test
  void polygonsOfPartsOfPixels() {
    float[] x = {10.25f, 110.5f, 10.25f};
    float[] y = {20.125f, 20.125f, 90.5f};
    assertEquals(100.25 * 70.375 / 2, area(new PolygonRoi(x, y, Roi.POLYGON)), 1e-6);
    assertEquals(100.25 * 70.375 / 2, area(new PolygonRoi(x, y, Roi.FREEROI)), 1e-6);
  }

  @Test
  void cornersKeepTheirDigitsFarFromTheOrigin() {
    Roi roi = new PolygonRoi(new float[] {0, 0.1f, 0}, new float[] {0, 0, 0.1f}, Roi.POLYGON);
    roi.setLocation(30000.3, 30000.7);
    double[] ring = RoiRegion.of(roi).orElseThrow().rings().get(0);
    assertEquals(0.1f, ring[2] - ring[0], 1e-9);
    assertEquals(30000.3, ring[0], 1e-9);
    assertEquals(30000.7, ring[1], 1e-9);
  }

  @Test
  void asImageJFillsAPolygonThatCrossesItself() {
    int[] x = {10, 110, 110, 10};
    int[] y = {10, 110, 10, 110};
    Roi bow = new PolygonRoi(x, y, 4, Roi.POLYGON);
    assertEquals(2 * 100 * 50 / 2.0, area(bow), 1e-6);
    int[] twice = {10, 110, 110, 10, 10, 110, 110, 10};
    int[] around = {10, 10, 110, 110, 10, 10, 110, 110};
    Roi none = new PolygonRoi(twice, around, 8, Roi.FREEROI);
    assertEquals(0, none.getMask().getStats().mean);
    assertEquals(0, area(none), 1e-6);
  }

  @Test
  void compositeWithHole() {
    ShapeRoi frame =
        new ShapeRoi(new Roi(20, 20, 100, 80)).not(new ShapeRoi(new Roi(40, 40, 30, 20)));
    assertEquals(100 * 80 - 30 * 20, area(frame), 1e-6);
    assertEquals(100 * 80 - 30 * 20, area(reopened(frame)), 1e-6);
    double[] found = patches(frame);
    assertEquals((30 * 30 - 10 * 10) / PATCH, found[0], EXACT);
    Area parts = new Area(new Rectangle(5, 5, 10, 10));
    parts.add(new Area(new Rectangle(305, 305, 10, 10)));
    assertEquals(200, area(new ShapeRoi(parts)), 1e-6);
  }

  @Test
  void compositeOfCurves() {
    // Java's own discs are off by 3 in 10,000.
    Area disc = new Area(new Ellipse2D.Double(100, 100, 80, 80));
    disc.subtract(new Area(new Rectangle(100, 100, 40, 80)));
    assertEquals(Math.PI * 1600 / 2, area(new ShapeRoi(disc)), 1);
  }

  @Test
  void inverse() {
    Roi inverse =
        new OvalRoi(100, 100, 80, 80).getInverse(new ij.ImagePlus("", new ByteProcessor(400, 400)));
    ByteProcessor mask = new ByteProcessor(400, 400);
    mask.setValue(255);
    mask.fill(inverse);
    assertEquals(mask.getStatistics().mean / 255 * 160000, area(inverse), 1e-6);
  }

  /** What the wand traces is whole pixels: the polygon's area is their number. */
  @Test
  void tracedRoiIsItsPixels() {
    ByteProcessor pixels = new ByteProcessor(400, 400);
    pixels.setValue(255);
    pixels.fill(new OvalRoi(100, 100, 77, 51));
    Wand wand = new Wand(pixels);
    wand.autoOutline(130, 120, 255, 255);
    Roi traced = new PolygonRoi(wand.xpoints, wand.ypoints, wand.npoints, Roi.TRACED_ROI);
    assertEquals(pixels.getStatistics().mean * 160000 / 255, area(traced), 1e-6);
  }

  @Test
  void splineFitIsMeasuredAsDrawn() {
    PolygonRoi roi =
        new PolygonRoi(new float[] {50, 150, 150, 50}, new float[] {50, 50, 150, 150}, Roi.POLYGON);
    double before = area(roi);
    roi.fitSpline();
    assertTrue(area(roi) > 1.1 * before);
  }

  @Test
  void whatHasNoArea() {
    Roi line = new Line(0, 0, 50, 50);
    line.setStrokeWidth(20);
    Roi[] none = {
      line,
      new PointRoi(5, 5),
      new PolygonRoi(new int[] {0, 9, 5}, new int[] {0, 0, 9}, 3, Roi.POLYLINE),
      new PolygonRoi(new int[] {0, 9, 5}, new int[] {0, 0, 9}, 3, Roi.FREELINE),
      new PolygonRoi(new int[] {0, 9, 5}, new int[] {0, 0, 9}, 3, Roi.ANGLE),
      new Arrow(0, 0, 9, 9),
      new ImageRoi(0, 0, new ByteProcessor(9, 9)),
      new TextRoi(5, 5, "label")
    };
    boolean[] drawing = {false, false, false, false, false, true, true, true};
    boolean[] found = new boolean[none.length];
    for (int i = 0; i < none.length; i++) {
      assertTrue(RoiRegion.of(none[i]).isEmpty(), none[i].getTypeAsString());
      found[i] = RoiRegion.isDrawing(none[i]);
    }
    assertArrayEquals(drawing, found);
  }

  @Test
  void theRoiStaysAsItWas() {
    Roi roi = new PolygonRoi(new float[] {5.5f, 9, 7}, new float[] {5, 5, 9}, Roi.POLYGON);
    byte[] before = RoiEncoder.saveAsByteArray(roi);
    RoiRegion.of(roi);
    assertArrayEquals(before, RoiEncoder.saveAsByteArray(roi));
  }
}

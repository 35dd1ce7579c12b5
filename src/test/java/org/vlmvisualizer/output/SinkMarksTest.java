package org.vlmvisualizer.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import ij.IJ;
import ij.ImagePlus;
import ij.gui.PointRoi;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.core.Grid;

/** Crosses where attention sinks are. */
class SinkMarksTest {
  private static final Grid GRID = new Grid(40, 20, 4, 2, 0, 0, 10, 10, 14);

  private static JsonObject run(String picture) {
    return JsonParser.parseString(
            "{\"picture\": {"
                + picture
                + "}, \"sinks\": ["
                + "{\"picture\": 0, \"x\": 15, \"y\": 5, \"layers\": 3},"
                + "{\"picture\": 1, \"x\": 35, \"y\": 15, \"layers\": 1}]}")
        .getAsJsonObject();
  }

  private static PointRoi marks(ImagePlus image) {
    return (PointRoi) image.getOverlay().get(0);
  }

  @Test
  void areOnTheirPictureInItsPixels() {
    ImagePlus image = IJ.createImage("maps", 40, 20, 3, 32);
    SinkMarks.add(image, run(""), GRID, false);
    assertEquals(1, marks(image).getNCoordinates());
    assertEquals(15, marks(image).getFloatPolygon().xpoints[0]);
    SinkMarks.add(image, run("\"number\": 2"), GRID, false);
    assertEquals(35, marks(image).getFloatPolygon().xpoints[0]);
  }

  @Test
  void areInCellsWhereAPixelIsOne() {
    ImagePlus image = IJ.createImage("maps", 4, 2, 3, 32);
    SinkMarks.add(image, run(""), GRID, true);
    assertEquals(1.5, marks(image).getFloatPolygon().xpoints[0]);
    assertEquals(0.5, marks(image).getFloatPolygon().ypoints[0]);
  }

  @Test
  void areNotThereWhereNobodyLooked() {
    ImagePlus image = IJ.createImage("maps", 4, 2, 3, 32);
    SinkMarks.add(image, new JsonObject(), GRID, true);
    assertNull(image.getOverlay());
  }
}

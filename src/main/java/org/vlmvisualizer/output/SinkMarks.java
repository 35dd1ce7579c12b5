package org.vlmvisualizer.output;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import ij.ImagePlus;
import ij.gui.Overlay;
import ij.gui.PointRoi;
import java.awt.Color;
import org.vlmvisualizer.core.Grid;

/** Crosses on heatmaps where a run found attention sinks, in an overlay of all slices. */
final class SinkMarks {
  private static final Color COLOUR = new Color(0x56, 0xb4, 0xe9); // light on dark, seen by all
  private static final String NAME = "attention sinks";

  private SinkMarks() {}

  /**
   * @param bare whether a pixel of the heatmaps is a cell
   */
  static void add(ImagePlus heatmaps, JsonObject run, Grid grid, boolean bare) {
    if (!run.has("sinks")) {
      return;
    }
    int frame = run.getAsJsonObject("picture").has("number") ? number(run) - 1 : 0;
    PointRoi marks = new PointRoi();
    for (JsonElement element : run.getAsJsonArray("sinks")) {
      JsonObject place = element.getAsJsonObject();
      if (place.get("picture").getAsInt() == frame) {
        double x = place.get("x").getAsDouble();
        double y = place.get("y").getAsDouble();
        marks.addPoint(bare ? grid.cellX(x) : x, bare ? grid.cellY(y) : y);
      }
    }
    if (marks.getNCoordinates() > 0) {
      marks.setPointType(PointRoi.CROSS);
      marks.setStrokeColor(COLOUR);
      marks.setName(NAME);
      Overlay overlay = new Overlay(marks);
      heatmaps.setOverlay(overlay);
    }
  }

  private static int number(JsonObject run) {
    return run.getAsJsonObject("picture").get("number").getAsInt();
  }
}

package org.vlmvisualizer.imagej;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.VirtualDisplay;
import org.vlmvisualizer.imagej.MacroJob.Left;
import org.vlmvisualizer.imagej.MacroJob.Table;

/** Attention in ROIs with ImageJ's own ROI Manager, which needs a display. */
class RoiManagerTest {
  private static final String START = "roiManager('reset');\nopen('" + FijiProcess.PAGE + "');\n";
  private static final String ASK =
      "run('Show Attention...', 'length=3 plot=false montage=false prompt=[What?]');\n";
  private static final String MEASURE = "run('Attention in ROIs...', 'source=manager');\n";

  @TempDir Path folder;

  private static String add(String shape, String name) {
    return shape + ";\nRoi.setName('" + name + "');\nroiManager('add');\n";
  }

  @Test
  void measuresRoisWhereTheyWereDrawnAndThoseSelected() throws Exception {
    MacroRuns runs = new MacroRuns(folder);
    runs.add(
        "drawn on maps of a part",
        "",
        START
            + "makeRectangle(80, 20, 320, 220);\n"
            + ASK
            + add("makeRectangle(10, 10, 100, 100)", "maps")
            + "selectImage('page.png');\n"
            + add("makeRectangle(90, 30, 100, 100)", "image")
            + MEASURE);
    runs.add(
        "selected",
        "",
        START
            + ASK
            + add("makeRectangle(0, 0, 240, 360)", "left, \"part\"")
            + add("makeRectangle(240, 0, 240, 360)", "left, \"part\"")
            + add("makeLine(0, 0, 50, 50)", "line")
            + "roiManager('select', newArray(0, 2));\n"
            + MEASURE);
    try (VirtualDisplay display = VirtualDisplay.start()) {
      Map<String, Left> left = runs.run(display);
      Table part = table(left.get("drawn on maps of a part"), "Attention in ROIs");
      assertEquals(
          List.of("maps_share", "maps_enrichment", "image_share", "image_enrichment"),
          part.columns().subList(2, 6));
      for (List<String> row : part.rows()) {
        assertEquals(row.get(2), row.get(4));
        assertTrue(Double.parseDouble(row.get(2)) > 0, row.toString());
      }
      Table selected = table(left.get("selected"), "Attention in ROIs");
      assertEquals(
          List.of("left_part_share", "left_part_enrichment", "line_share", "line_enrichment"),
          selected.columns().subList(2, 6));
      assertEquals("NaN", selected.rows().get(0).get(4));
      assertEquals(3, table(left.get("selected"), "Tokens by ROI").rows().size());
    }
  }

  private static Table table(Left left, String title) {
    Table table = left.tables().get(title);
    assertTrue(table != null, left.tables().keySet() + left.log() + left.dialogs());
    return table;
  }
}

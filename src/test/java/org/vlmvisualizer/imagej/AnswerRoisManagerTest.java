package org.vlmvisualizer.imagej;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.VirtualDisplay;
import org.vlmvisualizer.imagej.MacroJob.Left;
import org.vlmvisualizer.imagej.MacroJob.Table;

/** Boxes and points of an answer in ImageJ's own ROI Manager, which needs a display. */
class AnswerRoisManagerTest {
  private static final String MODEL =
      Golden.ROOT.resolve("families/qwen3-vl-one/checkpoint").toAbsolutePath().toString();

  /** The page is 480 x 360 pixels. */
  private static final String ANSWER =
      "[{\\\"bbox_2d\\\": [100, 250, 500, 750], \\\"label\\\": \\\"star\\\"},"
          + " {\\\"point_2d\\\": [500, 500], \\\"label\\\": \\\"star\\\"}]";

  private static final String LIST =
      "for (i = 0; i < roiManager('count'); i++) {\n"
          + "  roiManager('select', i);\n"
          + "  Roi.getFloatBounds(x, y, w, h);\n"
          + "  print(Roi.getName + ' ' + Roi.getType + ' ' + x + ' ' + y + ' ' + w + ' ' + h"
          + " + ' of slice ' + getSliceNumber());\n"
          + "}\n";

  @TempDir Path folder;

  private static String ask(String more, String answer) {
    return "run('Show Attention...', \"model=[%s] plot=false montage=false boxes=rois %s answer=[%s] prompt=[Where?]\");\n"
        .formatted(MODEL, more, answer);
  }

  @Test
  void theyLieOnThePictureAndMapsAreMeasuredInThemAtOnce() throws Exception {
    MacroRuns runs = new MacroRuns(folder);
    String open = "open('" + FijiProcess.PAGE + "');\n";
    runs.add(
        "batch mode",
        "",
        "setBatchMode(true);\n"
            + open
            + ask("", ANSWER)
            + "run('Attention in ROIs...', 'source=manager');\n"
            + "selectImage('page.png');\n"
            + LIST);
    runs.add(
        "opened for it",
        "",
        open
            + "makeRectangle(80, 20, 320, 220);\n"
            + ask("", ANSWER)
            + "run('Attention in ROIs...', 'source=manager');\n"
            + "selectImage('page.png');\n"
            + LIST);
    runs.add(
        "behind those that are there",
        "",
        "roiManager('reset');\n"
            + open
            + "makeRectangle(1, 2, 3, 4);\nRoi.setName('star');\nroiManager('add');\n"
            + "run('Select None');\n"
            + ask("", ANSWER)
            + "selectImage('page.png');\n"
            + LIST);
    runs.add(
        "stack",
        "",
        "roiManager('reset');\n"
            + "newImage('cells', 'RGB white', 100, 80, 3);\n"
            + ask("stack=slices frames=2", "{\\\"bbox_2d\\\": [0, 0, 500, 500]}")
            + "selectImage('cells');\n"
            + LIST);
    runs.add("none", "", "roiManager('reset');\n" + open + ask("", "No star.") + LIST);
    try (VirtualDisplay display = VirtualDisplay.start()) {
      Map<String, Left> left = runs.run(display);
      left.values().forEach(one -> assertEquals(List.of(), one.dialogs(), one.name()));
      assertEquals(
          List.of(
              "star rectangle 112 75 128 110 of slice 1", "star 2 point 240 130 0 0 of slice 1"),
          log(left.get("opened for it")));
      assertEquals(
          List.of(
              "star rectangle 1 2 3 4 of slice 1",
              "star 2 rectangle 48 90 192 180 of slice 1",
              "star 3 point 240 180 0 0 of slice 1"),
          log(left.get("behind those that are there")));
      assertEquals(
          List.of("box rectangle 0 0 50 40 of slice 1", "box 2 rectangle 0 0 50 40 of slice 3"),
          log(left.get("stack")));
      assertEquals(
          List.of("star rectangle 48 90 192 180 of slice 1", "star 2 point 240 180 0 0 of slice 1"),
          log(left.get("batch mode")));
      assertEquals(List.of(), log(left.get("none")));
      for (String name : List.of("opened for it", "batch mode")) {
        Table measured = left.get(name).tables().get("Attention in ROIs");
        assertEquals("star_share", measured.columns().get(2), name);
        double share = Double.parseDouble(measured.rows().get(0).get(2));
        assertTrue(share > 0 && share < 1, name + share);
      }
    }
  }

  private static List<String> log(Left left) {
    assertTrue(!"[aborted]".equals(left.result()), left.toString());
    return left.log().isBlank() ? List.of() : left.log().lines().toList();
  }
}

package org.vlmvisualizer.imagej;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import ij.IJ;
import ij.ImagePlus;
import ij.plugin.frame.Recorder;
import ij.plugin.frame.RoiManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
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

  /** What there was after a question from the menu. */
  private record Seen(List<String> rois, boolean isOnPage, String recorded) {}

  /** Asks the demo model from the menu, with the recorder on. */
  static final class MenuJob implements FijiMain.Job {
    @Override
    public void run(FijiLike fiji, List<String> arguments) throws Exception {
      ImagePlus page = IJ.openImage(arguments.get(1));
      page.show();
      new Recorder();
      Recorder.record = true;
      AnsweredDialog.choose(
          fiji,
          "Show Attention...",
          Map.of("boxes", "rois", "answer", "See [0.25, 0.125, 0.75, 0.625].", "prompt", "Why?"));
      List<String> rois =
          Stream.of(RoiManager.getInstance().getRoisAsArray())
              .map(roi -> roi.getName() + " " + roi.getFloatBounds())
              .toList();
      boolean isOnPage = RoiManager.getInstance().getRoi(0).getImageID() == page.getID();
      Seen seen = new Seen(rois, isOnPage, Recorder.getInstance().getText());
      Files.writeString(Path.of(arguments.get(0)), new Gson().toJson(seen));
    }
  }

  /** The page stands in a square of 480, with 60 of border above. */
  @Test
  void fromTheMenuTheManagerOpensAndTheCommandAloneIsRecorded() throws Exception {
    Seen seen = FijiProcess.displayed(folder, MenuJob.class, Seen.class, FijiProcess.PAGE);
    assertEquals(
        List.of("box java.awt.geom.Rectangle2D$Double[x=120.0,y=0.0,w=240.0,h=240.0]"),
        seen.rois());
    assertTrue(seen.isOnPage());
    assertTrue(seen.recorded().contains("boxes=rois"), seen.recorded());
    assertFalse(seen.recorded().contains("roiManager"), seen.recorded());
  }

  private static List<String> log(Left left) {
    assertTrue(!"[aborted]".equals(left.result()), left.toString());
    return left.log().isBlank() ? List.of() : left.log().lines().toList();
  }
}

package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.IJ;
import ij.ImagePlus;
import ij.gui.Line;
import ij.gui.Overlay;
import ij.gui.PointRoi;
import ij.gui.PolygonRoi;
import ij.gui.Roi;
import ij.gui.TextRoi;
import ij.io.RoiEncoder;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be measured is refused in one sentence. */
class AttentionInRoisRefusalTest {
  private static RoiRuns runs;
  @TempDir static Path folder;

  @BeforeAll
  static void ask() throws Exception {
    runs = new RoiRuns(folder);
  }

  @AfterAll
  static void dispose() {
    runs.close();
  }

  @BeforeEach
  void reset() {
    runs.reset();
  }

  @Test
  void refusesFilesThatHoldNoRois() throws Exception {
    byte[] good =
        RoiEncoder.saveAsByteArray(
            new PolygonRoi(new int[] {1, 9, 5}, new int[] {1, 2, 9}, 3, Roi.POLYGON));
    Path file = folder.resolve("bad.roi");
    for (int length : new int[] {0, 1, 4, 20, 63}) {
      Files.write(file, Arrays.copyOf(good, length));
      assertTrue(runs.refusal("rois", file.toFile()).contains("cannot be read"));
    }
    good[16] = 0x7f; // two billion corners
    Files.write(file, good);
    runs.refusal("rois", file.toFile());
    Path zip = Files.write(folder.resolve("bad.zip"), good);
    assertTrue(runs.refusal("rois", zip.toFile()).contains("bad.zip"));
    runs.refusal("rois", folder.toFile());
    runs.refusal("rois", folder.resolve("none.roi").toFile());
  }

  @Test
  void refusesWithoutAResult() throws Exception {
    LastResult.forget();
    ImagePlus image = RoiRuns.with(CommandRuns.picture(), new Roi(0, 0, 5, 5));
    assertTrue(runs.refusal("image", image).contains("Show Attention"));
    assertTrue(runs.refusal("image", image, "folder", folder.toFile()).contains("no run.json"));
  }

  @Test
  void refusesWithoutRois() throws Exception {
    assertTrue(runs.refusal("image", CommandRuns.picture()).contains("found none"));
    assertTrue(runs.refusal().contains("found none"));
    assertTrue(runs.refusal("source", "manager").contains("in the ROI Manager, found none"));
    ImagePlus image = RoiRuns.with(CommandRuns.picture(), new TextRoi(0, 0, "label"));
    assertTrue(runs.refusal("image", image, "source", "overlay").contains("overlay"));
    assertTrue(runs.refusal("image", image, "source", "selection").contains("selection"));
    assertTrue(runs.refusal("image", image, "source", "Auto").contains("found 'Auto'"));
  }

  @Test
  void refusesWhatHasNoAreaInThePicture() throws Exception {
    ImagePlus image =
        RoiRuns.with(
            CommandRuns.picture(), new PointRoi(3, 3), RoiRuns.named("l", new Line(0, 0, 9, 9)));
    assertTrue(runs.refusal("image", image).contains("no area: 1, l"));
    runs.remember(runs.crop);
    image = RoiRuns.with(CommandRuns.picture(), RoiRuns.named("corner", new Roi(31, 0, 9, 9)));
    assertTrue(
        runs.refusal("image", image)
            .contains("x 10, y 5, 20 x 20), found none (outside of it: corner)"));
  }

  @Test
  void refusesRoisOnAnImageThatCannotBeTheSource() throws Exception {
    ImagePlus other = IJ.createImage("other", 20, 20, 1, 8);
    other.setRoi(new Roi(1, 1, 9, 9));
    String reason = runs.refusal("image", other);
    assertTrue(reason.contains("found other, which was not asked about"), reason);
    reason = runs.refusal("image", other, "folder", folder.resolve("whole").toFile());
    assertTrue(reason.contains("at least 40 x 30") && reason.contains("other (20 x 20)"), reason);
    ImagePlus duplicate = runs.crop.duplicate();
    duplicate.setRoi(new Roi(1, 1, 9, 9));
    runs.remember(runs.crop);
    runs.refusal("image", duplicate);
  }

  @Test
  void refusesACornerThatIsNoNumber() throws Exception {
    ImagePlus image = CommandRuns.picture();
    float[] corners = {1, Float.NaN, 5};
    image.setOverlay(new Overlay(new PolygonRoi(corners, corners, Roi.POLYGON)));
    assertTrue(runs.refusal("image", image).contains("no number"));
  }

  @Test
  void refusesAFileAsOutput() throws Exception {
    ImagePlus image = RoiRuns.with(CommandRuns.picture(), new Roi(0, 0, 5, 5));
    File file = Files.writeString(folder.resolve("file"), "mine").toFile();
    assertTrue(runs.refusal("image", image, "output", file).contains("found a file"));
    assertEquals("mine", Files.readString(file.toPath()));
  }
}

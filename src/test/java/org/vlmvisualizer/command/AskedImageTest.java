package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.IJ;
import ij.ImagePlus;
import ij.ImageStack;
import ij.macro.Interpreter;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.output.AttentionResult;

/** Whoever asks with a result in front means the picture that it is about. */
class AskedImageTest {
  private final CommandRuns runs = new CommandRuns();
  @TempDir Path folder;

  @AfterEach
  void dispose() {
    runs.close();
  }

  private static ImagePlus shown(ImagePlus image) {
    image.show();
    return image;
  }

  @Test
  void resultsStandForTheirSource() throws Exception {
    ImagePlus page = shown(CommandRuns.picture());
    page.setTitle("page.png");
    ImagePlus maps = runs.run("image", page).heatmaps();
    AttentionResult result = AttentionResult.of(maps);
    ImagePlus[] shown = {maps, result.montageImage(), result.matrixImage(), result.heatmaps()};
    for (ImagePlus image : shown) {
      assertEquals(
          "Attention of page.png",
          runs.run("image", image).heatmaps().getTitle(),
          image.getTitle());
    }
    page.setRoi(5, 5, 10, 12);
    assertEquals(10, runs.run("image", maps).heatmaps().getWidth());
  }

  @Test
  void soDoTheHeatmapsOfAStack() throws Exception {
    ImageStack stack = new ImageStack(8, 6);
    for (int i = 0; i < 3; i++) {
      stack.addSlice(IJ.createImage("", 8, 6, 1, 8).getProcessor());
      stack.getProcessor(i + 1).set(i, 0, 255);
    }
    ImagePlus movie = shown(new ImagePlus("movie", stack));
    ImagePlus maps = runs.run("image", movie, "stack", "slices").heatmaps();
    ImagePlus again = runs.run("image", maps, "stack", "slices").heatmaps();
    assertEquals("Attention of movie", again.getTitle());
    assertEquals(3, again.getNFrames());
    assertEquals("Attention of movie", runs.run("image", maps).heatmaps().getTitle());
  }

  @Test
  void aSourceThatIsClosedIsNamed() throws Exception {
    ImagePlus page = shown(CommandRuns.picture());
    page.setTitle("page.png");
    ImagePlus maps = runs.run("image", page, "output", folder.toFile()).heatmaps();
    Interpreter.removeBatchModeImage(page);
    Interpreter.removeBatchModeImage(maps);
    String refused = CommandRuns.assertRefused(runs.run("image", maps));
    assertTrue(
        refused.contains(
            "found Attention of page.png, a result about page.png, which is not open any more"),
        refused);
    for (String file : new String[] {"heatmaps.tif", "patches.tif"}) {
      ImagePlus saved = IJ.openImage(folder.resolve(file).toString());
      refused = CommandRuns.assertRefused(runs.run("image", saved));
      assertTrue(refused.contains("found " + file + ", the maps of a saved result"), refused);
    }
    ImagePlus picture = IJ.openImage(folder.resolve("picture.png").toString());
    CommandRuns.assertDone(runs.run("image", picture));
  }
}

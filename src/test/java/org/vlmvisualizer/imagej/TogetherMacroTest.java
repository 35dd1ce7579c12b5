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
import org.vlmvisualizer.imagej.MacroJob.Image;
import org.vlmvisualizer.imagej.MacroJob.Left;

/** One question about several pictures in macros, in ImageJ with a display and headless. */
class TogetherMacroTest {
  private static final String MODEL =
      new Golden("families/interleave-qwen2").checkpoint().toAbsolutePath().toString();

  private static final String MOVIE =
      """
      newImage('movie', 'RGB ramp', 64, 43, 5);
      Stack.setDimensions(1, 1, 5);
      run('Show Attention...', 'model=[MODEL] length=3 stack=frames-together frames=3 prompt=[Why?]');
      Stack.getDimensions(width, height, channels, slices, frames);
      print(getTitle() + ': ' + slices + ' tokens, ' + frames + ' pictures');
      Stack.setFrame(2);
      makeRectangle(5, 5, 20, 20);
      run('Attention in ROIs...', 'source=selection');
      """;

  private static final String TWO =
      """
      newImage('a', 'RGB ramp', 64, 43, 1);
      newImage('b', 'RGB white', 30, 55, 1);
      run('Show Attention...', 'model=[MODEL] length=3 images=[a;b] prompt=[Why?]');
      getDimensions(width, height, channels, slices, frames);
      print(getTitle() + ': ' + width + ' x ' + height + ', ' + frames + ' pictures');
      """;

  @TempDir Path folder;

  private Map<String, Left> run(VirtualDisplay display) throws Exception {
    Map<String, Left> left =
        new MacroRuns(folder)
            .add("movie", "", MOVIE.replace("MODEL", MODEL))
            .add("two", "", TWO.replace("MODEL", MODEL))
            .run(display);
    left.values().forEach(one -> assertEquals(List.of(), one.dialogs(), one.name()));
    assertEquals("Attention of movie: 3 tokens, 3 pictures", said(left.get("movie")));
    assertEquals("Attention of a and 1 more: 64 x 55, 2 pictures", said(left.get("two")));
    return left;
  }

  /** The ROI is measured in the picture of the frame that is displayed. */
  private static void assertMeasured(Left left, String table) {
    String rows = left.tables().get(table).rows().toString();
    assertTrue(rows.contains("movie t=3"), rows);
  }

  private static String said(Left left) {
    return (left.log() + left.printed()).strip();
  }

  @Test
  void withADisplay() throws Exception {
    try (VirtualDisplay display = VirtualDisplay.start()) {
      Map<String, Left> left = run(display);
      assertMeasured(left.get("movie"), "Attention in ROIs");
      List<String> titles = left.get("two").images().stream().map(Image::title).toList();
      assertEquals(
          List.of(
              "a",
              "b",
              "Attention ratio of a",
              "Montage of Attention of a",
              "Attention of a and 1 more"),
          titles);
    }
  }

  @Test
  void headless() throws Exception {
    assertMeasured(run(null).get("movie"), "Results");
  }
}

package org.vlmvisualizer.imagej;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import ij.IJ;
import ij.ImageJ;
import ij.ImagePlus;
import ij.ImageStack;
import ij.WindowManager;
import java.awt.EventQueue;
import java.awt.Frame;
import java.awt.Rectangle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scijava.command.CommandService;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.VirtualDisplay;
import org.vlmvisualizer.command.TokenExplorer;

/** Which windows open after a question from the menu, and where. */
class AnswerWindowsTest {
  private static final String ASK = "Show Attention...";
  private static final String TABLE = "Attention per token";
  private static final String WORDS = "Attention per word";
  private static final String MAPS = "Attention of page.png";
  private static final String FRAME = "Token Explorer: page.png";
  private static final String PICTURE = "Explorer of page.png";

  /** For several pictures. */
  private static final Path MODEL =
      new Golden("families/interleave-qwen2").checkpoint().toAbsolutePath();

  @TempDir Path folder;

  private record Shown(String title, int x, int y, int width, int height) {
    Rectangle bounds() {
      return new Rectangle(x, y, width, height);
    }
  }

  /** All windows that show, and the active image with its display range. */
  private record State(List<Shown> windows, String active, double max) {
    List<String> titles() {
      return windows.stream().map(Shown::title).sorted().toList();
    }
  }

  /** Asks as users do, and notes after each step what is on the screen. */
  static final class Job implements FijiMain.Job {
    private final Map<String, State> states = new LinkedHashMap<>();

    @Override
    public void run(FijiLike fiji, List<String> arguments) throws Exception {
      ImageJ tools = IJ.getInstance();
      EventQueue.invokeAndWait(
          () -> {
            tools.pack();
            int room = tools.getToolkit().getScreenSize().width - tools.getWidth();
            tools.setLocation((int) (0.8 * room), 0); // as ImageJ starts
          });
      ImagePlus page = IJ.openImage(arguments.get(1));
      page.show();
      note("open");
      AnsweredDialog.choose(fiji, ASK, Map.of("length", 32));
      note("asked");
      if (arguments.size() > 2) {
        goOn(fiji, page, arguments.get(2));
      }
      Files.writeString(Path.of(arguments.get(0)), new Gson().toJson(states));
    }

    private void goOn(FijiLike fiji, ImagePlus page, String model) throws Exception {
      for (String question : List.of("again", "a third time")) {
        WindowManager.setCurrentWindow(page.getWindow());
        AnsweredDialog.choose(fiji, ASK, Map.of("length", 8));
        note(question);
      }
      fiji.context.service(CommandService.class).run(TokenExplorer.class, true).get();
      note("explored");
      ImageStack two = new ImageStack(480, 360);
      two.addSlice(page.getProcessor().duplicate());
      two.addSlice(page.getProcessor().duplicate());
      ImagePlus both = new ImagePlus("both", two.duplicate()); // windows clear what they close
      WindowManager.closeAllWindows();
      note("closed");
      new ImagePlus("two", two).show();
      AnsweredDialog.choose(fiji, ASK, Map.of("length", 8, "stack", "slices"));
      note("stack");
      Thread macro =
          new Thread(
              () ->
                  IJ.runMacro(
                      "selectImage('two'); run('Show Attention...', 'length=8 prompt=[What?]');"),
              "Macro$");
      macro.start();
      macro.join();
      note("macro");
      WindowManager.closeAllWindows();
      both.show();
      AnsweredDialog.choose(
          fiji, ASK, Map.of("model", model, "length", 3, "stack", "slices-together"));
      note("together");
    }

    private void note(String step) throws Exception {
      Thread.sleep(600); // a display without a window manager moves windows later
      List<Shown> windows = new ArrayList<>();
      for (Frame frame : Frame.getFrames()) {
        Rectangle at = frame.getBounds();
        if (frame.isShowing()) {
          String title = frame.getTitle().replaceAll(" \\(\\d.*%\\)$", "");
          windows.add(new Shown(title, at.x, at.y, at.width, at.height));
        }
      }
      ImagePlus active = WindowManager.getCurrentImage();
      states.put(
          step,
          new State(
              windows,
              active == null ? "" : active.getTitle(),
              active == null ? 0 : active.getDisplayRangeMax()));
    }
  }

  private Map<String, State> run(int width, int height, Object... more) throws Exception {
    List<Object> arguments = new ArrayList<>(List.of(FijiProcess.PAGE));
    arguments.addAll(List.of(more));
    Map<String, State> states = new LinkedHashMap<>();
    try (VirtualDisplay display = VirtualDisplay.start(width, height)) {
      FijiProcess.report(display, folder, Job.class, JsonObject.class, arguments.toArray())
          .asMap()
          .forEach((step, state) -> states.put(step, new Gson().fromJson(state, State.class)));
    }
    return states;
  }

  private static void assertNothingCovered(State state, int width, int height) {
    Rectangle screen = new Rectangle(width, height);
    List<Shown> windows = state.windows();
    for (Shown window : windows) {
      assertTrue(screen.contains(window.bounds()), window.toString());
      for (Shown other : windows) {
        boolean apart = window.equals(other) || !window.bounds().intersects(other.bounds());
        assertTrue(apart, window + " and " + other);
      }
    }
  }

  private static Shown window(State state, String title) {
    return state.windows().stream().filter(w -> w.title().equals(title)).findFirst().orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({"1280, 800", "1366, 768", "1920, 1080"})
  void theAnswerCoversNothing(int width, int height) throws Exception {
    Map<String, State> states = run(width, height);
    State asked = states.get("asked");
    assertEquals(List.of(MAPS, TABLE, WORDS, PICTURE, "ImageJ", FRAME, "page.png"), asked.titles());
    assertNothingCovered(asked, width, height);
    assertEquals(MAPS, asked.active());
    for (String stays : List.of("page.png", "ImageJ")) {
      assertEquals(window(states.get("open"), stays), window(asked, stays));
    }
  }

  @Test
  void askingOnAndOn() throws Exception {
    Map<String, State> states = run(1600, 1200, MODEL);
    State first = states.get("asked");
    State third = states.get("a third time");
    assertEquals(
        List.of(MAPS, MAPS, MAPS, TABLE, WORDS, PICTURE, "ImageJ", FRAME, "page.png"),
        third.titles(),
        "heatmaps of each answer, and one explorer");
    for (String stays : List.of("page.png", "ImageJ", TABLE, WORDS, PICTURE, FRAME)) {
      assertEquals(window(first, stays), window(third, stays));
    }
    assertNothingCovered(states.get("again"), 1600, 1200);
    assertEquals(third.titles(), states.get("explored").titles(), "it was open already");
    assertEquals(List.of("ImageJ"), states.get("closed").titles());
    State stack = states.get("stack");
    assertEquals(List.of("Attention of two", TABLE, WORDS, "ImageJ", "two"), stack.titles());
    assertNothingCovered(stack, 1600, 1200);
    State macro = states.get("macro");
    assertFalse(macro.titles().stream().anyMatch(title -> title.contains("Explorer")));
    assertTrue(macro.titles().contains("Montage of Attention of two"));
    State together = states.get("together");
    assertEquals("Attention of both", together.active());
    assertTrue(together.titles().contains("Token Explorer: both z=1"), together.toString());
    assertNothingCovered(together, 1600, 1200);
  }
}

package org.vlmvisualizer.imagej;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import ij.IJ;
import ij.ImagePlus;
import ij.ImageStack;
import ij.WindowManager;
import ij.text.TextPanel;
import ij.text.TextWindow;
import java.awt.EventQueue;
import java.awt.Frame;
import java.awt.Rectangle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scijava.event.EventService;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.VirtualDisplay;
import org.vlmvisualizer.output.AttentionResult;

/** What is on the screen while an answer is being written, and after. */
class GrowingAnswerTest {
  private static final String ASK = "Show Attention...";
  private static final String TABLE = "Attention per token";
  private static final String WRITING = "Writing the answer";
  private static final int LENGTH = 24;

  /** For several pictures. */
  private static final Path SEVERAL =
      new Golden("families/interleave-qwen2").checkpoint().toAbsolutePath();

  @TempDir Path folder;

  /**
   * The heatmaps, and what is beside them.
   *
   * @param windows bounds by title
   * @param zoom of the heatmaps' window
   * @param slice that it shows
   * @param ranges where the display ranges of its channels end
   * @param rows the first cells of the table's rows
   * @param result tokens of the result that it stands for
   * @param title the line above the image
   */
  private record Seen(
      Map<String, Rectangle> windows,
      int slices,
      int frames,
      int planes,
      double zoom,
      int slice,
      List<Double> ranges,
      List<String> rows,
      int result,
      String title) {}

  static final class Job implements FijiMain.Job {
    private final Map<String, Seen> seen = new LinkedHashMap<>();
    private final Gate gate = new Gate();
    private FijiLike fiji;
    private Path results;
    private ImagePlus page;

    /**
     * @param arguments report, picture, model, model for several pictures, folder for results
     */
    @Override
    public void run(FijiLike running, List<String> arguments) throws Exception {
      fiji = running;
      results = Path.of(arguments.get(4));
      var subscription = fiji.context.service(EventService.class).subscribe(gate);
      String model = arguments.get(2);
      page = IJ.openImage(arguments.get(1));
      page.show();
      one(model);
      cancelled(model);
      composite(model);
      slices(model);
      together(arguments.get(3));
      IJ.runMacro(
          "run('Close All'); open('%s'); run('Show Attention...', 'model=[%s] length=%d output=[%s] prompt=[What?]');"
              .formatted(arguments.get(1), model, LENGTH, results.resolve("macro")));
      Files.writeString(Path.of(arguments.get(0)), new Gson().toJson(seen));
      assert subscription != null; // Event services hold subscribers weakly.
    }

    private void one(String model) throws Exception {
      gate.hold(WRITING, 6);
      Thread asking = ask(model, Map.of("output", results.resolve("menu").toString()));
      await(() -> tokens("page.png") == 6);
      EventQueue.invokeAndWait(() -> maps("page.png").setSlice(3));
      note("writing", "page.png");
      gate.open();
      asking.join();
      note("written", "page.png");
      closeAnswer();
    }

    private void cancelled(String model) throws Exception {
      gate.hold(WRITING, 9);
      Thread asking = ask(model, Map.of("output", results.resolve("cancelled").toString()));
      await(() -> tokens("page.png") == 9);
      gate.cancel();
      gate.open();
      asking.join();
      note("cancelled", "page.png");
      closeAnswer();
    }

    private void composite(String model) throws Exception {
      gate.hold(WRITING, 7);
      Thread asking = ask(model, Map.of("display", "composite"));
      await(() -> tokens("page.png") >= 4);
      EventQueue.invokeAndWait(() -> maps("page.png").setPosition(2, 3, 1));
      note("composite, writing", "page.png");
      gate.open();
      asking.join();
      note("composite", "page.png");
      closeAnswer();
    }

    private void slices(String model) throws Exception {
      ImageStack three = new ImageStack(480, 360);
      for (int i = 0; i < 3; i++) {
        three.addSlice(page.getProcessor().duplicate());
      }
      ImagePlus stack = new ImagePlus("three", three);
      stack.show();
      gate.hold("2 of 3", 1);
      Thread asking = ask(model, Map.of("stack", "slices"));
      await(() -> tokens("three") == LENGTH);
      note("first slice", "three");
      gate.hold("3 of 3", 2);
      await(() -> maps("three").getNFrames() == 2);
      note("second slice", "three");
      gate.open();
      asking.join();
      note("slices", "three");
      closeAnswer();
    }

    private void together(String model) throws Exception {
      gate.hold(WRITING, 7);
      Thread asking = ask(model, Map.of("stack", "slices-together", "length", 8));
      await(() -> tokens("three") >= 4);
      note("together, writing", "three");
      gate.open();
      asking.join();
      note("together", "three");
    }

    private Thread ask(String model, Map<String, Object> more) {
      Map<String, Object> entered = new TreeMap<>(Map.of("model", model, "length", LENGTH));
      entered.put("prompt", "What?");
      entered.putAll(more);
      Thread asking =
          new Thread(
              () -> {
                try {
                  AnsweredDialog.choose(fiji, ASK, entered);
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      asking.start();
      return asking;
    }

    private static ImagePlus maps(String title) {
      return WindowManager.getImage("Attention of " + title);
    }

    private static int tokens(String title) {
      ImagePlus maps = maps(title);
      return maps == null ? 0 : maps.getNSlices();
    }

    private static void await(BooleanSupplier condition) throws Exception {
      boolean[] met = {false};
      while (!met[0]) { // the process has its time limit
        Thread.sleep(20);
        EventQueue.invokeAndWait(() -> met[0] = condition.getAsBoolean());
      }
    }

    private static void closeAnswer() throws Exception {
      EventQueue.invokeAndWait(
          () -> {
            for (int id : WindowManager.getIDList()) {
              ImagePlus image = WindowManager.getImage(id);
              if (image != null && AttentionResult.sourceOf(image).isPresent()) {
                image.changes = false;
                image.close();
              }
            }
          });
    }

    private void note(String step, String title) throws Exception {
      Thread.sleep(900); // windows are put in their places, once they have their frames
      EventQueue.invokeAndWait(() -> seen.put(step, seen(title)));
    }

    private static Seen seen(String title) {
      Map<String, Rectangle> windows = new TreeMap<>();
      for (Frame frame : Frame.getFrames()) {
        if (frame.isShowing()) {
          windows.put(frame.getTitle().replaceAll(" \\(\\d.*%\\)$", ""), frame.getBounds());
        }
      }
      ImagePlus maps = maps(title);
      return new Seen(
          windows,
          maps.getNSlices(),
          maps.getNFrames(),
          maps.getStackSize(),
          maps.getCanvas().getMagnification(),
          maps.getSlice(),
          ranges(maps),
          rows(((TextWindow) WindowManager.getFrame(TABLE)).getTextPanel()),
          AttentionResult.of(maps).maps().size(),
          maps.getWindow().createSubtitle());
    }

    private static List<Double> ranges(ImagePlus maps) {
      return maps.isComposite()
          ? Stream.of(maps.getLuts()).map(lut -> lut.max).toList()
          : List.of(maps.getDisplayRangeMax());
    }

    /** The first cells of each row. */
    private static List<String> rows(TextPanel table) {
      return IntStream.range(0, table.getLineCount())
          .mapToObj(row -> String.join(" ", List.of(table.getLine(row).split("\t")).subList(0, 5)))
          .toList();
    }
  }

  @Test
  void theAnswerGrowsInItsWindows() throws Exception {
    Map<String, Seen> seen = new LinkedHashMap<>();
    Path results = Files.createDirectory(folder.resolve("results"));
    try (VirtualDisplay display = VirtualDisplay.start()) {
      FijiProcess.report(
              display,
              folder,
              Job.class,
              JsonObject.class,
              FijiProcess.PAGE,
              FijiProcess.MODEL,
              SEVERAL,
              results)
          .asMap()
          .forEach((step, state) -> seen.put(step, new Gson().fromJson(state, Seen.class)));
    }
    checkGrown(seen.get("writing"), seen.get("written"), "page.png");
    checkComposite(seen.get("composite, writing"), seen.get("composite"));
    checkSlices(seen);
    checkTogether(seen.get("together, writing"), seen.get("together"));
    checkCancelled(seen.get("cancelled"), results.resolve("cancelled"));
    checkSame(results.resolve("menu"), results.resolve("macro"));
  }

  private static void checkGrown(Seen writing, Seen written, String title) {
    assertEquals(6, writing.slices());
    assertEquals(6, writing.rows().size());
    assertEquals(6, writing.result());
    String explorer = "Token Explorer: " + title;
    assertTrue(
        writing.windows().containsKey(explorer + " (6 of at most 24 tokens)"), writing.toString());
    assertEquals(LENGTH, written.slices());
    assertEquals(LENGTH, written.rows().size());
    assertEquals(LENGTH, written.result());
    assertEquals(3, written.slice(), "where the user was");
    assertTrue(written.windows().containsKey(explorer), written.toString());
    assertNothingMoved(writing, written);
  }

  /** Windows that were there keep their places and sizes; there are no others. */
  private static void assertNothingMoved(Seen before, Seen after) {
    assertEquals(List.copyOf(before.windows().values()), List.copyOf(after.windows().values()));
    assertEquals(before.zoom(), after.zoom());
    assertEquals(before.slice(), after.slice());
    assertEquals(before.ranges(), after.ranges());
  }

  private static void checkComposite(Seen writing, Seen whole) {
    assertEquals(2 * writing.slices(), writing.planes());
    assertEquals(2 * LENGTH, whole.planes());
    assertEquals(LENGTH, whole.result());
    assertEquals(2 * 255, whole.ranges().get(0), "of the picture in grey");
    assertNothingMoved(writing, whole);
  }

  private static void checkSlices(Map<String, Seen> seen) {
    assertEquals(1, seen.get("first slice").frames());
    assertEquals(LENGTH, seen.get("first slice").rows().size());
    assertEquals(2, seen.get("second slice").frames());
    String title = seen.get("second slice").title();
    assertTrue(title.startsWith("z:1/24 t:1/2"), title);
    assertEquals(2 * LENGTH, seen.get("second slice").rows().size());
    assertEquals(3, seen.get("slices").frames());
    assertEquals(3 * LENGTH, seen.get("slices").rows().size());
    assertNothingMoved(seen.get("second slice"), seen.get("slices"));
  }

  /** Rows are in the order of the pictures, so that new ones come between the others. */
  private static void checkTogether(Seen writing, Seen whole) {
    assertEquals(3, writing.frames());
    assertTrue(writing.title().matches("z:1/[4-7] t:1/3 .*"), writing.title());
    assertEquals(8, whole.slices());
    assertTrue(whole.title().startsWith("z:1/8 t:1/3"), whole.title());
    assertTrue(whole.windows().containsKey("Token Explorer: three z=1"));
    int rows = writing.rows().size() / 3;
    assertTrue(rows >= writing.slices() && rows < 8, rows + " rows");
    for (int picture = 0; picture < 3; picture++) {
      assertEquals(
          whole.rows().subList(8 * picture, 8 * picture + rows),
          writing.rows().subList(rows * picture, rows * picture + rows));
    }
    assertNothingMoved(writing, whole);
  }

  private static void checkCancelled(Seen seen, Path files) throws Exception {
    int count = seen.slices();
    assertTrue(count >= 9 && count < LENGTH, count + " tokens");
    assertEquals(count, seen.rows().size());
    assertEquals(count, seen.result());
    String written = count + " of at most 24 tokens";
    assertTrue(seen.windows().containsKey("Token Explorer: page.png (" + written + ")"));
    JsonObject run =
        JsonParser.parseString(Files.readString(files.resolve("run.json"))).getAsJsonObject();
    assertTrue(run.get("cancelled").getAsBoolean());
    assertEquals(written, run.get("written").getAsString());
    assertEquals(count, run.getAsJsonArray("tokens").size());
    assertEquals(count, IJ.openImage(files.resolve("heatmaps.tif").toString()).getStackSize());
    List<String> names = new ArrayList<>();
    run.getAsJsonArray("files").forEach(name -> names.add(name.getAsString()));
    try (Stream<Path> all = Files.list(files)) {
      List<String> there = all.map(file -> file.getFileName().toString()).sorted().toList();
      assertEquals(names.stream().sorted().toList(), there);
    }
  }

  /** What was watched is what is made without windows. */
  private static void checkSame(Path watched, Path alone) throws Exception {
    assertFalse(Files.readString(watched.resolve("run.json")).contains("\"written\""));
    assertEquals(
        Files.readString(alone.resolve("tokens.csv")),
        Files.readString(watched.resolve("tokens.csv")));
    for (String name : List.of("heatmaps.tif", "patches.tif", "attention-matrix.tif")) {
      ImagePlus one = IJ.openImage(alone.resolve(name).toString());
      ImagePlus other = IJ.openImage(watched.resolve(name).toString());
      assertEquals(one.getStackSize(), other.getStackSize());
      assertEquals(one.getDisplayRangeMax(), other.getDisplayRangeMax());
      for (int i = 1; i <= one.getStackSize(); i++) {
        assertEquals(one.getStack().getShortSliceLabel(i), other.getStack().getShortSliceLabel(i));
        assertArrayEquals(
            (float[]) one.getStack().getPixels(i), (float[]) other.getStack().getPixels(i));
      }
    }
  }
}

package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import ij.IJ;
import ij.ImagePlus;
import ij.ImageStack;
import ij.measure.ResultsTable;
import ij.plugin.filter.Analyzer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.SavedResult;
import org.vlmvisualizer.picture.ImageInput;

/** What a model is told about the time between the frames of a stack. */
class TimeLapseTest {
  private static final String TOGETHER = "frames-together";

  private final CommandRuns runs = new CommandRuns();
  @TempDir Path folder;
  private int runsSoFar;

  @AfterEach
  void dispose() {
    runs.close();
  }

  /** The frames of a golden, so many seconds apart. */
  private static ImagePlus movie(String golden, double interval, String unit) {
    ImageStack stack = new ImageStack();
    for (int i = 1; i <= 3; i++) {
      stack.addSlice(IJ.openImage(picture(golden, i)).getProcessor());
    }
    ImagePlus movie = new ImagePlus("movie", stack);
    movie.setDimensions(1, 1, 3);
    movie.getCalibration().frameInterval = interval;
    movie.getCalibration().setTimeUnit(unit);
    return movie;
  }

  private static String picture(String golden, int number) {
    Golden from = new Golden("families/" + golden);
    return from.folder.resolve("picture-%d.png".formatted(number)).toString();
  }

  private static Object[] options(String golden, Object... others) {
    Golden of = new Golden("families/" + golden);
    List<Object> all =
        new ArrayList<>(
            List.of(
                "model",
                of.checkpoint().toString(),
                "template",
                of.json.get("template").getAsString(),
                "prompt",
                of.json.get("question").getAsString()));
    all.addAll(Arrays.asList(others));
    return all.toArray();
  }

  private Path ask(String golden, Object... others) throws Exception {
    Path results = folder.resolve("results" + runsSoFar++);
    List<Object> all = new ArrayList<>(Arrays.asList(options(golden, others)));
    all.addAll(List.of("output", results.toFile()));
    CommandRuns.assertDone(runs.run(all.toArray()));
    return results;
  }

  private static JsonObject run(Path results, String part) {
    return SavedResult.run(results.resolve(part)).orElseThrow();
  }

  private static int[] ids(JsonObject run) {
    return run.getAsJsonArray("prompt_ids").asList().stream()
        .mapToInt(id -> id.getAsInt())
        .toArray();
  }

  private static double seconds(JsonObject run) {
    return run.getAsJsonObject("frame_interval").get("seconds").getAsDouble();
  }

  private static String from(JsonObject run) {
    return run.getAsJsonObject("frame_interval").get("from").getAsString();
  }

  /** Qwen3-VL reads the seconds before each pair; the golden's are half a second. */
  @Test
  void ownIntervalIsToldAndTheOptionCountsInstead() throws Exception {
    String golden = "qwen3-vl-video";
    int[] usual = new Golden("families/" + golden).ints("input_ids");
    JsonObject none =
        run(ask(golden, "image", movie(golden, 0, "sec"), "stack", TOGETHER), "t0001");
    assertArrayEquals(usual, ids(none));
    assertEquals(0.5, seconds(none));
    assertEquals("assumed, since the image has no frame interval", from(none));
    JsonObject half =
        run(ask(golden, "image", movie(golden, 500, "ms"), "stack", TOGETHER), "t0001");
    assertArrayEquals(usual, ids(half));
    assertEquals("the image", from(half));
    Path results = ask(golden, "image", movie(golden, 10, "min"), "stack", TOGETHER);
    JsonObject own = run(results, "t0003");
    String prompt = own.get("prompt").getAsString();
    assertTrue(prompt.contains("<300.0 seconds>"), prompt);
    assertTrue(prompt.contains("<1200.0 seconds>"), prompt);
    assertEquals(600, seconds(own));
    assertEquals("auto", own.getAsJsonObject("options").get("interval").getAsString());
    String methods = Files.readString(results.resolve("t0003/methods.txt"));
    assertTrue(methods.contains("time points of the video are 600 s apart"), methods);
    JsonObject given =
        run(
            ask(golden, "image", movie(golden, 10, "min"), "stack", TOGETHER, "interval", "3"),
            "t0001");
    assertTrue(given.get("prompt").getAsString().contains("<1.5 seconds>"));
    assertEquals("the option interval", from(given));
    assertEquals("3", given.getAsJsonObject("options").get("interval").getAsString());
  }

  /** Of three frames, the first and the last are two intervals apart. */
  @Test
  void whatIsLeftOutTakesItsTime() throws Exception {
    String golden = "qwen3-vl-video";
    ImagePlus movie = movie(golden, 10, "sec");
    JsonObject run = run(ask(golden, "image", movie, "stack", TOGETHER, "frames", 2), "t0001");
    assertEquals(20, seconds(run));
    assertTrue(run.get("prompt").getAsString().contains("<10.0 seconds>"));
  }

  /** Qwen2.5-VL is told by positions alone: the same prompt, other attention. */
  @Test
  void positionsFollowTheTime() throws Exception {
    String golden = "qwen2.5-vl-video";
    List<float[]> maps = new ArrayList<>();
    for (double interval : new double[] {0, 0.5, 30}) {
      ImagePlus movie = movie(golden, interval, "sec");
      Path results = ask(golden, "image", movie, "stack", TOGETHER, "upsampling", "none");
      assertEquals(interval == 0 ? 0.5 : interval, seconds(run(results, "t0001")));
      ImagePlus written = IJ.openImage(results.resolve("heatmaps.tif").toString());
      maps.add((float[]) written.getStack().getPixels(1));
    }
    assertArrayEquals(maps.get(0), maps.get(1));
    assertFalse(Arrays.equals(maps.get(0), maps.get(2)));
  }

  /** Images by themselves are a video if the question says how far they are apart. */
  @Test
  void namedPicturesAreTimePointsIfTheirTimeIsGiven() throws Exception {
    String golden = "qwen3-vl-video";
    String named =
        String.join(";", IntStream.rangeClosed(1, 3).mapToObj(i -> picture(golden, i)).toList());
    JsonObject video = run(ask(golden, "images", named, "interval", "0.5"), "p0001");
    assertArrayEquals(new Golden("families/" + golden).ints("input_ids"), ids(video));
    JsonObject pictures = run(ask(golden, "images", named), "p0001");
    assertFalse(pictures.has("frame_interval"));
    assertFalse(pictures.get("prompt").getAsString().contains("seconds"));
  }

  @Test
  void modelsThatAreNotToldSayNothingOfIt() throws Exception {
    String golden = "qwen2-vl-video";
    ImagePlus movie = movie(golden, 10, "sec");
    JsonObject run = run(ask(golden, "image", movie, "stack", TOGETHER, "system", "keep"), "t0001");
    assertFalse(run.has("frame_interval"));
    assertArrayEquals(new Golden("families/" + golden).ints("input_ids"), ids(run));
  }

  /** Two frames share a map, laid over the first, and are hidden and moved together. */
  @ParameterizedTest
  @ValueSource(strings = {"language", "occlusion", "token-occlusion", "relative"})
  void aPairOfFramesHasOneMap(String method) throws Exception {
    ImagePlus movie = movie("qwen2.5-vl-video", 3, "sec");
    Object[] options = {"image", movie, "stack", TOGETHER, "method", method, "check", "all"};
    Path results = ask("qwen2.5-vl-video", options);
    ImagePlus maps = IJ.openImage(results.resolve("heatmaps.tif").toString());
    assertEquals(2, maps.getNFrames());
    assertFalse(Files.exists(results.resolve("t0002")));
    JsonObject last = run(results, "t0003").getAsJsonObject("picture");
    assertEquals(3, last.get("number").getAsInt());
    assertEquals(3, last.get("of").getAsInt());
    AttentionResult saved = SavedResult.read(results.resolve("t0003"));
    assertArrayEquals(pixels(movie, 3), saved.picture().rgb());
    ResultsTable table = Analyzer.getResultsTable();
    int tokens = table.size() / 2;
    for (int t = 0; t < tokens; t++) {
      assertEquals(1, table.getValue("position", t));
      assertEquals(3, table.getValue("position", tokens + t));
      double sum =
          table.getValue("picture_attention", t) + table.getValue("picture_attention", tokens + t);
      assertEquals(table.getValue("image_attention", t), sum, 1e-6);
    }
  }

  private static byte[] pixels(ImagePlus movie, int slice) {
    ImagePlus one = new ImagePlus("one", movie.getStack().getProcessor(slice));
    return ImageInput.of(one, null).picture().rgb();
  }

  private String refused(String golden, Object... others) throws Exception {
    return CommandRuns.assertRefused(runs.run(options(golden, others)));
  }

  @ParameterizedTest
  @CsvSource({
    "qwen2-vl-video, frames-together, is not told the time",
    "onevision-video, frames-together, is not told the time",
    "smolvlm-two, frames-together, is not told the time",
    "interleave-qwen2, frames-together, is not told the time",
    "qwen3-vl-video, current, not about the time points",
    "qwen3-vl-video, frames, not about the time points",
    "qwen3-vl-video, slices-together, not about the time points"
  })
  void aTimeThatNobodyIsToldIsRefused(String golden, String stack, String reason) throws Exception {
    ImagePlus movie = movie("qwen3-vl-video", 10, "sec");
    if (stack.equals("slices-together")) {
      movie.setDimensions(1, 3, 1);
    }
    String sentence = refused(golden, "image", movie, "stack", stack, "interval", "3");
    assertTrue(sentence.contains(reason) && sentence.contains("interval=3"), sentence);
  }

  /** Whoever says so: the model has 4,096 positions. */
  @Test
  void timeThatNoModelHasRoomForIsRefused() throws Exception {
    String golden = "qwen2.5-vl-video";
    ImagePlus days = movie(golden, 2, "days");
    String own = refused(golden, "image", days, "stack", TOGETHER);
    assertTrue(own.contains("within 4096 positions") && own.contains("interval"), own);
    ImagePlus movie = movie(golden, 1, "sec");
    assertEquals(
        own.replaceAll("\\d+", ""),
        refused(golden, "image", movie, "stack", TOGETHER, "interval", "9999999")
            .replaceAll("\\d+", ""));
    String near = refused(golden, "image", days, "stack", TOGETHER, "interval", "999");
    assertTrue(near.contains("found 16"), near); // 999 s * 2 * 8 and the rest of the prompt
    ask(golden, "image", days, "stack", TOGETHER, "interval", "200");
  }

  @Test
  void aWordThatIsNoTimeIsRefused() throws Exception {
    ImagePlus movie = movie("qwen3-vl-video", 10, "sec");
    String sentence =
        refused("qwen3-vl-video", "image", movie, "stack", TOGETHER, "interval", "soon");
    assertTrue(sentence.contains("'soon'"), sentence);
  }
}

package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import ij.IJ;
import ij.ImagePlus;
import ij.ImageStack;
import ij.gui.Roi;
import ij.measure.ResultsTable;
import ij.plugin.filter.Analyzer;
import ij.process.ColorProcessor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.command.CommandRuns.Run;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.SavedResult;

/** One question about several pictures. */
class TogetherTest {
  private final CommandRuns runs = new CommandRuns();
  @TempDir Path folder;

  @AfterEach
  void dispose() {
    runs.close();
  }

  /** Coloured planes that differ, as slices or as time points. */
  private static ImagePlus stack(int count, boolean time) {
    ImageStack stack = new ImageStack(40, 30);
    for (int i = 0; i < count; i++) {
      ColorProcessor plane = new ColorProcessor(40, 30);
      plane.setColor(0xf0e0d0 - 0x101010 * (i % 12));
      plane.fill(new Roi(i % 30, 5, 10, 10));
      stack.addSlice(plane);
    }
    ImagePlus image = new ImagePlus("cells.tif", stack);
    image.setDimensions(1, time ? 1 : count, time ? count : 1);
    image.getCalibration().frameInterval = 2.5;
    return image;
  }

  private static JsonObject run(Path results) {
    return SavedResult.run(results).orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({"slices-together, z, slice", "frames-together, t, time_point"})
  void allOfAStackHaveOneAnswer(String which, String axis, String place) {
    ImagePlus image = stack(9, axis.equals("t"));
    Path results = folder.resolve("results");
    Run run = run("image", image, "stack", which, "frames", 3, "output", results.toFile());
    ImagePlus maps = run.heatmaps();
    assertArrayEquals(new int[] {40, 30, 1, 3, 3}, maps.getDimensions());
    assertEquals("Attention of cells.tif", maps.getTitle());
    assertEquals(axis.equals("t") ? 2.5 : 0, maps.getCalibration().frameInterval);
    ResultsTable table = Analyzer.getResultsTable();
    assertEquals(9, table.size());
    assertShares(table, 3);
    int[] positions = {1, 5, 9};
    for (int i = 0; i < 3; i++) {
      assertEquals(positions[i], table.getValue("position", 3 * i));
      assertEquals(axis + "=" + positions[i], table.getStringValue("picture", 3 * i));
      Path one = results.resolve(axis + "000" + positions[i]);
      AttentionResult saved = SavedResult.read(one);
      maps.setPosition(1, 1, i + 1);
      assertArrayEquals(AttentionResult.of(maps).picture().rgb(), saved.picture().rgb());
      JsonArray pictures = run(one).getAsJsonArray("pictures");
      assertEquals(3, pictures.size());
      JsonObject own = pictures.get(i).getAsJsonObject();
      assertEquals(positions[i], own.get(place).getAsInt());
      assertEquals(40, own.get("width").getAsInt());
      assertEquals("cells.tif " + axis + "=" + positions[i], own.get("title").getAsString());
    }
    for (String file : List.of("attention-matrix.tif", "heatmaps.tif", "tokens.csv")) {
      assertTrue(Files.exists(results.resolve(file)), file);
    }
    assertFalse(Files.exists(results.resolve(axis + "0001/attention-matrix.tif")));
    ImagePlus written = IJ.openImage(results.resolve("heatmaps.tif").toString());
    assertArrayEquals(maps.getDimensions(), written.getDimensions());
    assertTrue(written.getInfoProperty().contains("pictures: " + axis + "=1; " + axis + "=5; "));
  }

  private Run run(Object... options) {
    try {
      Run run = runs.run(options);
      CommandRuns.assertDone(run);
      return run;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Of each token, those of the pictures make up that of the image. */
  private static void assertShares(ResultsTable table, int pictures) {
    int tokens = table.size() / pictures;
    for (int t = 0; t < tokens; t++) {
      double sum = 0;
      for (int p = 0; p < pictures; p++) {
        int row = p * tokens + t;
        sum += table.getValue("picture_attention", row);
        assertEquals(table.getValue("image_attention", t), table.getValue("image_attention", row));
        assertEquals(table.getStringValue("token", t), table.getStringValue("token", row));
        double entropy = table.getValue("entropy_bits", row);
        assertTrue(entropy > 0 && entropy <= 4.0001, "of 16 patches: " + entropy);
      }
      assertEquals(table.getValue("image_attention", t), sum, 1e-6);
    }
  }

  @Test
  void aTokensMapsSumToOneOverThePictures() {
    ImagePlus image = stack(3, false);
    Run run = run("image", image, "stack", "slices-together", "upsampling", "none");
    ImagePlus maps = run.heatmaps();
    for (int t = 1; t <= 3; t++) {
      double sum = 0;
      for (int p = 1; p <= 3; p++) {
        float[] plane = (float[]) maps.getStack().getPixels(maps.getStackIndex(1, t, p));
        sum += IntStream.range(0, plane.length).mapToDouble(i -> plane[i]).sum();
      }
      assertEquals(1, sum, 1e-5);
    }
  }

  /** Of the decoder's attention alone, a picture's share is what lies on its map. */
  @Test
  void aPicturesShareIsThatOfItsMap() {
    Run run =
        run(
            "image",
            stack(3, false),
            "stack",
            "slices-together",
            "upsampling",
            "none",
            "method",
            "language");
    ResultsTable table = Analyzer.getResultsTable();
    for (int row = 0; row < table.size(); row++) {
      float[] plane = (float[]) run.heatmaps().getStack().getPixels(row + 1);
      double sum = IntStream.range(0, plane.length).mapToDouble(i -> plane[i]).sum();
      double share = table.getValue("picture_attention", row);
      assertEquals(sum * table.getValue("image_attention", row), share, 1e-6);
    }
  }

  /** The demonstration model has room for one. */
  @Test
  void morePicturesThanTheModelHasRoomFor() throws Exception {
    String sentence =
        CommandRuns.assertRefused(
            runs.run("image", stack(2, false), "model", "demo", "stack", "slices-together"));
    assertTrue(sentence.contains("ask about fewer pictures at once"), sentence);
  }

  /** The source image finds the answer about the slice that it shows, and so do its ROIs. */
  @Test
  void theResultIsThatOfTheSliceAtHand() {
    ImagePlus image = stack(2, false);
    Run run = run("image", image, "stack", "slices-together");
    image.setSlice(2);
    AttentionResult second = LastResult.of(image);
    assertEquals("cells.tif z=2", second.source().title());
    run.heatmaps().setPosition(1, 1, 2);
    assertEquals(second.picture(), AttentionResult.of(run.heatmaps()).picture());
    image.setSlice(1);
    assertEquals("cells.tif z=1", LastResult.of(image).source().title());
  }

  private static String prompt(JsonObject run) {
    return run.getAsJsonArray("prompt_ids").asList().stream()
        .map(JsonElement::getAsString)
        .collect(Collectors.joining(" "));
  }

  private static String ids(Golden golden, String name) {
    return IntStream.of(golden.ints(name))
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(" "));
  }

  private Path ask(Golden golden, Object... options) {
    Path results = folder.resolve("results");
    Object[] all = {
      "model",
      golden.checkpoint().toString(),
      "template",
      golden.json.get("template").getAsString(),
      "prompt",
      golden.json.get("question").getAsString(),
      "length",
      6,
      "output",
      results.toFile()
    };
    Object[] both = new Object[all.length + options.length];
    System.arraycopy(all, 0, both, 0, all.length);
    System.arraycopy(options, 0, both, all.length, options.length);
    run(both);
    return results;
  }

  private static ImagePlus movie(Golden golden) {
    ImageStack stack = new ImageStack();
    for (int i = 1; i <= 3; i++) {
      String file = golden.folder.resolve("picture-%d.png".formatted(i)).toString();
      stack.addSlice(IJ.openImage(file).getProcessor());
    }
    ImagePlus movie = new ImagePlus("movie", stack);
    movie.setDimensions(1, 1, 3);
    return movie;
  }

  /** The prompt is that of Python's processor for a video. */
  @Test
  void timePointsAreAVideoWhereTheModelTakesVideos() {
    Golden golden = new Golden("families/onevision-video");
    Path results = ask(golden, "image", movie(golden), "stack", "frames-together");
    JsonObject run = run(results.resolve("t0003"));
    assertEquals(ids(golden, "input_ids"), prompt(run));
    assertShares(Analyzer.getResultsTable(), 3);
  }

  @Test
  void slicesArePicturesWhateverTheModelTakes() {
    Golden golden = new Golden("families/onevision-video");
    ImagePlus image = movie(golden);
    image.setDimensions(1, 3, 1);
    JsonObject run = run(ask(golden, "image", image, "stack", "slices-together").resolve("z0001"));
    assertNotEquals(ids(golden, "input_ids"), prompt(run));
    assertEquals(3, run.getAsJsonObject("picture").get("of").getAsInt());
  }

  /** Ids are Python's; the pictures differ in size. */
  @ParameterizedTest
  @ValueSource(strings = {"interleave-qwen2", "smolvlm-two", "onevision-two"})
  void filesOfSeveralSizes(String name) {
    Golden golden = new Golden("families/" + name);
    String one = golden.folder.resolve("picture-1.png").toString();
    String two = golden.folder.resolve("picture-2.png").toString();
    Path results = ask(golden, "images", one + "; " + two);
    JsonObject run = run(results.resolve("p0002"));
    assertEquals(ids(golden, "input_ids"), prompt(run));
    assertEquals(
        ids(golden, "generated_ids"),
        run.getAsJsonArray("generated_ids").asList().stream()
            .map(JsonElement::getAsString)
            .collect(Collectors.joining(" ")));
    ImagePlus maps = IJ.openImage(results.resolve("heatmaps.tif").toString());
    ImagePlus first = IJ.openImage(one);
    ImagePlus second = IJ.openImage(two);
    assertEquals(Math.max(first.getWidth(), second.getWidth()), maps.getWidth());
    assertEquals(Math.max(first.getHeight(), second.getHeight()), maps.getHeight());
    ResultsTable table = Analyzer.getResultsTable();
    assertTrue(Double.isNaN(table.getValue("position", 0)));
    assertEquals(name.equals("smolvlm-two"), table.columnExists("tiles_share"));
    assertFalse(new Gson().toJson(run.get("pictures")).contains("slice"));
  }

  /** As in the table of each picture; of two views, they sum to what fell on the picture. */
  @Test
  void eachViewHasItsShare() throws IOException {
    Golden golden = new Golden("families/smolvlm-two");
    String one = golden.folder.resolve("picture-1.png").toString();
    String two = golden.folder.resolve("picture-2.png").toString();
    Path results = ask(golden, "images", one + "; " + two);
    ResultsTable table = Analyzer.getResultsTable();
    int half = table.size() / 2;
    ResultsTable own = ResultsTable.open(results.resolve("p0002/tokens.csv").toString());
    for (int t = 0; t < half; t++) {
      double overview = table.getValue("overview_share", half + t);
      double tiles = table.getValue("tiles_share", half + t);
      assertEquals(own.getValue("overview_share", t), overview, 1e-6);
      assertEquals(own.getValue("tiles_share", t), tiles, 1e-6);
      double picture = table.getValue("picture_attention", half + t);
      assertEquals(picture / table.getValue("image_attention", half + t), overview + tiles, 1e-5);
    }
  }

  @Test
  void openImagesByTheirTitles() {
    ImagePlus one = CommandRuns.picture();
    one.setTitle("one");
    one.setRoi(new Roi(10, 5, 20, 20));
    ImagePlus two = CommandRuns.picture();
    two.setTitle("two");
    one.show();
    two.show();
    Run run = run("images", "one;two");
    assertArrayEquals(new int[] {40, 30, 1, 3, 2}, run.heatmaps().getDimensions());
    assertEquals("Attention of one and 1 more", run.heatmaps().getTitle());
    assertTrue(Float.isNaN(run.heatmaps().getStack().getProcessor(1).getf(25, 10)));
    assertFalse(Float.isNaN(run.heatmaps().getStack().getProcessor(4).getf(25, 10)));
    assertEquals("two", LastResult.of(two).source().title());
    assertEquals("one", LastResult.of(one).source().title());
  }

  @ParameterizedTest
  @CsvSource({
    "images, one.tif, two pictures",
    "images, one.tif;two.tif, neither",
    "stack, slices-together, more than one slice",
    "stack, frames-together, more than one frame",
    "stack, together, Expected stack",
    "frames, 3, stack=current",
  })
  void whatCannotBeAskedTogether(String option, String value, String expected) throws Exception {
    Object word = option.equals("frames") ? Integer.valueOf(value) : value;
    String sentence =
        CommandRuns.assertRefused(runs.run("image", CommandRuns.picture(), option, word));
    assertTrue(sentence.contains(expected), sentence);
  }

  @ParameterizedTest
  @CsvSource({
    "65, frames-together, 0, current, at most 64 pictures",
    "4, frames-together, 1, current, 2 or more",
    "4, frames-together, -1, current, 2 or more",
    "4, frames-together, 0, layers, keep=nothing",
  })
  void stacksThatCannot(int count, String which, int frames, String keep, String expected)
      throws Exception {
    String kept = keep.equals("current") ? "nothing" : keep;
    Path results = folder.resolve("results");
    String sentence =
        CommandRuns.assertRefused(
            runs.run(
                "image",
                stack(count, true),
                "stack",
                which,
                "frames",
                frames,
                "keep",
                kept,
                "output",
                results.toFile()));
    assertTrue(sentence.contains(expected), sentence);
    assertFalse(Files.exists(results));
  }

  @Test
  void oneWayAtATime() throws Exception {
    String sentence =
        CommandRuns.assertRefused(
            runs.run("image", stack(3, true), "stack", "frames-together", "images", "a;b"));
    assertTrue(sentence.contains("stack=current"), sentence);
  }

  @Test
  void someOfAStackOneByOne() {
    ImagePlus maps = run("image", stack(7, true), "stack", "frames", "frames", 3).heatmaps();
    assertEquals(3, maps.getNFrames());
    ResultsTable table = Analyzer.getResultsTable();
    assertEquals(4, table.getValue("position", 3));
    assertEquals(table.getValue("image_attention", 3), table.getValue("picture_attention", 3));
  }
}

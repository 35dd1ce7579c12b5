package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import ij.ImagePlus;
import ij.ImageStack;
import ij.gui.PointRoi;
import ij.gui.Roi;
import ij.io.RoiDecoder;
import ij.measure.ResultsTable;
import ij.plugin.filter.Analyzer;
import ij.process.ColorProcessor;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scijava.command.CommandModule;
import org.scijava.command.CommandService;
import org.vlmvisualizer.CheckpointCopy;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.ThinkingModel;
import org.vlmvisualizer.command.CommandRuns.Run;
import org.vlmvisualizer.output.SavedResult;

/** Boxes and points of answers of tiny models, as ROIs in files: headless, ImageJ has no others. */
class AnswerRoisTest {
  private static final String STARS =
      "[{\"bbox_2d\": [8, 4, 32, 20], \"label\": \"star\"},"
          + " {\"bbox_2d\": [32, 20, 8, 4], \"label\": \"star\"},"
          + " {\"point_2d\": [64, 32], \"label\": \"a/b\"}, {\"bbox_2d\": [0, 0, 9";

  private final CommandRuns runs = new CommandRuns();
  @TempDir Path folder;
  private String printed;

  @AfterEach
  void dispose() {
    runs.close();
  }

  private static String model(String family) {
    return Golden.ROOT.resolve("families").resolve(family).resolve("checkpoint").toString();
  }

  /** 100 x 80 pixels, 2 slices, 3 time points. */
  private static ImagePlus hyperstack() {
    ImageStack stack = new ImageStack(100, 80);
    for (int i = 0; i < 6; i++) {
      ColorProcessor plane = new ColorProcessor(100, 80);
      plane.setColor(0x404040 + 0x101010 * i);
      plane.fill(new Roi(30, 20, 20, 20));
      stack.addSlice(plane);
    }
    ImagePlus image = new ImagePlus("cells.tif", stack);
    image.setDimensions(1, 2, 3);
    image.setOpenAsHyperStack(true);
    return image;
  }

  private Path ask(String name, Object... options) throws Exception {
    Path results = folder.resolve(name);
    Map<String, Object> all = new HashMap<>(Map.of("boxes", "rois", "output", results.toFile()));
    for (int i = 0; i < options.length; i += 2) {
      all.put((String) options[i], options[i + 1]);
    }
    List<Object> flat = new ArrayList<>();
    all.forEach((key, value) -> flat.addAll(List.of(key, value)));
    Run run = runs.run(flat.toArray());
    assertFalse(run.command().isCanceled(), run.command().getCancelReason());
    printed = run.printed();
    return results;
  }

  /** As ImageJ reads them. */
  private static List<Roi> rois(Path results) throws IOException {
    List<Roi> rois = new ArrayList<>();
    File file = results.resolve("answer-rois.zip").toFile();
    try (ZipInputStream zip = new ZipInputStream(new FileInputStream(file))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Roi roi = RoiDecoder.openFromByteArray(zip.readAllBytes());
        assertEquals(roi.getName().replace('/', '_') + ".roi", entry.getName());
        rois.add(roi);
      }
    }
    return rois;
  }

  private static JsonObject run(Path results) throws IOException {
    return JsonParser.parseString(Files.readString(results.resolve("run.json"))).getAsJsonObject();
  }

  private static void check(Roi roi, String name, double x, double y, double width, double height) {
    assertEquals(name, roi.getName());
    assertEquals(x, roi.getFloatBounds().getX(), 1e-5);
    assertEquals(y, roi.getFloatBounds().getY(), 1e-5);
    assertEquals(width, roi.getFloatBounds().getWidth(), 1e-5);
    assertEquals(height, roi.getFloatBounds().getHeight(), 1e-5);
  }

  /** The part is 61 x 36 pixels, resized to 64 x 32. */
  @Test
  void aPartOfASliceOfAHyperstack() throws Exception {
    ImagePlus image = hyperstack();
    image.setPosition(1, 2, 3);
    image.setRoi(20, 10, 61, 36);
    Path results = ask("part", "image", image, "model", model("qwen2.5-vl-one"), "answer", STARS);
    List<Roi> rois = rois(results);
    assertEquals(3, rois.size());
    check(rois.get(0), "star", 27.625, 14.5, 22.875, 18);
    check(rois.get(1), "star 2", 27.625, 14.5, 22.875, 18);
    check(rois.get(2), "a/b", 81, 46, 0, 0);
    assertTrue(rois.get(2) instanceof PointRoi);
    for (Roi roi : rois) {
      assertTrue(roi.hasHyperStackPosition());
      assertEquals(0, roi.getCPosition());
      assertEquals(2, roi.getZPosition());
      assertEquals(3, roi.getTPosition());
    }
    JsonObject told = run(results);
    assertEquals(
        "[{\"label\":\"star\",\"x\":27.625,\"y\":14.5,\"width\":22.875,\"height\":18.0},"
            + "{\"label\":\"star\",\"x\":27.625,\"y\":14.5,\"width\":22.875,\"height\":18.0},"
            + "{\"label\":\"a/b\",\"x\":81.0,\"y\":46.0}]",
        told.getAsJsonArray("boxes").toString());
    String leftOut = told.get("boxes_left_out").getAsString();
    PlainSentence.check(leftOut);
    assertTrue(leftOut.contains("1 that cannot be understood"), leftOut);
    assertTrue(printed.contains("cells.tif: " + leftOut), printed);
    assertEquals("rois", told.getAsJsonObject("options").get("boxes").getAsString());
    assertMeasured(results);
  }

  /** The maps are measured in the ROIs that the run has written. */
  private void assertMeasured(Path results) throws Exception {
    CommandModule module =
        runs.context
            .service(CommandService.class)
            .run(
                AttentionInRois.class,
                true,
                Map.of(
                    "folder",
                    results.toFile(),
                    "rois",
                    results.resolve("answer-rois.zip").toFile()))
            .get();
    assertFalse(module.isCanceled(), module.getCancelReason());
    ResultsTable table = Analyzer.getResultsTable();
    assertEquals(SavedResult.read(results).maps().size(), table.size());
    double share = table.getValue("star_share", 0);
    assertTrue(share > 0 && share < 1, "" + share);
    assertEquals(share, table.getValue("star_2_share", 0));
    assertTrue(Double.isNaN(table.getValue("a_b_share", 0)));
  }

  /** Each slice has the ROIs of its own answer, at its own place. */
  @Test
  void eachSliceOfAStack() throws Exception {
    ImagePlus image = hyperstack();
    image.setPosition(1, 1, 2);
    Object[] options = {
      "image", image, "model", model("qwen3-vl-one"), "answer", "{\"point_2d\": [500, 250]}"
    };
    Path slices = ask("slices", with(options, "stack", "slices"));
    for (int z = 1; z <= 2; z++) {
      Roi roi = rois(slices.resolve("z000" + z)).get(0);
      check(roi, "point", 50, 20, 0, 0);
      assertEquals(z, roi.getZPosition());
      assertEquals(2, roi.getTPosition());
    }
    image.setOpenAsHyperStack(false);
    image.setDimensions(1, 6, 1);
    Path two = ask("two", with(options, "stack", "slices", "frames", 2));
    assertEquals(1, rois(two.resolve("z0001")).get(0).getPosition());
    assertEquals(6, rois(two.resolve("z0006")).get(0).getPosition());
    image.setDimensions(1, 1, 6);
    Path times = ask("times", with(options, "stack", "frames", "frames", 2));
    assertEquals(6, rois(times.resolve("t0006")).get(0).getPosition());
    Path alone = ask("alone", with(options, "image", CommandRuns.picture()));
    assertEquals(0, rois(alone).get(0).getPosition());
    assertFalse(rois(alone).get(0).hasHyperStackPosition());
  }

  private static Object[] with(Object[] options, Object... more) {
    List<Object> all = new ArrayList<>(List.of(options));
    all.addAll(List.of(more));
    return all.toArray();
  }

  /** Its marks are control tokens, which the answer as people read it does not have. */
  @Test
  void qwen2MarksBoxesByControlTokens() throws Exception {
    CheckpointCopy copy =
        CheckpointCopy.of("families/qwen2-vl-one", folder).edit("tokenizer.json", this::addMarks);
    String answer =
        "<|object_ref_start|>a dot<|object_ref_end|><|box_start|>(100,250),(500,750)<|box_end|>";
    Path results =
        ask(
            "marks",
            "image",
            CommandRuns.picture(),
            "model",
            copy.folder.toString(),
            "answer",
            answer);
    assertEquals(1, rois(results).size());
    check(rois(results).get(0), "a dot", 4, 7.5, 16, 15);
    assertEquals("a dot(100,250),(500,750)", run(results).get("answer").getAsString());
    assertTrue(Files.readString(results.resolve("tokens.csv")).contains("<|box_start|>"));
  }

  private void addMarks(JsonObject tokenizer) {
    int id = 320;
    for (String mark : List.of("object_ref_start", "object_ref_end", "box_start", "box_end")) {
      JsonObject token =
          tokenizer.getAsJsonArray("added_tokens").get(0).deepCopy().getAsJsonObject();
      token.addProperty("id", id++);
      token.addProperty("content", "<|" + mark + "|>");
      tokenizer.getAsJsonArray("added_tokens").add(token);
    }
  }

  /** Whatever its tiles, it counts in thousandths of the picture. */
  @Test
  void internVlSeesTilesAndTellsOfThePicture() throws Exception {
    Path results =
        ask(
            "tiles",
            "image",
            CommandRuns.picture(),
            "model",
            model("internvl-one"),
            "answer",
            "<ref>dots</ref><box>[[100, 250, 500, 750], [0, 0, 1000, 500]]</box>");
    check(rois(results).get(0), "dots", 4, 7.5, 16, 15);
    check(rois(results).get(1), "dots 2", 0, 0, 40, 15);
  }

  @Test
  void theFirstQwenVlTellsOfThePictureThatItSeesSquashed() throws Exception {
    Path results =
        ask(
            "first",
            "image",
            CommandRuns.picture(),
            "model",
            model("qwen-vl-one"),
            "answer",
            "<ref>dots</ref><box>(100,250),(500,750)</box>");
    check(rois(results).get(0), "dots", 4, 7.5, 16, 15);
  }

  /** 40 x 30 pixels in a square of 40, 5 of border above. */
  @Test
  void llavaTellsSharesOfThePaddedSquare() throws Exception {
    Path results =
        ask("llava", "image", CommandRuns.picture(), "answer", "It is [0.1, 0.25, 0.5, 0.75].");
    check(rois(results).get(0), "box", 4, 5, 16, 20);
  }

  /** Thoughts may be in other units, and are no answer. */
  @Test
  void whatIsThoughtIsNotTheAnswer() throws Exception {
    Path results =
        ask(
            "thought",
            "image",
            CommandRuns.picture(),
            "model",
            ThinkingModel.copy(folder).folder.toString(),
            "template",
            ThinkingModel.TEMPLATE,
            "answer",
            "{\"point_2d\": [10, 20]}</think>{\"point_2d\": [500, 500], \"label\": \"it\"}");
    assertEquals(1, rois(results).size());
    check(rois(results).get(0), "it", 20, 15, 0, 0);
  }

  @Test
  void anAnswerWithoutBoxesLeavesNoneOfAnEarlierRun() throws Exception {
    String qwen = model("qwen3-vl-one");
    String point = "{\"point_2d\": [500, 250]}";
    ask("again", "image", CommandRuns.picture(), "model", qwen, "answer", point);
    Path results = ask("again", "image", CommandRuns.picture(), "model", qwen, "answer", "None.");
    assertFalse(Files.exists(results.resolve("answer-rois.zip")));
    assertEquals(0, run(results).getAsJsonArray("boxes").size());
    ask("again", "image", CommandRuns.picture(), "model", qwen, "answer", point);
    ask("again", "image", CommandRuns.picture(), "model", qwen, "answer", point, "boxes", "none");
    assertFalse(Files.exists(results.resolve("answer-rois.zip")));
    assertFalse(run(results).has("boxes"));
  }

  @Test
  void whatCannotBeObeyedIsRefused() throws Exception {
    Object[] asked = {"image", hyperstack(), "boxes", "rois", "answer", STARS};
    String qwen = model("qwen2.5-vl-one");
    File output = folder.resolve("refused").toFile();
    String noFolder = CommandRuns.assertRefused(runs.run(with(asked, "model", qwen)));
    assertTrue(noFolder.contains("answer-rois.zip"), noFolder);
    Object[] together = with(asked, "model", qwen, "stack", "slices-together", "output", output);
    String several = CommandRuns.assertRefused(runs.run(together));
    assertTrue(several.contains("boxes=none with several pictures"), several);
    for (String other : List.of("next-vicuna", "llava-siglip-qwen2", "smolvlm-tiles")) {
      Run run = runs.run(with(asked, "model", model(other), "output", output));
      String sentence = CommandRuns.assertRefused(run);
      assertTrue(sentence.contains("no format of boxes is known"), sentence);
    }
    assertFalse(output.exists());
  }

  @Test
  void aFolderHasAnArchiveForEachPicture() throws Exception {
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    for (int i = 0; i < 2; i++) {
      Files.copy(
          Golden.ROOT.resolve("families/qwen3-vl-one/picture-1.png"),
          pictures.resolve("page" + i + ".png"));
    }
    Path results = folder.resolve("results");
    String answer =
        "[{\"bbox_2d\": [100, 250, 500, 750], \"label\": \"star\"}, {\"point_2d\": [1]}]";
    for (String boxes : List.of("none", "rois", "rois")) {
      CommandModule module =
          runs.context
              .service(CommandService.class)
              .run(
                  AttentionInFolder.class,
                  true,
                  Map.of(
                      "model",
                      model("qwen3-vl-one"),
                      "answer",
                      answer,
                      "boxes",
                      boxes,
                      "folder",
                      pictures.toFile(),
                      "output",
                      results.toFile()))
              .get();
      assertFalse(module.isCanceled(), module.getCancelReason());
      for (int i = 0; i < 2; i++) {
        Path own = results.resolve("page" + i + "-png");
        assertEquals(boxes.equals("rois"), Files.exists(own.resolve("answer-rois.zip")));
        if (boxes.equals("rois")) {
          check(rois(own).get(0), "star", 6.1, 9, 24.4, 18);
        }
      }
    }
    String rows = Files.readString(results.resolve("batch.csv"));
    assertTrue(rows.contains(",Boxes and points of the answer"), rows);
  }
}

package org.vlmvisualizer.ask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.ImagePlus;
import ij.ImageStack;
import ij.gui.Roi;
import ij.process.ByteProcessor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.CheckpointCopy;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.analysis.Analysis;
import org.vlmvisualizer.analysis.AttentionModel;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.TestFiles;
import org.vlmvisualizer.cli.AttentionCli;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.picture.ImageInput;
import org.vlmvisualizer.shelf.AnswerTimes;
import org.vlmvisualizer.shelf.StageTimes;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** What a question costs, told before it is asked. */
class ForetoldCostTest {
  /** Those of the command line, but for what takes time. */
  private static final Map<String, String> USUAL = usual();

  private final ModelKeeper keeper = new ModelKeeper();
  @TempDir Path folder;

  @AfterEach
  void close() {
    keeper.close();
  }

  private static Map<String, String> usual() {
    Map<String, String> words = new HashMap<>();
    for (OptionSpec option : new CommandLine(new AttentionCli()).getCommandSpec().options()) {
      words.put(option.longestName().substring(2), String.valueOf((Object) option.getValue()));
    }
    words.putAll(
        Map.of("length", "11", "evidence", "off", "device", "cpu", "precision", "float32"));
    return words;
  }

  private static RequestOptions options(String... others) {
    Map<String, String> words = new HashMap<>(USUAL);
    for (int i = 0; i < others.length; i += 2) {
      words.put(others[i], others[i + 1]);
    }
    return RequestOptions.of("What?", words::get);
  }

  private static Checkpoint checkpoint(String name) {
    return name.equals(Checkpoint.DEMO)
        ? Checkpoint.find(name)
        : Checkpoint.open(Golden.ROOT.resolve("families").resolve(name).resolve("checkpoint"));
  }

  /** Grey planes, as slices or as time points. */
  private static ImagePlus stack(int width, int height, int count, boolean time) {
    ImageStack planes = new ImageStack(width, height);
    IntStream.range(0, count).forEach(i -> planes.addSlice(new ByteProcessor(width, height)));
    ImagePlus image = new ImagePlus("stack", planes);
    image.setDimensions(1, time ? 1 : count, time ? count : 1);
    return image;
  }

  /**
   * Of models that see pictures in ways of their own: the image tokens of the prompt that the run
   * makes, be it one picture, a selection, several pictures or a video.
   */
  @ParameterizedTest
  @CsvSource({
    "demo, tiles, on, CURRENT, false",
    "demo, tiles, on, CURRENT, true",
    "smolvlm-tiles, tiles, on, CURRENT, false",
    "smolvlm-tiles, tiles, off, CURRENT, false",
    "smolvlm-tiles, tiles, on, SLICES_TOGETHER, true",
    "qwen2.5-vl-one, detail, 6, CURRENT, false",
    "qwen2.5-vl-one, detail, 20, CURRENT, false",
    "qwen2.5-vl-one, detail, full, CURRENT, false",
    "qwen2.5-vl-one, detail, full, CURRENT, true",
    "qwen2.5-vl-one, detail, standard, SLICES_TOGETHER, false",
    "qwen2.5-vl-video, detail, standard, FRAMES_TOGETHER, false",
    "qwen3-vl-video, detail, 6, FRAMES_TOGETHER, true",
    "next-mistral, tiles, on, CURRENT, true",
    "next-video-frames, tiles, on, FRAMES_TOGETHER, false",
    "onevision-video, tiles, on, SLICES_TOGETHER, false",
    "onevision-video, tiles, on, FRAMES_TOGETHER, true"
  })
  void imageTokensAreThoseOfTheRun(
      String model, String option, String word, StackChoice which, boolean selected) {
    ImagePlus image = stack(90, 61, 3, which.isTime());
    Roi roi = selected ? new Roi(10, 5, 70, 22) : null;
    RequestOptions options = options(option, word);
    ForetoldCost cost =
        ForetoldCost.of(keeper, checkpoint(model), options, AskedSizes.of(image, which, roi, 2));
    assertEquals(1, cost.questions());
    List<RgbPicture> pictures =
        which == StackChoice.CURRENT
            ? List.of(ImageInput.of(image, roi).picture())
            : StackPictures.of(image, which, roi, 2).pictures().stream()
                .map(p -> p.content().apply(Progress.NONE).input().picture())
                .toList();
    try (AttentionModel asked =
        AttentionModel.open(checkpoint(model), "cpu", Precision.FLOAT32, Progress.NONE)) {
      Analysis analysis = asked.analyze(pictures, which.isTime(), options.request(), Progress.NONE);
      assertEquals(analysis.prompt().imagePositions().length, cost.imageTokens());
    }
  }

  /** A picture of which 1.2 GB could not be made in the memory of the tests. */
  @Test
  void noPixelIsMade() {
    RgbPicture huge = RgbPicture.ofSize(2_000_000, 100_000);
    AskedSizes sizes = new AskedSizes(List.of(huge), false, 1);
    assertEquals("256 image tokens", ForetoldCost.of(keeper, copied(), options(), sizes).text());
  }

  /** Each question has cost of its own. */
  @Test
  void questionsOneByOneAreCounted() {
    AskedSizes sizes = AskedSizes.of(stack(50, 40, 5, true), StackChoice.FRAMES, null, 0);
    assertEquals(
        "5 questions, each of 256 image tokens",
        ForetoldCost.of(keeper, copied(), options(), sizes).text());
  }

  @Test
  void whatWouldBeRefusedIsRefused() {
    ImagePlus one = stack(50, 40, 1, true);
    ImagePlus many = stack(5, 4, 65, true);
    for (StackChoice which : List.of(StackChoice.FRAMES, StackChoice.FRAMES_TOGETHER)) {
      assertThrows(InputException.class, () -> AskedSizes.of(one, which, null, 0));
    }
    assertThrows(
        InputException.class, () -> AskedSizes.of(many, StackChoice.FRAMES_TOGETHER, null, 0));
    assertEquals(65, AskedSizes.of(many, StackChoice.FRAMES, null, 0).questions());
    AskedSizes sizes = AskedSizes.of(one, StackChoice.CURRENT, null, 0);
    assertThrows(
        InputException.class,
        () -> ForetoldCost.of(keeper, checkpoint("next-mistral"), options("tiles", "off"), sizes));
  }

  /** Without PyTorch's help: a copy of the demo model that has never run. */
  private Checkpoint copied() {
    Path model = folder.resolve("demo");
    if (!model.toFile().exists()) {
      TestFiles.copy(Path.of("src/main/resources/demo-checkpoint"), model);
    }
    return Checkpoint.open(model);
  }

  private ForetoldCost ofTwo(String... others) {
    RgbPicture one = RgbPicture.ofSize(40, 30);
    AskedSizes sizes = new AskedSizes(List.of(one, one), false, 1);
    return ForetoldCost.of(keeper, copied(), options(others), sizes);
  }

  /** 256 image tokens of 300 took 2 + 30 s, so 512 of 556 take 4 + 55.6. */
  @Test
  void secondsAreThoseOfTheLastRunInProportion() {
    assertTrue(Double.isNaN(ofTwo().first()));
    AnswerTimes.ofThisUser()
        .record(copied().folder(), "cpu", "float32", 0, new StageTimes(256, 300, 7, 2, 30, 0.5));
    double reading = 4 + 55.6;
    ForetoldCost plain = ofTwo();
    assertEquals(reading + 7, plain.first(), 1e-9, "the model is loaded first");
    assertEquals(10 * 0.5, plain.more(), 1e-9);
    assertEquals(
        "512 image tokens; 1 min until the first word, up to 5 s more for 11 tokens (from the last run on this computer: cpu, float32)",
        plain.text());
    assertEquals(
        "1 image token; less than 2 s until the first word, up to 2 s more for 1 token (from the last run on this computer: cpu, int8)",
        new ForetoldCost(1, 1, 1, 0.1, 0.1, "cpu, int8").text());
    assertEquals(5 + reading, ofTwo("evidence", "on").more(), 1e-9);
    assertEquals(5 + 22 * reading, ofTwo("check", "map").more(), 1e-9);
    assertEquals(5 + 3 * reading, ofTwo("check", "stability").more(), 1e-9);
    double windows = 2 * 256 / 4;
    assertEquals(5 + (1 + windows) * reading, ofTwo("method", "occlusion").more(), 1e-6);
    assertEquals("cpu, float32", ofTwo("device", "auto", "precision", "auto").conditions());
    for (ForetoldCost none :
        List.of(ofTwo("precision", "int4"), ofTwo("device", "gpu"), ofTwo("answer", "Two."))) {
      assertEquals("512 image tokens", none.text());
    }
  }

  /** After a run there are seconds, and a model that is loaded is not loaded again. */
  @Test
  void aRunTellsTheNext() {
    ImageInput input = ImageInput.of(stack(50, 40, 1, false), null);
    AskedSizes sizes = AskedSizes.of(input);
    String model = folder.resolve("checkpoint").toString();
    CheckpointCopy.of("families/qwen3-vl-one", folder);
    try (Asker asker =
        new Asker(keeper, Checkpoint.find(model), options("length", "4"), engine -> {})) {
      assertTrue(Double.isNaN(asker.foretell(sizes).first()));
      asker.ask(input, Progress.NONE);
    }
    double loaded = first(keeper, model, sizes);
    try (ModelKeeper other = new ModelKeeper()) {
      assertTrue(first(other, model, sizes) > loaded && loaded > 0);
    }
  }

  private static double first(ModelKeeper keeper, String model, AskedSizes sizes) {
    return ForetoldCost.of(keeper, Checkpoint.find(model), options(), sizes).first();
  }
}

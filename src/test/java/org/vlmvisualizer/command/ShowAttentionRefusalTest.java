package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.ImagePlus;
import ij.gui.Roi;
import ij.process.FloatProcessor;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every value that cannot be used is refused in one sentence and leaves nothing behind. */
class ShowAttentionRefusalTest {
  private static CommandRuns runs;
  @TempDir Path folder;

  @BeforeAll
  static void create() {
    runs = new CommandRuns();
  }

  @AfterAll
  static void dispose() {
    runs.close();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(0, files.count());
    }
  }

  private String refusal(Object... options) throws Exception {
    Object[] all = new Object[options.length + 2];
    all[0] = "output";
    all[1] = folder.resolve("results").toFile();
    System.arraycopy(options, 0, all, 2, options.length);
    return CommandRuns.assertRefused(runs.run(all));
  }

  @ParameterizedTest
  @CsvSource({
    "method, attention",
    "method, ''",
    "vision, some",
    "layers, 9-3",
    "layers, x",
    "layers, 0-2",
    "layers, -1",
    "heads, 4",
    "heads, 0-99999",
    "first, ''",
    "first, Drop",
    "keep, all",
    "keep, Heads",
    "keep, ''",
    "template, vicuna",
    "system, yes",
    "fit, squeeze",
    "detail, huge",
    "detail, 0",
    "detail, 3",
    "detail, 99999",
    "detail, high",
    "device, tpu",
    "device, gpu:99",
    "precision, float64",
    "precision, float16",
    "upsampling, lanczos",
    "prompt, ''",
    "prompt, '  '",
    "prompt, What is <image>?",
    "model, ''",
    "model, /no/such/folder"
  })
  void refusesTheWord(String key, String value) throws Exception {
    String reason = refusal("image", CommandRuns.picture(), key, value);
    assertTrue(reason.contains("xpected") || reason.contains("found"), reason);
  }

  @Test
  void refusesHalfACharacterBeforeTheModelIsLookedFor() throws Exception {
    Object[] options = {
      "image", CommandRuns.picture(), "prompt", "What? \udd2c", "model", "/no/such/folder"
    };
    assertTrue(refusal(options).contains("half of one (U+DD2C)"));
  }

  @ParameterizedTest
  @CsvSource({"0", "-1", "1000000", "2147483647", "4096"})
  void refusesTheLength(int length) throws Exception {
    refusal("image", CommandRuns.picture(), "length", length);
  }

  @Test
  void refusesToRunWithoutAnImage() throws Exception {
    assertTrue(refusal().contains("Open an image"));
  }

  @Test
  void refusesAnImageWithoutPixels() throws Exception {
    refusal("image", new ImagePlus());
  }

  @Test
  void refusesAnEmptyFolderAsModel(@TempDir Path empty) throws Exception {
    assertTrue(
        refusal("image", CommandRuns.picture(), "model", "" + empty).contains("config.json"));
  }

  @Test
  void refusesPixelsThatAreNoNumbers() throws Exception {
    ImagePlus image = new ImagePlus("NaN", new FloatProcessor(2, 1, new float[] {1, Float.NaN}));
    assertTrue(refusal("image", image).contains("NaN"));
  }

  @Test
  void refusesASelectionOutsideTheImage() throws Exception {
    ImagePlus image = CommandRuns.picture();
    image.setRoi(new Roi(100, 100, 5, 5));
    refusal("image", image);
  }

  @Test
  void refusesAFileAsOutput(@TempDir Path other) throws Exception {
    File file = Files.writeString(other.resolve("file"), "mine").toFile();
    String reason =
        CommandRuns.assertRefused(runs.run("image", CommandRuns.picture(), "output", file));
    assertTrue(reason.contains("found a file"));
    assertEquals("mine", Files.readString(file.toPath()));
  }
}

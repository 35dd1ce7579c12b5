package org.vlmvisualizer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.ImagePlus;
import ij.process.FloatProcessor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.core.CleanText;

/** Arguments that cannot be used: exit code 1 or 2, one sentence, nothing written. */
class CliRefusalTest {
  @TempDir Path folder;

  private String refused(String... options) throws Exception {
    return CliRun.refusal(1, folder, CliRun.arguments(folder, options));
  }

  @ParameterizedTest
  @CsvSource({
    "--length, 0",
    "--length, -1",
    "--length, 1000000",
    "--method, attention",
    "--vision, some",
    "--layers, 9-3",
    "--layers, x",
    "--heads, 4",
    "--first, maybe",
    "--keep, all",
    "--files, some",
    "--files, table",
    "--pack, tar",
    "--pack, zip",
    "--template, vicuna",
    "--system, yes",
    "--fit, squeeze",
    "--device, tpu",
    "--device, gpu:99",
    "--precision, float64",
    "--upsampling, lanczos",
    "--prompt, ''",
    "--prompt, What is \ufffd?",
    "--prompt, What is <image>?",
    "--model, ''",
    "--model, /no/such/folder",
    "--roi, 1;2;3;4",
    "--roi, '1,2,3'",
    "--roi, '1,2,3,x'",
    "--roi, '-1,0,3,3'",
    "--roi, '0,0,0,0'",
    "--roi, '9999999,0,3,3'",
    "--roi, '500,500,3,3'",
    "--image, ''",
    "--image, /no/such/picture.png"
  })
  void refusesTheOption(String key, String value) throws Exception {
    refused(key, value);
  }

  @Test
  void halfACharacterIsRefusedBeforeTheModelIsLookedFor() throws Exception {
    String sentence = refused("--prompt", "What? \ud83d", "--model", "/no/such/folder");
    assertTrue(sentence.contains("half of one (U+D83D) after 6 others"), sentence);
  }

  /** Names and configs are others' text: none of it may steer the terminal. */
  @Test
  void controlCharactersDoNotReachTheTerminal() throws Exception {
    String steering = "\u001b]0;title\u0007\u001b[2J\u009b1m\u202e";
    assertClean(refused("--image", folder.resolve("a" + steering + ".png").toString()));
    assertClean(refused("--lut", steering));
    Path model = Files.createDirectory(folder.resolve("model"));
    Files.writeString(model.resolve("config.json"), "{\"model_type\": \"\\u001b[2J\"}");
    assertClean(refused("--model", model.toString()));
    List<String> all = CliRun.arguments(folder);
    all.add("--" + steering);
    assertClean(CliRun.refusal(2, folder, all));
  }

  private static void assertClean(String sentence) {
    assertEquals(CleanText.of(sentence), sentence);
    assertTrue(sentence.contains("?"), sentence);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--length three",
        "--length",
        "--lenght 3",
        "--length 99999999999",
        "--prompt --yes"
      })
  void wrongUsageEndsWithTwo(String options) throws Exception {
    List<String> all = CliRun.arguments(folder);
    all.subList(all.indexOf("--length"), all.size()).clear();
    all.addAll(List.of(options.split(" ")));
    CliRun.refusal(2, folder, all);
  }

  /** Not the folder in which the program runs. */
  @ParameterizedTest
  @ValueSource(strings = {"", " "})
  void anEmptyOutputIsNoFolder(String output) throws Exception {
    CliRun.refusal(2, folder, CliRun.arguments(folder, "--output", output));
    assertFalse(Files.exists(Path.of("run.json")));
  }

  /** Not the pictures of the folder in which the program runs. */
  @Test
  void anEmptyImageIsNoFolder() throws Exception {
    assertTrue(refused("--image", "").contains("path or address of a picture"));
  }

  @Test
  void missingOptionsAreNamed() throws Exception {
    String sentence = CliRun.refusal(2, folder, List.of("--prompt", "What?"));
    assertTrue(sentence.contains("--image") && sentence.contains("--output"), sentence);
  }

  @Test
  void aFolderIsNoPicture() throws Exception {
    refused("--image", folder.toString());
  }

  @Test
  void textIsNoPicture() throws Exception {
    refused("--image", Files.writeString(folder.resolve("a.png"), "Not a picture.").toString());
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.01, 0.3, 0.9})
  void aPictureCutShortIsNoPicture(double share) throws Exception {
    byte[] whole = Files.readAllBytes(CliRun.GOLDEN.resolve("picture.png"));
    Path file = folder.resolve("cut.png");
    Files.write(file, Arrays.copyOf(whole, (int) (share * whole.length)));
    refused("--image", file.toString());
  }

  @Test
  void pixelsThatAreNoNumbersAreRefused() throws Exception {
    float[] pixels = new float[100];
    pixels[42] = Float.NaN;
    Path file = folder.resolve("nan.tif");
    new ij.io.FileSaver(new ImagePlus("", new FloatProcessor(10, 10, pixels)))
        .saveAsTiff(file.toString());
    assertTrue(refused("--image", file.toString()).contains("NaN"));
  }

  @Test
  void aFileIsNoFolderForResults() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "mine");
    refused("--output", file.toString());
    refused("--output", file.resolve("below").toString());
    assertEquals("mine", Files.readString(file));
  }

  @ParameterizedTest
  @EnabledOnOs(OS.LINUX)
  @ValueSource(strings = {"/proc/results", "/dev/full", "/dev/full/results", "/proc"})
  void whatCannotBeWrittenToIsRefused(String output) throws Exception {
    refused("--output", output);
  }

  @Test
  void foldersMadeOnTheWayAreNotLeft() throws Exception {
    refused("--output", folder.resolve("a/b/c").toString(), "--model", "/no/such/folder");
  }

  @Test
  void earlierResultsStay() throws Exception {
    Path results = Files.createDirectory(folder.resolve("results"));
    Files.writeString(results.resolve("tokens.csv"), "earlier");
    refused("--layers", "99");
    assertEquals("earlier", Files.readString(results.resolve("tokens.csv")));
  }
}

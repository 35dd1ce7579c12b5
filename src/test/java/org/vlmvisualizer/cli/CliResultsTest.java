package org.vlmvisualizer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import ij.IJ;
import ij.ImagePlus;
import ij.process.ByteProcessor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.PlainSentence;

/** What a good run writes. */
class CliResultsTest {
  @TempDir Path folder;

  private Path results(String... options) {
    CliRun run = CliRun.of(CliRun.arguments(folder, options));
    assertEquals("", run.err());
    assertEquals("", run.printed());
    assertEquals(0, run.exitCode());
    assertEquals(1, run.out().lines().count());
    return folder.resolve("results");
  }

  private static JsonObject json(Path results) throws Exception {
    return JsonParser.parseString(Files.readString(results.resolve("run.json"))).getAsJsonObject();
  }

  private static int[] ids(JsonArray array) {
    return array.asList().stream().mapToInt(e -> e.getAsInt()).toArray();
  }

  @Test
  void writesEveryFileAndPrintsTheAnswer() throws Exception {
    Path results = results("--length", "8");
    List<String> names =
        CliRun.list(results).stream().skip(1).map(f -> f.getFileName().toString()).toList();
    assertEquals(
        List.of(
            "attention-matrix.tif",
            "attention-ratio.png",
            "heatmaps.tif",
            "methods.txt",
            "montage.png",
            "patches.tif",
            "picture.png",
            "run.json",
            "tokens.csv",
            "words.csv"),
        names);
    assertTrue(ImageIO.read(results.resolve("montage.png").toFile()).getWidth() > 100);
    assertTrue(ImageIO.read(results.resolve("attention-ratio.png").toFile()).getWidth() > 100);
    ImagePlus matrix = IJ.openImage(results.resolve("attention-matrix.tif").toString());
    assertEquals(new Golden("llama-mha").shape("matrix")[0], matrix.getWidth());
  }

  @Test
  void tableHasItsColumnsAndNoNaN() throws Exception {
    List<String> lines = Files.readAllLines(results().resolve("tokens.csv"));
    assertTrue(
        lines
            .get(0)
            .startsWith(
                "index,token_id,token,probability,image_attention,prompt_attention,generated_attention,padding_share,peak_x,peak_y"));
    assertEquals(4, lines.size());
    // All but the checks of maps, which were not asked.
    String notAsked = ",NaN,NaN,NaN,NaN,NaN";
    assertTrue(lines.stream().skip(1).allMatch(line -> line.endsWith(notAsked)));
    assertFalse(lines.stream().anyMatch(line -> line.replace(notAsked, "").contains("NaN")));
  }

  @Test
  void runJsonTellsHowItCameAbout() throws Exception {
    JsonObject run = json(results("--length", "8"));
    Golden golden = new Golden("llama-mha");
    assertTrue(
        run.keySet()
            .containsAll(
                Set.of(
                    "model",
                    "device",
                    "precision",
                    "precision_reason",
                    "question",
                    "answer",
                    "picture",
                    "image",
                    "engine")));
    assertEquals(run.get("device"), run.getAsJsonObject("engine").get("device"));
    PlainSentence.check(run.getAsJsonObject("engine").get("device_reason").getAsString());
    assertTrue(run.get("model_sha256").getAsString().matches("[0-9a-f]{64}"));
    assertEquals(golden.json.get("prompt"), run.get("prompt"));
    assertEquals(golden.json.get("generatedText"), run.get("answer"));
    org.junit.jupiter.api.Assertions.assertArrayEquals(
        golden.ints("input_ids"), ids(run.getAsJsonArray("prompt_ids")));
    org.junit.jupiter.api.Assertions.assertArrayEquals(
        golden.ints("generated_ids"), ids(run.getAsJsonArray("generated_ids")));
    assertEquals(
        Set.of(
            "method",
            "vision",
            "layers",
            "heads",
            "first_token",
            "sinks",
            "window",
            "localization",
            "keep",
            "template",
            "system",
            "fit",
            "tiles",
            "detail",
            "interval",
            "length",
            "answer",
            "evidence",
            "check",
            "boxes"),
        run.getAsJsonObject("options").keySet());
    assertTrue(
        run.getAsJsonObject("versions")
            .keySet()
            .containsAll(Set.of("vlm_visualizer", "pytorch", "djl", "java")));
    for (String stage :
        List.of("load", "preprocess", "vision", "prefill", "decode", "attribution")) {
      assertTrue(run.getAsJsonObject("seconds").get(stage).getAsDouble() >= 0, stage);
    }
  }

  @Test
  void withoutUpsamplingEachSliceSumsToOne() throws Exception {
    Path results = results("--method", "vlm-visualizer", "--upsampling", "none", "--length", "8");
    ImagePlus maps = IJ.openImage(results.resolve("heatmaps.tif").toString());
    assertEquals(8, maps.getStackSize());
    assertEquals(4, maps.getWidth());
    float[] expected = new Golden("llama-mha").floats("map");
    for (int t = 0; t < 8; t++) {
      float[] pixels = (float[]) maps.getStack().getPixels(t + 1);
      double sum = 0;
      for (int p = 0; p < pixels.length; p++) {
        assertEquals(expected[16 * t + p], pixels[p], 1e-5);
        sum += pixels[p];
      }
      assertEquals(1, sum, 1e-5);
    }
  }

  /** No file's content in the place of its name, no variable's value, no quotes taken away. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "@src/test/resources/golden/llama-mha/golden.json",
        "${user.home} and $HOME, %s and 100 %",
        "\"quoted\"",
        "- one? -- two?"
      })
  void aQuestionIsAskedToTheLetter(String question) throws Exception {
    String prompt = json(results("--prompt", question)).get("prompt").getAsString();
    assertTrue(prompt.contains(question), prompt);
  }

  @Test
  void aRegionIsWhatIsAskedAbout() throws Exception {
    JsonObject run = json(results("--roi", "5,6,20,10"));
    assertEquals(20, run.getAsJsonObject("picture").get("width").getAsInt());
    assertEquals(5, run.getAsJsonObject("image").get("x").getAsInt());
    assertEquals(6, run.getAsJsonObject("image").get("y").getAsInt());
  }

  @Test
  void aPictureOfOnePixelWorks() throws Exception {
    Path file = folder.resolve("one.png");
    new ij.io.FileSaver(new ImagePlus("", new ByteProcessor(1, 1))).saveAsPng(file.toString());
    Path results = results("--image", file.toString());
    ImagePlus maps = IJ.openImage(results.resolve("heatmaps.tif").toString());
    assertEquals(1, maps.getWidth());
    assertEquals(3, maps.getStackSize());
  }

  @Test
  void aFolderThatIsThereIsUsedAndItsOwnFilesKept() throws Exception {
    Files.createDirectory(folder.resolve("results"));
    Files.writeString(folder.resolve("results").resolve("notes.txt"), "mine");
    assertEquals("mine", Files.readString(results().resolve("notes.txt")));
  }
}

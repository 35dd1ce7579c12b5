package org.vlmvisualizer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.output.SavedResult;

/** Several --image: one question about all of them. */
class CliTogetherTest {
  @TempDir Path folder;

  private List<String> arguments(String second) {
    List<String> all = new ArrayList<>(CliRun.arguments(folder));
    all.addAll(List.of("--image", second));
    return all;
  }

  @Test
  void oneAnswerAndAFolderPerPicture() throws Exception {
    CliRun run = CliRun.of(arguments("src/main/resources/demo-images/page.png"));
    assertEquals("", run.err());
    assertEquals(0, run.exitCode());
    assertEquals(1, run.out().lines().count());
    Path results = folder.resolve("results");
    assertEquals(run.out().strip(), SavedResult.read(results.resolve("p0001")).answer().strip());
    assertEquals(480, SavedResult.read(results.resolve("p0002")).picture().width());
    List<String> rows = Files.readAllLines(results.resolve("tokens.csv"));
    assertEquals(7, rows.size());
    assertTrue(rows.get(0).contains(",picture_attention,position,"), rows.get(0));
    assertTrue(rows.get(4).startsWith("2,"), rows.get(4));
  }

  /** With the time between them, pictures are a video, told as that of a stack. */
  @Test
  void picturesAreAVideoIfTheirTimeIsGiven() throws Exception {
    Golden golden = new Golden("families/qwen3-vl-video");
    String[] frames =
        IntStream.rangeClosed(1, 3)
            .mapToObj(i -> golden.folder.resolve("picture-" + i + ".png").toString())
            .toArray(String[]::new);
    List<String> all =
        new ArrayList<>(
            CliRun.arguments(
                folder,
                "--model",
                golden.checkpoint().toString(),
                "--image",
                frames[0],
                "--interval",
                "7"));
    all.addAll(List.of("--image", frames[1], "--image", frames[2]));
    CliRun run = CliRun.onTerminal(all);
    assertEquals(0, run.exitCode(), run.err());
    JsonObject told = SavedResult.run(folder.resolve("results/p0001")).orElseThrow();
    assertTrue(told.get("prompt").getAsString().contains("<3.5 seconds>"));
    assertEquals(7, told.getAsJsonObject("frame_interval").get("seconds").getAsDouble());
    assertFalse(Files.exists(folder.resolve("results/p0002")), "it has the first one's map");
    JsonObject picture = told.getAsJsonObject("picture");
    int cells = picture.get("patch_columns").getAsInt() * picture.get("patch_rows").getAsInt();
    int tokens = 2 * cells; // of two pairs
    assertTrue(run.err().contains(tokens + " image tokens"), run.err());
  }

  @Test
  void oneTimePointIsNoVideo() throws Exception {
    String sentence = CliRun.refusal(1, folder, CliRun.arguments(folder, "--interval", "7"));
    assertTrue(sentence.contains("interval=7"), sentence);
  }

  @Test
  void aFolderIsNoPicture() throws Exception {
    String sentence = CliRun.refusal(1, folder, arguments(folder.toString()));
    assertTrue(sentence.contains("found the folder or list"), sentence);
  }

  @Test
  void aMissingFile() throws Exception {
    CliRun.refusal(1, folder, arguments(folder.resolve("none.png").toString()));
  }
}

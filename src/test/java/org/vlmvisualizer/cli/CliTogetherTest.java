package org.vlmvisualizer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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

  @Test
  void aFolderIsNoPicture() throws Exception {
    String sentence = CliRun.refusal(1, folder, arguments(folder.toString()));
    assertTrue(sentence.contains("a folder alone"), sentence);
  }

  @Test
  void aMissingFile() throws Exception {
    CliRun.refusal(1, folder, arguments(folder.resolve("none.png").toString()));
  }
}

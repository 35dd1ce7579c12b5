package org.vlmvisualizer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.PlainSentence;

/** Boxes of an answer from the command line: an archive, and a sentence about those left out. */
class CliBoxesTest {
  private static final Path GOLDEN = Golden.ROOT.resolve("families/qwen3-vl-one");

  @TempDir Path folder;

  private List<String> arguments(String... options) {
    List<String> all = new ArrayList<>(CliRun.arguments(folder, options));
    all.set(all.indexOf("--model") + 1, GOLDEN.resolve("checkpoint").toString());
    all.addAll(List.of("--boxes", "rois"));
    return all;
  }

  @Test
  void theArchiveIsWrittenAndWhatIsLeftOutIsTold() {
    CliRun run =
        CliRun.of(arguments("--answer", "{\"point_2d\": [5, 5]}, {\"bbox_2d\": [0, 0, 5000, 9]}"));
    assertEquals(0, run.exitCode(), run.err());
    PlainSentence.check(run.err());
    assertTrue(run.err().contains("1 outside of the picture"), run.err());
    assertTrue(Files.exists(folder.resolve("results/answer-rois.zip")));
  }

  @Test
  void ofAFolderItIsTheNote() throws Exception {
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    Files.copy(GOLDEN.resolve("picture-1.png"), pictures.resolve("page.png"));
    CliRun run =
        CliRun.of(arguments("--image", pictures.toString(), "--answer", "{\"bbox_2d\": [1, 2"));
    assertEquals(0, run.exitCode(), run.err());
    Path results = folder.resolve("results");
    assertFalse(Files.exists(results.resolve("page-png/answer-rois.zip")));
    assertTrue(Files.readString(results.resolve("batch.csv")).contains("1 that cannot be under"));
  }

  @Test
  void whatCannotBeObeyedIsRefused() throws Exception {
    List<String> several = arguments();
    several.addAll(List.of("--image", GOLDEN.resolve("picture-1.png").toString()));
    assertTrue(CliRun.refusal(1, folder, several).contains("with several pictures"));
    List<String> other = arguments();
    Path next = Golden.ROOT.resolve("families/next-vicuna/checkpoint");
    other.set(other.indexOf("--model") + 1, next.toString());
    assertTrue(CliRun.refusal(1, folder, other).contains("model_type llava_next"));
    List<String> wrong = arguments();
    wrong.set(wrong.indexOf("--boxes") + 1, "all");
    assertTrue(CliRun.refusal(1, folder, wrong).contains("none or rois"));
  }
}

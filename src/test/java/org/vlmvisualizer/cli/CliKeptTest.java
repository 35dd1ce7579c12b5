package org.vlmvisualizer.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.attribution.KeptMaps;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.SavedResult;

/**
 * What is kept of models whose pictures have markers around them, or whose image tokens are several
 * patches, makes the run's own maps again when it is read back from the files.
 */
class CliKeptTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "smolvlm-one-view, layers",
    "smolvlm-one-view, heads",
    "qwen2-vl-one, heads",
    "qwen2.5-vl-one, layers",
    "qwen3-vl-one, heads"
  })
  void makesTheRunsOwnMaps(String name, String keep) {
    Path golden = Golden.ROOT.resolve("families").resolve(name);
    for (String method : List.of("vlm-visualizer", "language")) {
      Path results = folder.resolve(method);
      List<String> arguments =
          CliRun.arguments(
              folder,
              "--model",
              golden.resolve("checkpoint").toString(),
              "--image",
              golden.resolve("picture-1.png").toString(),
              "--output",
              results.toString(),
              "--method",
              method,
              "--keep",
              keep);
      CliRun run = CliRun.of(arguments);
      assertEquals(0, run.exitCode(), run.err());
      check(SavedResult.read(results));
    }
  }

  private static void check(AttentionResult result) {
    TokenMaps own = result.maps();
    TokenMaps again =
        KeptMaps.of(result.kept(), own, IndexRange.ALL, IndexRange.ALL, result.keepsFirst());
    for (int t = 0; t < own.size(); t++) {
      assertArrayEquals(own.values(t), again.values(t), 1e-6f, "map of token " + t);
      assertEquals(own.shares().get(t).image(), again.shares().get(t).image(), 1e-6);
      assertEquals(own.shares().get(t).marker(), again.shares().get(t).marker(), 1e-6);
    }
  }
}

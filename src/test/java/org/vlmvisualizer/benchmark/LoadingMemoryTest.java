package org.vlmvisualizer.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.JavaProcess;
import org.vlmvisualizer.checkpoint.StoredTensor.DType;
import org.vlmvisualizer.core.TowerType;
import org.vlmvisualizer.core.VisionConfig;

/** Loading streams: at its peak, it takes hardly more memory than what is loaded. */
@EnabledOnOs(OS.LINUX)
class LoadingMemoryTest {
  /** 106 million weights, 212 MB on disk. */
  private static final LlavaSize SIZE =
      new LlavaSize(
          768,
          2048,
          8,
          6,
          new VisionConfig(TowerType.CLIP, 64, 128, 2, 2, 28, 7, "quick_gelu", 1e-5, List.of()),
          DType.F16);

  private static final double MOST = 1.15;

  @TempDir static Path folder;

  @BeforeAll
  static void makeAModel() throws IOException {
    RandomCheckpoint.write(folder.resolve("checkpoint"), SIZE, false);
  }

  /** Integer precisions a second time from their cache. */
  @ParameterizedTest
  @CsvSource({"float32, 1", "bfloat16, 1", "int8, 2", "int4, 2"})
  void peaksNearWhatStays(String precision, int starts) throws Exception {
    for (int i = 0; i < starts; i++) {
      JavaProcess run =
          JavaProcess.run(
              List.of("-Xmx512m", "-Dslf4j.internal.verbosity=ERROR"),
              LoadingMemory.class,
              List.of(
                  folder.resolve("checkpoint").toString(),
                  precision,
                  folder.resolve("cache").toString()));
      assertEquals(0, run.exitCode(), run.err());
      String[] figures = run.out().strip().split(" ");
      double loaded = Double.parseDouble(figures[1]);
      double peak = Double.parseDouble(figures[2]);
      assertTrue(peak <= MOST * loaded, "start " + (i + 1) + ": " + run.out());
    }
  }
}

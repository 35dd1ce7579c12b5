package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.JavaProcess;
import org.vlmvisualizer.benchmark.LlavaSize;
import org.vlmvisualizer.benchmark.RandomCheckpoint;
import org.vlmvisualizer.checkpoint.Safetensors;
import org.vlmvisualizer.checkpoint.StoredTensor.DType;
import org.vlmvisualizer.core.TowerType;
import org.vlmvisualizer.core.VisionConfig;

/** Processes that are killed while they write the cache, or write it at the same time. */
class QuantisedCacheProcessTest {
  /** 26 million weights, of which the cache holds 18 in 11 MB. */
  private static final LlavaSize SIZE =
      new LlavaSize(
          256,
          704,
          12,
          4,
          new VisionConfig(TowerType.CLIP, 32, 64, 2, 2, 28, 7, "quick_gelu", 1e-5, List.of()),
          DType.F16);

  /** The four projections of a layer, and the head. */
  private static final int FILES = 4 * 12 + 1;

  @TempDir static Path shared;
  private static String expected;
  private static long cacheBytes;

  @TempDir Path home;

  @BeforeAll
  static void makeAModel() throws IOException {
    RandomCheckpoint.write(checkpoint(), SIZE, false);
    Path cache = shared.resolve("cache");
    expected = QuantisedCacheChild.sum(checkpoint(), cache);
    checkWhole(cache);
    cacheBytes = size(cache);
  }

  private static Path checkpoint() {
    return shared.resolve("checkpoint");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.3, 0.6, 0.9})
  void killedAtAnyMomentItLeavesNothingHalf(double written) throws Exception {
    Process child = start();
    while (child.isAlive() && size(home) <= written * cacheBytes) {
      Thread.sleep(1);
    }
    child.destroyForcibly().waitFor();
    assertTrue(names().size() == 1 && names().get(0).contains(".part-"), "found " + names());
    assertEquals(expected, QuantisedCacheChild.sum(checkpoint(), home));
    checkWhole(home);
    assertEquals(expected, QuantisedCacheChild.sum(checkpoint(), home));
  }

  @Test
  void twoAtOnceBothFinish() throws Exception {
    List<Process> both = List.of(start(), start());
    for (Process child : both) {
      String out = new String(child.getInputStream().readAllBytes());
      assertTrue(child.waitFor(2, TimeUnit.MINUTES));
      assertEquals(expected, out.strip());
      assertEquals(0, child.exitValue());
    }
    checkWhole(home);
  }

  private Process start() throws IOException {
    List<String> command =
        JavaProcess.command(
            List.of("-Xmx256m", "-Dslf4j.internal.verbosity=ERROR"),
            QuantisedCacheChild.class,
            List.of(checkpoint().toString(), home.toString()));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  /** The cache is all that is there, and every file of it can be read. */
  private static void checkWhole(Path home) throws IOException {
    List<Path> caches;
    try (Stream<Path> found = Files.list(home)) {
      caches = found.toList();
    }
    assertEquals(1, caches.size());
    assertTrue(caches.get(0).getFileName().toString().startsWith("int4-"));
    try (Stream<Path> files = Files.list(caches.get(0))) {
      List<Path> all = files.toList();
      assertEquals(FILES, all.size());
      all.forEach(file -> assertEquals(2, Safetensors.list(file).size()));
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> found = Files.list(home)) {
      return found.map(p -> p.getFileName().toString()).toList();
    }
  }

  /** Bytes of all files below, which may come and go. */
  private static long size(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> below = Files.walk(folder)) {
      below.filter(Files::isRegularFile).forEach(files::add);
    }
    long bytes = 0;
    for (Path file : files) {
      try {
        bytes += Files.size(file);
      } catch (NoSuchFileException e) {
        continue;
      }
    }
    return bytes;
  }
}

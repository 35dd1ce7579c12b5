package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Generation;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.Inputs;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.TraceRequest;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.family.Families;
import org.vlmvisualizer.family.ModelFamily;

/** Quantised weights on disk: the same results again, whole folders or none. */
class QuantisedCacheTest {
  private final Golden golden = new Golden("llama-gqa-sharded");

  @TempDir Path home;

  static Stream<Arguments> precisions() {
    return Devices.each(List.of("int8", "int4"));
  }

  @ParameterizedTest
  @MethodSource("precisions")
  void aSecondStartGivesTheSameLogits(String device, String precision) throws IOException {
    float[] first = logits(device, precision, Progress.NONE);
    checkName(precision);
    assertArrayEquals(first, logits(device, precision, Progress.NONE));
  }

  @Test
  void theSecondStartReadsTheCache() throws IOException {
    float[] first = logits("int8", Progress.NONE);
    for (Path file : files(home.resolve("int8"))) {
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length - 1] ^= 1;
      Files.write(file, bytes);
    }
    assertNotEquals(Arrays.toString(first), Arrays.toString(logits("int8", Progress.NONE)));
  }

  @Test
  void aBrokenCacheIsMadeAnew() throws IOException {
    float[] first = logits("int4", Progress.NONE);
    Path cache = home.resolve(names().get(0));
    Path file = cache.resolve("language_model.layers.0.self_attn.q_proj.safetensors");
    Files.write(file, new byte[] {1, 2, 3});
    assertArrayEquals(first, logits("int4", Progress.NONE));
    assertEquals(List.of(), names());
    assertArrayEquals(first, logits("int4", Progress.NONE));
    checkName("int4");
  }

  @Test
  void aCancelledLoadLeavesNothing() throws IOException {
    Progress cancel =
        (stage, done, total) -> {
          if (stage.contains("decoder") && done == 1) {
            throw new CancellationException();
          }
        };
    assertThrows(CancellationException.class, () -> logits("int4", cancel));
    assertEquals(List.of(), names());
  }

  @Test
  void whatAKilledProcessLeftIsRemoved() throws Exception {
    Process dead =
        new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "-version")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    dead.waitFor();
    Path left = Files.createDirectory(home.resolve("int4.part-" + dead.pid() + "-1"));
    Files.write(left.resolve("half.safetensors"), new byte[10]);
    long own = ProcessHandle.current().pid();
    Path alive = Files.createDirectory(home.resolve("int8.part-" + own + "-1"));
    logits("int4", Progress.NONE);
    assertFalse(Files.exists(left));
    assertTrue(Files.exists(alive));
  }

  @Test
  void aPlaceThatCannotBeWrittenIsNoError() throws IOException {
    Files.write(home.resolve("file"), new byte[0]);
    float[] without = logits("int4", Progress.NONE);
    home = home.resolve("file");
    assertArrayEquals(without, logits("int4", Progress.NONE));
  }

  /**
   * The layout is part of int4's: PyTorch's own kernel, where ours cannot be used, takes another.
   */
  private void checkName(String precision) throws IOException {
    assertEquals(1, names().size());
    String pattern = precision.equals("int4") ? "int4-groups" : precision;
    assertTrue(names().get(0).matches(pattern), names().toString());
  }

  private List<String> names() throws IOException {
    return files(home).stream().map(p -> p.getFileName().toString()).toList();
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  private float[] logits(String precision, Progress progress) {
    return logits("cpu", precision, progress);
  }

  private float[] logits(String device, String precision, Progress progress) {
    Checkpoint checkpoint = Checkpoint.open(golden.checkpoint());
    ModelFamily family = Families.of(checkpoint);
    ModelConfig config = family.config(checkpoint);
    int side = config.vision().imageSize();
    Grid grid = Grid.padded(side, side, side, config.vision().patchSize());
    ModelInput pixels = Inputs.of(golden.floats("pixel_values"), side, grid);
    try (LlavaNetwork network =
            LlavaNetwork.load(
                config,
                family.weights(checkpoint, config),
                config.vision().numPatches(),
                device,
                Precision.parse(precision),
                home::resolve,
                progress);
        var encoder = family.encoder(checkpoint, config)) {
      return network
          .session(
              pixels,
              encoder.encode(
                  family.template(checkpoint), Golden.texts(family, checkpoint), "What?", false))
          .generate(
              1,
              Generation.greedy(java.util.Set.of()),
              encoder::text,
              Inputs.withLogits(TraceRequest.NOTHING),
              Progress.NONE)
          .logits()[0];
    }
  }
}

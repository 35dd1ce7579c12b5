package org.vlmvisualizer.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.StoredTensor.DType;
import org.vlmvisualizer.checkpoint.TorchFile;
import org.vlmvisualizer.checkpoint.Weights;
import org.vlmvisualizer.core.Generation;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.Inputs;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.TowerType;
import org.vlmvisualizer.core.TraceRequest;
import org.vlmvisualizer.core.VisionConfig;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.family.Families;
import org.vlmvisualizer.family.ModelFamily;
import org.vlmvisualizer.family.WeightShapes;
import org.vlmvisualizer.network.CpuNetwork;
import org.vlmvisualizer.network.LlavaNetwork;
import org.vlmvisualizer.prompt.PromptEncoder;

/** The benchmark's checkpoints, small: both formats load, and hold the same model. */
class RandomCheckpointTest {
  private static final LlavaSize TINY =
      new LlavaSize(
          32,
          48,
          2,
          4,
          new VisionConfig(TowerType.CLIP, 24, 40, 3, 2, 28, 7, "quick_gelu", 1e-5, List.of()),
          DType.F16);

  @TempDir Path folder;

  @Test
  void bothFormatsHoldTheSameModel() throws IOException {
    Path original = write("llava-v1.5-tiny", true);
    Path huggingFace = write("llava-1.5-tiny-hf", false);
    TokenSequence prompt = prompt(original);
    float[] expected = logits(huggingFace, prompt);
    float[] actual = logits(original, prompt);
    assertEquals(HuggingFaceLayout.VOCABULARY, expected.length);
    assertEquals(OriginalLayout.VOCABULARY, actual.length);
    assertTrue(actual[0] != actual[1], "logits differ");
    double difference = Golden.relativeDifference(Arrays.copyOf(expected, actual.length), actual);
    assertTrue(difference <= 1e-6, "logits differ by " + difference);
  }

  @Test
  void theOriginalIsInShardsWithTheTowerBeside() throws IOException {
    Path original = write("llava-v1.5-tiny", true);
    Path shard = original.resolve("pytorch_model-00001-of-00001.bin");
    List<String> names = TorchFile.list(shard).stream().map(t -> t.name()).toList();
    assertTrue(names.contains("model.mm_projector.2.weight"));
    assertTrue(names.stream().noneMatch(name -> name.contains("vision")));
    Path tower = folder.resolve(OriginalLayout.TOWER).resolve("pytorch_model.bin");
    assertEquals(
        Set.of(DType.F32, DType.I64),
        Set.copyOf(TorchFile.list(tower).stream().map(t -> t.dtype()).distinct().toList()));
  }

  /** Java's own reader checks the sums of all entries. */
  @Test
  void otherReadersTakeTheFiles() throws IOException {
    Path original = write("llava-v1.5-tiny", true);
    try (ZipFile zip = new ZipFile(original.resolve("pytorch_model-00001-of-00001.bin").toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        byte[] content = zip.getInputStream(entry).readAllBytes();
        assertEquals(entry.getSize(), content.length, entry.getName());
        var crc = new java.util.zip.CRC32();
        crc.update(content);
        assertEquals(entry.getCrc(), crc.getValue(), entry.getName());
      }
    }
  }

  /** Decoder and projector, as LLaVA's authors publish them. */
  @ParameterizedTest
  @CsvSource({"llava-1.5-7b, 6759395328", "llava-1.5-13b, 13047331840"})
  void fullSizesHaveThePublishedNumberOfParameters(String name, long expected) {
    long parameters =
        WeightShapes.of(LlavaSize.KNOWN.get(name).config(OriginalLayout.VOCABULARY))
            .entrySet()
            .stream()
            .filter(e -> !e.getKey().startsWith("vision_tower."))
            .mapToLong(e -> new RandomTensor("", "", e.getValue(), DType.F16).elements())
            .sum();
    assertEquals(expected, parameters);
  }

  @Test
  void shardsAreFilledAndTensorsStayWhole() {
    List<RandomTensor> tensors =
        IntStream.of(10, 20, 30, 70, 5)
            .mapToObj(n -> new RandomTensor("t" + n, "t" + n, new long[] {n}, DType.F16))
            .toList();
    List<Integer> sizes = RandomTensor.shards(tensors, 120).stream().map(List::size).toList();
    assertEquals(List.of(3, 1, 1), sizes);
  }

  private Path write(String name, boolean original) throws IOException {
    Path checkpoint = folder.resolve(name);
    RandomCheckpoint.write(checkpoint, TINY, original);
    long written = Files.getLastModifiedTime(checkpoint.resolve("config.json")).toMillis();
    RandomCheckpoint.write(checkpoint, TINY, original);
    assertEquals(written, Files.getLastModifiedTime(checkpoint.resolve("config.json")).toMillis());
    return checkpoint;
  }

  private static TokenSequence prompt(Path folder) {
    Checkpoint checkpoint = Checkpoint.open(folder);
    ModelFamily family = Families.of(checkpoint);
    try (PromptEncoder encoder = family.encoder(checkpoint, family.config(checkpoint))) {
      return encoder.encode(
          family.template(checkpoint),
          Golden.texts(family, checkpoint),
          "What is in the image?",
          false);
    }
  }

  private static float[] logits(Path folder, TokenSequence prompt) {
    Checkpoint checkpoint = Checkpoint.open(folder);
    ModelFamily family = Families.of(checkpoint);
    ModelConfig config = family.config(checkpoint);
    Weights weights = family.weights(checkpoint, config);
    int side = config.vision().imageSize();
    float[] pixels = new float[3 * side * side];
    Random random = new Random(1);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = random.nextFloat();
    }
    Grid grid = Grid.padded(side, side, side, config.vision().patchSize());
    try (LlavaNetwork network = CpuNetwork.load(config, weights, Precision.FLOAT32)) {
      return network
          .session(Inputs.of(pixels, side, grid), prompt)
          .generate(
              1,
              Generation.greedy(Set.of()),
              String::valueOf,
              Inputs.withLogits(TraceRequest.NOTHING),
              Progress.NONE)
          .logits()[0];
    }
  }
}

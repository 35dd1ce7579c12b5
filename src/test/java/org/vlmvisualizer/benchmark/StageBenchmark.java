package org.vlmvisualizer.benchmark;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.attribution.AttentionOptions;
import org.vlmvisualizer.attribution.AttributionMethods;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.StoredTensor;
import org.vlmvisualizer.checkpoint.Weights;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.Generation;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.TraceRequest;
import org.vlmvisualizer.core.UserCache;
import org.vlmvisualizer.engine.DeviceChoice;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.family.Families;
import org.vlmvisualizer.family.ModelFamily;
import org.vlmvisualizer.network.LlavaNetwork;
import org.vlmvisualizer.prompt.PromptEncoder;

/**
 * Times the stages of a run, with attention recorded as the reference method wants it and without,
 * by turns, and prints medians: {@code StageBenchmark MODEL PRECISION TOKENS REPEATS [DEVICE]}. The
 * number of generated tokens is forced.
 */
public final class StageBenchmark {
  private StageBenchmark() {}

  public static void main(String[] arguments) throws IOException {
    Checkpoint checkpoint = Checkpoint.find(arguments[0]);
    int tokens = Integer.parseInt(arguments[2]);
    int repeats = Integer.parseInt(arguments[3]);
    String device = arguments.length > 4 ? arguments[4] : "auto";
    ModelFamily family = Families.of(checkpoint);
    ModelConfig config = family.config(checkpoint);
    Weights weights = family.weights(checkpoint, config);
    long start = System.nanoTime();
    try (LlavaNetwork network =
        LlavaNetwork.load(
            config,
            weights,
            config.vision().numPatches(),
            device,
            Precision.parse(arguments[1]),
            what -> UserCache.folder("quantised").resolve(checkpoint.sha256() + "-" + what),
            Progress.NONE)) {
      double load = (System.nanoTime() - start) / 1e9;
      System.out.printf(
          "%s: %,d parameters, %s on %s, loaded in %.1f s%n",
          arguments[0], weights.parameters(), network.precision(), network.device(), load);
      ModelInput pixels =
          family
              .pictures(checkpoint, PictureOptions.of(Fit.PAD))
              .process(List.of(picture()), Progress.NONE);
      TokenSequence prompt = prompt(checkpoint, family, config);
      TraceRequest recording =
          AttributionMethods.of("vlm-visualizer", AttentionOptions.REFERENCE).request();
      Map<String, List<Double>> recorded = new LinkedHashMap<>();
      Map<String, List<Double>> bare = new LinkedHashMap<>();
      for (int i = 0; i <= repeats; i++) {
        run(network, pixels, prompt, tokens, recording, i == 0 ? new LinkedHashMap<>() : recorded);
        run(
            network,
            pixels,
            prompt,
            tokens,
            TraceRequest.NOTHING,
            i == 0 ? new LinkedHashMap<>() : bare);
      }
      print(recorded, bare, prompt.length(), tokens);
      double peak = peakGigabytes(); // Before the array that tells the bandwidth.
      double read = decoderBytes(weights, network.precision());
      double bandwidth = bandwidth(network.device());
      System.out.printf(
          Locale.ROOT,
          "machine's limit: %.2f GB of decoder weights at %.1f GB/s are %.2f ms per token, ours %.2f of it%n",
          read / 1e9,
          bandwidth / 1e9,
          1e3 * read / bandwidth,
          median(recorded.get("decode")) * bandwidth / read);
      // For benchmark_transformers.py.
      System.out.printf(
          Locale.ROOT,
          "{\"device\": \"%s\", \"floor_s\": %f, \"bare_token_s\": %f, \"load_s\": %f, \"prefill_s\": %f, \"token_s\": %f, \"peak_gb\": %f}%n",
          network.device(),
          read / bandwidth,
          median(bare.get("decode")),
          load,
          median(recorded.get("vision")) + median(recorded.get("prefill")),
          median(recorded.get("decode")),
          peak);
    }
  }

  /** Bytes that every decoded token reads; float32 holds 16-bit weights as they are. */
  private static double decoderBytes(Weights weights, Precision precision) {
    return weights.tensors().entrySet().stream()
        .filter(e -> e.getKey().matches("language_model\\.layers\\..*|lm_head\\.weight"))
        .mapToDouble(e -> bytes(e.getValue(), precision))
        .sum();
  }

  private static double bytes(StoredTensor tensor, Precision precision) {
    double perElement =
        switch (precision) {
          case FLOAT32 -> tensor.dtype().bytes();
          case INT8 -> 1;
          case INT4, INT4_32, INT4_128 -> 0.5 + 4.0 / group(precision);
          default -> 2;
        };
    return perElement * tensor.rows() * tensor.rowSize();
  }

  private static int group(Precision precision) {
    String name = precision.toString();
    return name.contains("-") ? Integer.parseInt(name.substring(name.indexOf('-') + 1)) : 64;
  }

  /**
   * Bytes a second that the device reads from its memory at best: the sum of a large array, of
   * which a GPU needs a larger one, since a call takes it longer.
   */
  private static double bandwidth(String device) {
    long elements = device.equals("cpu") ? 1L << 27 : 1L << 29;
    double best = 0;
    Device place = DeviceChoice.of(device.equals("gpu:0") ? "gpu" : device).device();
    try (NDManager manager = NDManager.newBaseManager(place, "PyTorch");
        NDArray array = manager.ones(new Shape(elements))) {
      for (int i = 0; i < 8; i++) {
        long start = System.nanoTime();
        array.sum().getFloat();
        best = Math.max(best, 4e9 * elements / (System.nanoTime() - start));
      }
    }
    return best;
  }

  private static void run(
      LlavaNetwork network,
      ModelInput pixels,
      TokenSequence prompt,
      int tokens,
      TraceRequest request,
      Map<String, List<Double>> seconds) {
    network.forgetPictures();
    Trace trace =
        network
            .session(pixels, prompt)
            .generate(tokens, Generation.greedy(Set.of()), String::valueOf, request, Progress.NONE);
    double total = 0;
    for (Map.Entry<String, Double> stage : trace.seconds().entrySet()) {
      double figure = stage.getValue() / (stage.getKey().equals("decode") ? tokens - 1 : 1);
      seconds.computeIfAbsent(stage.getKey(), k -> new ArrayList<>()).add(figure);
      total += stage.getValue();
    }
    seconds.computeIfAbsent("total", k -> new ArrayList<>()).add(total);
  }

  private static void print(
      Map<String, List<Double>> recorded, Map<String, List<Double>> bare, int prompt, int tokens) {
    System.out.printf(
        "prompt of %d tokens, %d tokens generated, %d repeats%n",
        prompt, tokens, recorded.get("total").size());
    System.out.printf("%-18s %12s %12s %8s%n", "median, ms", "recorded", "not recorded", "ratio");
    recorded.forEach(
        (stage, figures) ->
            System.out.printf(
                "%-18s %12.2f %12.2f %8.3f%n",
                stage.equals("decode") ? "decode, per token" : stage,
                1e3 * median(figures),
                1e3 * median(bare.get(stage)),
                median(figures) / median(bare.get(stage))));
  }

  private static double median(List<Double> figures) {
    List<Double> sorted = new ArrayList<>(figures);
    Collections.sort(sorted);
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  private static TokenSequence prompt(
      Checkpoint checkpoint, ModelFamily family, ModelConfig config) {
    try (PromptEncoder encoder = family.encoder(checkpoint, config)) {
      return encoder.encode(
          family.template(checkpoint),
          Golden.texts(family, checkpoint),
          "What is in the image?",
          false);
    }
  }

  private static RgbPicture picture() {
    byte[] rgb = new byte[3 * 640 * 480];
    new Random(1).nextBytes(rgb);
    return new RgbPicture(640, 480, rgb);
  }

  /** NaN where the system does not tell. */
  private static double peakGigabytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return Double.NaN;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmHWM"))
        .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024 / 1e9)
        .findFirst()
        .orElse(Double.NaN);
  }
}

package org.vlmvisualizer.benchmark;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.vlmvisualizer.attribution.AttentionOptions;
import org.vlmvisualizer.attribution.AttributionMethods;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.StoredTensor;
import org.vlmvisualizer.checkpoint.Weights;
import org.vlmvisualizer.core.Detail;
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
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.family.Families;
import org.vlmvisualizer.family.ModelFamily;
import org.vlmvisualizer.image.PictureProcessor;
import org.vlmvisualizer.network.LlavaNetwork;
import org.vlmvisualizer.prompt.PromptEncoder;

/**
 * Times the stages of a run, with attention recorded as the reference method wants it and without,
 * by turns, and prints medians in Markdown: {@code StageBenchmark MODEL PRECISION TOKENS REPEATS
 * [DEVICE [SIDE DETAIL]]}. The number of generated tokens is forced. The picture is noise of 640 x
 * 480 pixels, or a square. The floor of decoding, reading all weights once, is measured between the
 * runs.
 */
public final class StageBenchmark {
  private static final int LEAST_REPEATS = 3;

  private StageBenchmark() {}

  public static void main(String[] arguments) throws IOException {
    Checkpoint checkpoint = Checkpoint.find(arguments[0]);
    int tokens = Integer.parseInt(arguments[2]);
    int repeats = Integer.parseInt(arguments[3]);
    String device = arguments.length > 4 ? arguments[4] : "auto";
    RgbPicture picture =
        arguments.length > 5 ? noise(arguments[5], arguments[5]) : noise("640", "480");
    Detail detail = arguments.length > 6 ? Detail.parse(arguments[6]) : Detail.STANDARD;
    ModelFamily family = Families.of(checkpoint);
    PictureProcessor pictures =
        family.pictures(checkpoint, new PictureOptions(Fit.PAD, true, detail));
    ModelConfig config = family.config(checkpoint);
    Weights weights = family.weights(checkpoint, config);
    long start = System.nanoTime();
    try (LlavaNetwork network =
        LlavaNetwork.load(
            config,
            weights,
            pictures.mostTokens(),
            device,
            Precision.parse(arguments[1]),
            what -> UserCache.folder("quantised").resolve(checkpoint.sha256() + "-" + what),
            Progress.NONE)) {
      double load = (System.nanoTime() - start) / 1e9;
      System.out.printf(
          "%s: %,d parameters, %s on %s, loaded in %.1f s%n",
          arguments[0], weights.parameters(), network.precision(), network.device(), load);
      ModelInput pixels = pictures.process(List.of(picture), Progress.NONE);
      TokenSequence prompt = prompt(checkpoint, family, config, pixels);
      TraceRequest recording =
          AttributionMethods.of("vlm-visualizer", AttentionOptions.REFERENCE).request();
      double loading = ProcessMemory.peak();
      Runs recorded = new Runs();
      Runs bare = new Runs();
      run(network, pixels, prompt, tokens, recording, new Runs(), 0);
      run(network, pixels, prompt, tokens, TraceRequest.NOTHING, new Runs(), 0);
      try (Bandwidth bandwidth = new Bandwidth(network.device())) {
        for (int i = 0; i < Math.max(repeats, LEAST_REPEATS); i++) {
          double beside = Bandwidth.GIGABYTES;
          bandwidth.measure();
          run(network, pixels, prompt, tokens, recording, recorded, beside);
          run(network, pixels, prompt, tokens, TraceRequest.NOTHING, bare, beside);
        }
        print(recorded, bare, prompt.length(), tokens);
        double token = recorded.median("decode");
        double floor = decoderBytes(weights, network.precision()) / bandwidth.best();
        System.out.printf(
            Locale.ROOT,
            "%nfloor: %.2f GB of decoder weights at %.1f GB/s are %.2f ms per token, ours %.2f of it%n%n",
            decoderBytes(weights, network.precision()) / 1e9,
            bandwidth.best() / 1e9,
            1e3 * floor,
            token / floor);
        // For benchmark_transformers.py and LlamaCppTable.
        System.out.printf(
            Locale.ROOT,
            "{\"device\": \"%s\", \"bare_token_s\": %f, \"load_s\": %f, \"prefill_s\": %f, \"token_s\": %f, \"floor_s\": %f, \"peak_gb\": %f}%n",
            network.device(),
            bare.median("decode"),
            load,
            recorded.median("vision") + recorded.median("prefill"),
            token,
            floor,
            Math.max(loading, recorded.median(Runs.PEAK)));
      }
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
   * @param beside gigabytes that are not the run's own
   */
  private static void run(
      LlavaNetwork network,
      ModelInput pixels,
      TokenSequence prompt,
      int tokens,
      TraceRequest request,
      Runs runs,
      double beside)
      throws IOException {
    network.forgetPictures();
    ProcessMemory.resetPeak();
    Trace trace =
        network
            .session(pixels, prompt)
            .generate(tokens, Generation.greedy(Set.of()), String::valueOf, request, Progress.NONE);
    runs.add(trace.seconds(), tokens, ProcessMemory.peak() - beside);
  }

  private static void print(Runs recorded, Runs bare, int prompt, int tokens) {
    System.out.printf(
        Locale.ROOT,
        "%nPrompt of %d tokens, %d tokens generated, medians of %d runs each, by turns:%n%n",
        prompt,
        tokens,
        recorded.count());
    System.out.println("| ms | recorded | not recorded | ratio |");
    System.out.println("| --- | --- | --- | --- |");
    for (String stage : recorded.stages()) {
      boolean isTime = !stage.equals(Runs.PEAK);
      System.out.printf(
          Locale.ROOT,
          "| %s | %.2f | %.2f | %.2f |%n",
          stage.equals("decode") ? "decode, per token" : stage,
          (isTime ? 1e3 : 1) * recorded.median(stage),
          (isTime ? 1e3 : 1) * bare.median(stage),
          recorded.median(stage) / bare.median(stage));
    }
  }

  private static TokenSequence prompt(
      Checkpoint checkpoint, ModelFamily family, ModelConfig config, ModelInput pixels) {
    try (PromptEncoder encoder = family.encoder(checkpoint, config)) {
      return encoder.encode(
          family.template(checkpoint), pixels.texts(), "What is in the image?", false);
    }
  }

  private static RgbPicture noise(String across, String down) {
    int width = Integer.parseInt(across);
    int height = Integer.parseInt(down);
    byte[] rgb = new byte[3 * width * height];
    new Random(1).nextBytes(rgb);
    return new RgbPicture(width, height, rgb);
  }
}

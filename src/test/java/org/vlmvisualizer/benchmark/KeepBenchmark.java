package org.vlmvisualizer.benchmark;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.vlmvisualizer.analysis.Analysis;
import org.vlmvisualizer.analysis.AnalysisRequest;
import org.vlmvisualizer.analysis.AttentionModel;
import org.vlmvisualizer.attribution.AttentionOptions;
import org.vlmvisualizer.attribution.KeptMaps;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.HeadAttention;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.Keep;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.MatrixChoice;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.picture.ImageInput;

/**
 * What it costs to keep layers and heads, the three by turns in one process, and how long a map
 * takes from what was kept: {@code KeepBenchmark MODEL PRECISION TOKENS REPEATS}. Prints medians.
 */
public final class KeepBenchmark {
  private KeepBenchmark() {}

  public static void main(String[] arguments) {
    int tokens = Integer.parseInt(arguments[2]);
    int repeats = Integer.parseInt(arguments[3]);
    RgbPicture picture = ImageInput.open("src/main/resources/demo-images/page.png").picture();
    Map<Keep, Map<String, List<Double>>> seconds = new EnumMap<>(Keep.class);
    try (AttentionModel model =
        AttentionModel.open(
            Checkpoint.find(arguments[0]), "auto", Precision.parse(arguments[1]), Progress.NONE)) {
      int written = 0;
      for (int i = 0; i <= repeats; i++) {
        for (Keep keep : Keep.values()) {
          model.forgetPictures();
          long start = System.nanoTime();
          Analysis analysis = model.analyze(picture, request(keep, tokens), Progress.NONE);
          Map<String, Double> stages = new LinkedHashMap<>(analysis.seconds());
          written = analysis.maps().get(0).size();
          stages.remove("load");
          stages.merge("decode", 1.0 / Math.max(1, written - 1), (a, b) -> a * b);
          stages.put("whole run", (System.nanoTime() - start) / 1e9);
          if (i > 0) { // the first round warms up
            stages.forEach(
                (stage, figure) ->
                    seconds
                        .computeIfAbsent(keep, k -> new LinkedHashMap<>())
                        .computeIfAbsent(stage, s -> new ArrayList<>())
                        .add(figure));
          }
        }
      }
      System.out.printf(
          "%s, %s on %s, %d tokens written, %d repeats%n",
          arguments[0], model.precision(), model.device(), written, repeats);
    }
    print(seconds);
    timeMaps(repeats);
  }

  private static AnalysisRequest request(Keep keep, int tokens) {
    return new AnalysisRequest(
        "What is in the image?",
        "vlm-visualizer",
        AttentionOptions.REFERENCE,
        keep,
        "auto",
        false,
        Fit.PAD,
        true,
        tokens,
        MatrixChoice.SHORT,
        List.of());
  }

  private static void print(Map<Keep, Map<String, List<Double>>> seconds) {
    System.out.printf("%-18s %10s %10s %10s%n", "median, ms", "nothing", "layers", "heads");
    for (String stage : seconds.get(Keep.NOTHING).keySet()) {
      System.out.printf(
          Locale.ROOT,
          "%-18s %10.2f %10.2f %10.2f%n",
          stage.equals("decode") ? "decode, per token" : stage,
          1e3 * median(seconds.get(Keep.NOTHING).get(stage)),
          1e3 * median(seconds.get(Keep.LAYERS).get(stage)),
          1e3 * median(seconds.get(Keep.HEADS).get(stage)));
    }
  }

  /** One token of a model of 32 layers with 32 heads and 576 patches. */
  private static void timeMaps(int repeats) {
    IndexRange range = new IndexRange(0, 31);
    float[][] image = {random(32 * 32 * 576)};
    float[][] rest = {random(32 * 32 * HeadAttention.SUMS)};
    float[][] vision = new float[576][];
    for (int q = 0; q < vision.length; q++) {
      vision[q] = random(576);
    }
    HeadAttention kept =
        new HeadAttention(
            range, range, false, image, rest, vision, Layout.of(Grid.squashed(336, 336, 336, 14)));
    for (IndexRange some : List.of(IndexRange.ALL, new IndexRange(7, 7))) {
      List<Double> seconds = new ArrayList<>();
      for (int i = 0; i <= repeats; i++) {
        long start = System.nanoTime();
        new KeptMaps(kept, "vlm-visualizer", some, some, false).token(0);
        seconds.add((System.nanoTime() - start) / 1e9);
      }
      System.out.printf(
          Locale.ROOT,
          "map of one token from layers %s, heads %s of 32 x 32 x 576: %.2f ms (first %.2f)%n",
          some,
          some,
          1e3 * median(seconds),
          1e3 * seconds.get(0));
    }
  }

  private static float[] random(int length) {
    Random random = new Random(length);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextFloat();
    }
    return values;
  }

  private static double median(List<Double> figures) {
    List<Double> sorted = new ArrayList<>(figures);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }
}

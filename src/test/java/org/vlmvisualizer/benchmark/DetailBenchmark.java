package org.vlmvisualizer.benchmark;

import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.analysis.Analysis;
import org.vlmvisualizer.analysis.AnalysisRequest;
import org.vlmvisualizer.analysis.AttentionModel;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Detail;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.engine.Precision;

/**
 * What a picture's detail costs a model that sees pictures at their own size: {@code
 * DetailBenchmark MODEL PRECISION TOKENS REPEATS SIDE METHOD DETAIL...}, from the least detail.
 * Prints medians of seconds by stage, and the peak of the process's memory meanwhile.
 */
public final class DetailBenchmark {
  private DetailBenchmark() {}

  public static void main(String[] arguments) throws IOException {
    int length = Integer.parseInt(arguments[2]);
    int repeats = Integer.parseInt(arguments[3]);
    int side = Integer.parseInt(arguments[4]);
    String method = arguments[5];
    byte[] noise = new byte[3 * side * side];
    new Random(1).nextBytes(noise);
    RgbPicture picture = new RgbPicture(side, side, noise);
    AnalysisRequest asked = Defaults.request("What is in the image?", method, length);
    long start = System.nanoTime();
    try (AttentionModel model =
        AttentionModel.open(
            Checkpoint.find(arguments[0]), "auto", Precision.parse(arguments[1]), Progress.NONE)) {
      System.out.printf(
          Locale.ROOT,
          "%s, %s on %s, %s: loaded in %.1f s, then %.2f GB, %.2f at most%n",
          arguments[0],
          model.precision(),
          model.device(),
          method,
          (System.nanoTime() - start) / 1e9,
          ProcessMemory.now(),
          ProcessMemory.peak());
      model.analyze(picture, with(asked, new Detail(64)), Progress.NONE); // warms up
      for (String detail : Arrays.asList(arguments).subList(6, arguments.length)) {
        Runs runs = new Runs();
        int prompt = 0;
        for (int i = 0; i < repeats; i++) {
          model.forgetPictures();
          ProcessMemory.resetPeak();
          Analysis made = model.analyze(picture, with(asked, Detail.parse(detail)), Progress.NONE);
          runs.add(made.seconds(), made.tokens().size(), ProcessMemory.peak());
          prompt = made.prompt().length();
        }
        System.out.printf("detail=%s, %d tokens of the prompt:", detail, prompt);
        for (String stage : runs.stages()) {
          System.out.printf(Locale.ROOT, " %s %.3f;", stage, runs.median(stage));
        }
        System.out.println();
      }
    }
  }

  private static AnalysisRequest with(AnalysisRequest request, Detail detail) {
    return new AnalysisRequest(
        request.question(),
        request.method(),
        request.options(),
        request.keep(),
        request.template(),
        request.keepSystem(),
        request.fit(),
        request.tiles(),
        detail,
        request.interval(),
        request.length(),
        request.matrix(),
        request.earlier(),
        request.localization(),
        request.answer(),
        request.checks(),
        request.boxes());
  }
}

package org.vlmvisualizer.benchmark;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.vlmvisualizer.analysis.Analysis;
import org.vlmvisualizer.analysis.AnalysisRequest;
import org.vlmvisualizer.analysis.AttentionModel;
import org.vlmvisualizer.attribution.AttentionOptions;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.Keep;
import org.vlmvisualizer.core.MatrixChoice;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.picture.ImageInput;

/**
 * How long the first token of a question takes, and of a second one about the same picture, in one
 * process by turns: {@code SecondQuestion MODEL PRECISION REPEATS [PICTURE TEMPLATE]}. Prints
 * medians.
 */
public final class SecondQuestion {
  private SecondQuestion() {}

  public static void main(String[] arguments) {
    int repeats = Integer.parseInt(arguments[2]);
    String file = arguments.length > 3 ? arguments[3] : "src/main/resources/demo-images/page.png";
    String template = arguments.length > 4 ? arguments[4] : "auto";
    RgbPicture picture = ImageInput.open(file).picture();
    List<Double> first = new ArrayList<>();
    List<Double> second = new ArrayList<>();
    List<Double> method = new ArrayList<>();
    Analysis last = null;
    long kept = 0;
    try (AttentionModel model =
        AttentionModel.open(
            Checkpoint.find(arguments[0]), "auto", Precision.parse(arguments[1]), Progress.NONE)) {
      System.out.printf("%s on %s%n", model.precision(), model.device());
      for (int i = 0; i < repeats; i++) {
        model.forgetPictures();
        ask(model, template, picture, "What is in the image?", "vlm-visualizer", first);
        last =
            ask(model, template, picture, "Which words are on the page?", "vlm-visualizer", second);
        ask(model, template, picture, "Which words are on the page?", "language", method);
        kept = model.pictureBytes();
      }
    }
    System.out.printf(
        Locale.ROOT,
        "seconds to the first token: %.3f; second question %.3f, second method %.3f;"
            + " %d of %d tokens reused, %.1f MB kept%n",
        median(first),
        median(second),
        median(method),
        last.reuse().promptTokens(),
        last.prompt().length(),
        kept / 1e6);
  }

  private static Analysis ask(
      AttentionModel model,
      String template,
      RgbPicture picture,
      String question,
      String method,
      List<Double> seconds) {
    AnalysisRequest request =
        new AnalysisRequest(
            question,
            method,
            AttentionOptions.REFERENCE,
            Keep.NOTHING,
            template,
            false,
            Fit.PAD,
            true,
            4,
            MatrixChoice.SHORT,
            List.of());
    Analysis analysis = model.analyze(picture, request, Progress.NONE);
    seconds.add(
        analysis.seconds().get("preprocess")
            + analysis.seconds().get("vision")
            + analysis.seconds().get("prefill"));
    return analysis;
  }

  private static double median(List<Double> figures) {
    List<Double> sorted = new ArrayList<>(figures);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }
}

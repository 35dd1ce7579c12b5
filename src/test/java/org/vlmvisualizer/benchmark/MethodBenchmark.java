package org.vlmvisualizer.benchmark;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.analysis.Analysis;
import org.vlmvisualizer.analysis.AnalysisRequest;
import org.vlmvisualizer.analysis.AttentionModel;
import org.vlmvisualizer.analysis.Checks;
import org.vlmvisualizer.attribution.Faithfulness;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.AnswerProbe;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.picture.ImageInput;

/**
 * What methods and checks cost beside the answer: {@code MethodBenchmark MODEL PRECISION TOKENS
 * METHOD...}. Prints seconds, and the peak of the process's memory meanwhile, a line each.
 */
public final class MethodBenchmark {
  private static final String QUESTION = "What is in the image?";

  private MethodBenchmark() {}

  public static void main(String[] arguments) throws IOException {
    int length = Integer.parseInt(arguments[2]);
    List<String> methods = Arrays.asList(arguments).subList(3, arguments.length);
    RgbPicture picture = ImageInput.open("src/main/resources/demo-images/page.png").picture();
    RgbPicture other = ImageInput.open("src/main/resources/demo-images/cells.png").picture();
    try (AttentionModel model =
        AttentionModel.open(
            Checkpoint.find(arguments[0]), "auto", Precision.parse(arguments[1]), Progress.NONE)) {
      System.out.printf(
          "%s, %s on %s, at most %d tokens%n",
          arguments[0], model.precision(), model.device(), length);
      AnalysisRequest language = Defaults.request(QUESTION, "language", length);
      model.analyze(other, language, Progress.NONE); // warms up
      tell("answer by language", model.analyze(picture, language, Progress.NONE));
      model.forgetPictures();
      AnalysisRequest asked = Defaults.with(language, "", new Checks(true, false, false));
      tell("with evidence, plain picture read", model.analyze(picture, asked, Progress.NONE));
      Analysis warm = model.analyze(other, asked, Progress.NONE);
      tell("with evidence, plain picture kept", warm);
      int[] ids = warm.tokens().stream().mapToInt(GeneratedToken::id).toArray();
      for (String method : methods) {
        model.forgetPictures();
        long start = System.nanoTime();
        Analysis made = model.again(List.of(other), false, language.by(method), ids, Progress.NONE);
        System.out.printf(
            Locale.ROOT, "%-34s %7.2f s in all, ", method, (System.nanoTime() - start) / 1e9);
        tell("", made);
      }
      long start = System.nanoTime();
      AnswerProbe probe = model.probe(List.of(other), false, language, ids, Progress.NONE);
      Faithfulness.of(warm.maps(), 0, probe);
      System.out.printf(
          Locale.ROOT, "%-34s %7.2f s%n", "F of one token", (System.nanoTime() - start) / 1e9);
    }
  }

  private static void tell(String what, Analysis analysis) throws IOException {
    StringBuilder stages = new StringBuilder();
    for (Map.Entry<String, Double> stage : analysis.seconds().entrySet()) {
      if (!stage.getKey().equals("load") && !stage.getKey().equals("preprocess")) {
        stages.append(String.format(Locale.ROOT, " %s %.2f", stage.getKey(), stage.getValue()));
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%s%s; %d tokens, peak %.2f GB%n",
        what.isEmpty() ? "" : String.format(Locale.ROOT, "%-34s", what),
        stages,
        analysis.tokens().size(),
        ProcessMemory.peak());
    ProcessMemory.resetPeak();
  }
}

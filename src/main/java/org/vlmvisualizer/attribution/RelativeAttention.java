package org.vlmvisualizer.attribution;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.AnswerProbe;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.Trace;

/**
 * Attention to each image token, relative to what a general question draws to it: what is looked at
 * whatever is asked, sinks among it, cancels out.
 *
 * <pre>map = a[I] / (a'[I] + ε), divided by its sum</pre>
 *
 * a as in {@link LanguageAttention}, a' the same of the last row of the prompt whose question is
 * {@value #GENERAL}, ε a tenth of the median of a'[I], against hot spots where a' is next to
 * nothing.
 *
 * <p>Source: Zhang et al., "MLLMs Know Where to Look", ICLR 2025, arXiv 2502.17422, who read one
 * layer (14 of LLaVA-1.5-7B, 22 of Qwen2.5-VL): choose it as the layers. Costs one more question.
 */
final class RelativeAttention extends AttributionMethod {
  static final String NAME = "relative";
  static final String GENERAL = "Write a general description of the image.";
  private static final double SHARE_OF_MEDIAN = 0.1;

  RelativeAttention(AttentionOptions options) {
    super(NAME, options);
  }

  @Override
  public boolean growsWithAnswer() {
    return false;
  }

  @Override
  boolean removesSinks() {
    return true;
  }

  @Override
  float[][] values(Trace trace, AttentionRows rows, AnswerProbe probe) {
    Layout layout = trace.layout();
    Trace general = probe.ask(GENERAL);
    double[] usual = AttentionRows.of(general, options).token(0, general).image();
    double epsilon = SHARE_OF_MEDIAN * median(usual, layout);
    float[][] values = new float[trace.tokens().size()][];
    for (int t = 0; t < values.length; t++) {
      double[] image = rows.token(t, trace).image();
      double[] ratio = new double[image.length];
      for (int k = 0; k < ratio.length; k++) {
        ratio[k] = image[k] == 0 ? 0 : image[k] / (usual[k] + epsilon);
      }
      values[t] = shares(ratio, layout);
    }
    return values;
  }

  /** Of the image tokens that have a place. */
  private static double median(double[] values, Layout layout) {
    double[] placed =
        IntStream.range(0, values.length)
            .filter(layout::hasPlace)
            .mapToDouble(k -> values[k])
            .toArray();
    Arrays.sort(placed);
    int half = placed.length / 2;
    return placed.length % 2 == 1 ? placed[half] : (placed[half - 1] + placed[half]) / 2;
  }
}

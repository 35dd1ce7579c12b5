package org.vlmvisualizer.attribution;

import java.util.ArrayList;
import java.util.List;
import org.vlmvisualizer.core.AttentionShares;
import org.vlmvisualizer.core.Span;
import org.vlmvisualizer.core.Trace;

/**
 * What each generated token attended to, as VLM-Visualizer's {@code aggregate_llm_attention}
 * computes it. With A the head mean of the predicting row in layer l:
 *
 * <pre>a_t = mean over l of ( A_l with A_l[0] = 0, divided by its sum )</pre>
 *
 * @param rows [T, K_t], each sums to 1; all 0 where everything lay on a dropped first token
 * @see <a href="https://github.com/zjysteven/VLM-Visualizer">VLM-Visualizer</a>
 */
public record TokenAttention(double[][] rows) {

  /**
   * @param keepFirst whether attention to the first token counts
   */
  public static TokenAttention of(Trace trace, boolean keepFirst) {
    float[][][] layers = trace.rows();
    double[][] rows = new double[layers.length][];
    for (int t = 0; t < layers.length; t++) {
      rows[t] = layerMean(layers[t], keepFirst);
    }
    return new TokenAttention(rows);
  }

  private static double[] layerMean(float[][] layers, boolean keepFirst) {
    double[] mean = new double[layers[0].length];
    int first = keepFirst ? 0 : 1;
    for (float[] layer : layers) {
      double sum = 0;
      for (int k = first; k < layer.length; k++) {
        sum += layer[k];
      }
      for (int k = first; k < layer.length && sum != 0; k++) {
        mean[k] += layer[k] / sum / layers.length;
      }
    }
    return mean;
  }

  /** Attention to the image tokens, divided by its sum: [T, P]. All 0 where there is none. */
  public double[][] image(Span image) {
    double[][] shares = new double[rows.length][image.length()];
    for (int t = 0; t < rows.length; t++) {
      double sum = sum(rows[t], image.start(), image.end());
      for (int p = 0; p < image.length() && sum != 0; p++) {
        shares[t][p] = rows[t][image.start() + p] / sum;
      }
    }
    return shares;
  }

  /** How each row divides between the picture, the prompt's text and the answer so far: [T]. */
  public List<AttentionShares> shares(Trace trace) {
    Span image = trace.prompt().image();
    int promptLength = trace.prompt().length();
    List<AttentionShares> shares = new ArrayList<>();
    for (double[] row : rows) {
      double onImage = sum(row, image.start(), image.end());
      double onPrompt = sum(row, 0, promptLength) - onImage;
      shares.add(new AttentionShares(onImage, onPrompt, sum(row, promptLength, row.length)));
    }
    return shares;
  }

  /**
   * The whole-sequence matrix: row i tells what token i was predicted from. Row 0 is [1]; the rows
   * of the other prompt tokens are the prompt's query rows before them; the rest are {@link #rows}.
   *
   * @return [N + T, N + T], 0 from the diagonal on but for row 0
   */
  public float[][] matrix(Trace trace) {
    int promptLength = trace.prompt().length();
    int length = promptLength + rows.length;
    float[][] matrix = new float[length][length];
    matrix[0][0] = 1;
    for (int i = 1; i < promptLength; i++) {
      System.arraycopy(trace.promptRows()[i - 1], 0, matrix[i], 0, promptLength);
    }
    for (int t = 0; t < rows.length; t++) {
      for (int k = 0; k < rows[t].length; k++) {
        matrix[promptLength + t][k] = (float) rows[t][k];
      }
    }
    return matrix;
  }

  private static double sum(double[] row, int from, int to) {
    double sum = 0;
    for (int k = from; k < to; k++) {
      sum += row[k];
    }
    return sum;
  }
}

package org.vlmvisualizer.attribution;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.AttentionShares;
import org.vlmvisualizer.core.Trace;

/**
 * The attention of all generated tokens to all tokens before them, layers averaged by {@link
 * TokenAttention#layerMean}.
 *
 * @param rows [T, K_t], each sums to 1; all 0 where everything lay on a dropped first token
 */
public record AttentionRows(double[][] rows) {

  /**
   * @param keepFirst whether attention to the first token counts
   */
  public static AttentionRows of(Trace trace, boolean keepFirst) {
    return of(trace, keepFirst, false);
  }

  /** The same by a method's options: where sinks are removed, without attention to them. */
  public static AttentionRows of(Trace trace, AttentionOptions options) {
    return of(trace, options.keepFirst(), options.sinks() == Sinks.REMOVE);
  }

  private static AttentionRows of(Trace trace, boolean keepFirst, boolean withoutSinks) {
    boolean[][] sinks = withoutSinks ? trace.sinks() : null;
    return new AttentionRows(
        Arrays.stream(trace.rows())
            .map(layers -> wide(layers, sinks, trace.prompt().imagePositions()))
            .map(layers -> TokenAttention.layerMean(layers, keepFirst))
            .toArray(double[][]::new));
  }

  /**
   * @param sinks [L, K] to leave out, or null
   * @param positions [K]
   */
  private static double[][] wide(float[][] layers, boolean[][] sinks, int[] positions) {
    double[][] wide = new double[layers.length][];
    for (int l = 0; l < layers.length; l++) {
      float[] layer = layers[l];
      wide[l] = IntStream.range(0, layer.length).mapToDouble(k -> layer[k]).toArray();
      for (int k = 0; sinks != null && k < positions.length; k++) {
        wide[l][positions[k]] = sinks[l][k] ? 0 : wide[l][positions[k]];
      }
    }
    return wide;
  }

  /** A token's row, summed up. */
  TokenAttention token(int t, Trace trace) {
    return TokenAttention.of(rows[t], trace.prompt());
  }

  /**
   * How each row divides between picture and text: [T].
   *
   * @param frame which of the layout's frames the maps beside them are of
   */
  public List<AttentionShares> shares(Trace trace, int frame) {
    return IntStream.range(0, rows.length)
        .mapToObj(t -> token(t, trace).shares(trace.layout(), frame))
        .toList();
  }

  /**
   * The whole-sequence matrix: row i tells what token i was predicted from. Row 0 is [1]; the rows
   * of the other prompt tokens are the prompt's query rows before them; the rest are {@link #rows}.
   *
   * @return [N + T, N + T], 0 from the diagonal on but for row 0; null if the prompt's rows were
   *     not recorded
   */
  public float[][] matrix(Trace trace) {
    if (trace.promptRows() == null) {
      return null;
    }
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
}

package org.vlmvisualizer.attribution;

import org.vlmvisualizer.core.AnswerProbe;
import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.Spread;
import org.vlmvisualizer.core.Trace;

/**
 * Makes a token's map of the decoder's attention to the image tokens that have a place: {@link
 * TokenAttention} over them, divided by its sum. So maps of some layers can be made again of what
 * was kept of each.
 */
abstract class RowMethod extends AttributionMethod {
  RowMethod(String name, AttentionOptions options) {
    super(name, options);
  }

  /**
   * A token's map, [K].
   *
   * @param weights [K] attention to each image token; sums to 1, or all 0
   * @param vision [B * P, P] the tower's patch-to-patch attention, null if it was not recorded
   * @param spread [K, B * P] which patches each image token is made of
   */
  abstract double[] map(double[] weights, float[][] vision, Spread spread);

  @Override
  public boolean readsKeptRows() {
    return true;
  }

  @Override
  boolean removesSinks() {
    return true;
  }

  @Override
  float[][] values(Trace trace, AttentionRows rows, AnswerProbe probe) {
    float[][] values = new float[trace.tokens().size()][];
    for (int t = 0; t < values.length; t++) {
      values[t] = map(rows.token(t, trace), trace.vision(), trace.layout());
    }
    return values;
  }

  /**
   * A token's map, [K], narrowed to what maps are kept in. Of learned queries it is the attention
   * to them: what comes behind it is in {@link #layout}.
   */
  final float[] map(TokenAttention token, float[][] vision, Layout layout) {
    double[] weights = token.weights(layout);
    return AttributionMap.narrow(
        layout.gathered() == null ? map(weights, vision, layout.spread()) : weights);
  }
}

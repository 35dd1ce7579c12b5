package org.vlmvisualizer.attribution;

import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.TraceRequest;

/**
 * The reference method, exactly as VLM-Visualizer's notebook computes it: the decoder's attention
 * to each image token, spread over the patches that the vision tower gathered that token from.
 *
 * <pre>map_t = w_t · V</pre>
 *
 * with w_t [P] the {@link LanguageAttention} of token t and V [P, P] the tower's patch-to-patch
 * attention ({@link Trace#vision}). Rows of V sum to 1, so the map does too. Attention sinks of the
 * tower are not removed.
 *
 * @see <a href="https://github.com/zjysteven/VLM-Visualizer">VLM-Visualizer</a>
 */
final class LanguageVisionAttention implements AttributionMethod {
  static final String NAME = "vlm-visualizer";

  private final AttentionOptions options;

  LanguageVisionAttention(AttentionOptions options) {
    this.options = options;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public TraceRequest request() {
    return new TraceRequest(
        options.vision(), options.layers(), options.heads(), options.keepFirst(), true, false);
  }

  @Override
  public AttributionMap attribute(Trace trace) {
    double[][] weights =
        TokenAttention.of(trace, options.keepFirst()).image(trace.prompt().image());
    float[][] values = new float[weights.length][]; // [T, P]
    for (int t = 0; t < weights.length; t++) {
      values[t] = spread(weights[t], trace.vision());
    }
    return new AttributionMap(NAME, values);
  }

  private static float[] spread(double[] weights, float[][] vision) {
    double[] sums = new double[weights.length];
    for (int q = 0; q < weights.length; q++) {
      for (int p = 0; p < sums.length; p++) {
        sums[p] += weights[q] * vision[q][p];
      }
    }
    float[] map = new float[sums.length];
    for (int p = 0; p < map.length; p++) {
      map[p] = (float) sums[p];
    }
    return map;
  }
}

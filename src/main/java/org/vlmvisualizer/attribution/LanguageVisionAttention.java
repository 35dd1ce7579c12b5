package org.vlmvisualizer.attribution;

import org.vlmvisualizer.core.Trace;

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
final class LanguageVisionAttention extends RowMethod {
  static final String NAME = "vlm-visualizer";

  LanguageVisionAttention(AttentionOptions options) {
    super(NAME, options, options.vision());
  }

  @Override
  float[] map(double[] weights, float[][] vision) {
    double[] sums = new double[weights.length];
    for (int q = 0; q < weights.length; q++) {
      for (int p = 0; p < sums.length; p++) {
        sums[p] += weights[q] * vision[q][p];
      }
    }
    return narrow(sums);
  }
}

package org.vlmvisualizer.attribution;

import java.util.stream.DoubleStream;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.Spread;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.VisionLayers;

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
 * <p>Where image tokens are not patches, the attention goes from tokens to patches and back by the
 * {@link Spread} S, within each crop: {@code map_t = w_t · S · V · W}. What falls on patches that
 * no token is made of is left out, and the rest divided by its sum. Where tokens are learned
 * queries, what they were gathered from ({@link org.vlmvisualizer.core.Gathered}) takes the place
 * of S, and the map stays on patches: {@code map_t = w_t · G · V}.
 *
 * @see <a href="https://github.com/zjysteven/VLM-Visualizer">VLM-Visualizer</a>
 */
final class LanguageVisionAttention extends RowMethod {
  static final String NAME = "vlm-visualizer";

  LanguageVisionAttention(AttentionOptions options) {
    super(NAME, options);
  }

  @Override
  VisionLayers vision() {
    return options.vision();
  }

  @Override
  Layout layout(Layout layout, float[][] vision) {
    return layout.gathered() == null ? layout : layout.with(layout.gathered().through(vision));
  }

  @Override
  double[] map(double[] weights, float[][] vision, Spread spread) {
    if (spread.isIdentity()) {
      return seen(weights, vision);
    }
    double[] map = spread.toTokens(seen(spread.toPatches(weights, vision.length), vision));
    double sum = DoubleStream.of(map).sum();
    return sum == 0 ? map : DoubleStream.of(map).map(value -> value / sum).toArray();
  }

  /** [B * P] · V, crop by crop. */
  private static double[] seen(double[] patches, float[][] vision) {
    double[] sums = new double[patches.length];
    int crop = 0;
    for (int q = 0; q < patches.length; q++) {
      crop = q == crop + vision[crop].length ? q : crop;
      for (int p = 0; p < vision[q].length; p++) {
        sums[crop + p] += patches[q] * vision[q][p];
      }
    }
    return sums;
  }
}

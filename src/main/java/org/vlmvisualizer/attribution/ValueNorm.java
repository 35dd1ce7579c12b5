package org.vlmvisualizer.attribution;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.AnswerProbe;
import org.vlmvisualizer.core.Replay;
import org.vlmvisualizer.core.Trace;

/**
 * How long the vectors are that the predicting row takes from each image token: attention weighted
 * by what there is to take, so that sinks, whose values are short, count for little.
 *
 * <pre>n_l[j] = ‖Σ_h A_lh[r, j] O_lh v_lhj‖, n_l[0] = 0, divided by its sum; mean over l</pre>
 *
 * with the symbols of {@link org.vlmvisualizer.core.Replayed}; then over the image tokens, divided
 * by its sum.
 *
 * <p>Source: Kobayashi et al., "Attention is Not Only a Weight", EMNLP 2020, arXiv 2004.10102.
 * Costs about one prefill.
 */
final class ValueNorm extends AttributionMethod {
  static final String NAME = "value-norm";

  ValueNorm(AttentionOptions options) {
    super(NAME, options);
  }

  @Override
  Set<Replay> replay() {
    return EnumSet.of(Replay.VALUE_NORMS);
  }

  @Override
  float[][] values(Trace trace, AttentionRows rows, AnswerProbe probe) {
    float[][][] norms = trace.replayed().valueNorms();
    float[][] values = new float[norms.length][];
    for (int t = 0; t < values.length; t++) {
      double[][] layers = new double[norms[t].length][];
      for (int l = 0; l < layers.length; l++) {
        float[] layer = norms[t][l];
        layers[l] = IntStream.range(0, layer.length).mapToDouble(j -> layer[j]).toArray();
      }
      double[] mean = TokenAttention.layerMean(layers, options.keepFirst());
      double[] image =
          IntStream.of(trace.prompt().imagePositions()).mapToDouble(j -> mean[j]).toArray();
      values[t] = shares(image, trace.layout());
    }
    return values;
  }
}

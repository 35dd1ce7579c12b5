package org.vlmvisualizer.attribution;

import java.util.EnumSet;
import java.util.Set;
import org.vlmvisualizer.core.AnswerProbe;
import org.vlmvisualizer.core.Replay;
import org.vlmvisualizer.core.Trace;

/**
 * Attention followed through all layers, half of each taken as what passes by it:
 *
 * <pre>map = row r of Π_l ½ (mean_h A_l + 1) over the image tokens, divided by its sum</pre>
 *
 * later layers on the left. Nothing is dropped, sinks least of all: they gather what flows.
 *
 * <p>Source: Abnar and Zuidema, "Quantifying Attention Flow in Transformers", ACL 2020, arXiv
 * 2005.00928. Costs one prefill, and memory for three matrices of all tokens by all tokens.
 */
final class Rollout extends AttributionMethod {
  static final String NAME = "rollout";

  Rollout(AttentionOptions options) {
    super(NAME, options);
  }

  @Override
  Set<Replay> replay() {
    return EnumSet.of(Replay.ROLLOUT);
  }

  @Override
  float[][] values(Trace trace, AttentionRows rows, AnswerProbe probe) {
    float[][] rolled = trace.replayed().rollout();
    float[][] values = new float[rolled.length][];
    for (int t = 0; t < values.length; t++) {
      values[t] = shares(onImage(rolled[t], trace), trace.layout());
    }
    return values;
  }
}

package org.vlmvisualizer.attribution;

import java.util.EnumSet;
import java.util.Set;
import org.vlmvisualizer.core.AnswerProbe;
import org.vlmvisualizer.core.Replay;
import org.vlmvisualizer.core.Trace;

/**
 * What the values of each image token, as the heads move them to the predicting row, add to the
 * logit of the answer's token: signed, in logits.
 *
 * <pre>map = Σ_l Σ_h A_lh[r, j] v_lhj · O_lhᵀ (γ ⊙ w) / rms(x_r)</pre>
 *
 * with the symbols of {@link org.vlmvisualizer.core.Replayed}. It counts what goes from the picture
 * straight to the answer; what later layers make of it, it leaves out. Sinks have small values, so
 * they count for little.
 *
 * <p>Sources: Elhage et al., "A Mathematical Framework for Transformer Circuits", 2021; Ferrando et
 * al., "Explaining How Transformers Use Context to Build Predictions", ACL 2023, arXiv 2305.12535.
 * Costs one pass over the answer.
 */
final class LogitAttribution extends AttributionMethod {
  static final String NAME = "logit-attribution";

  LogitAttribution(AttentionOptions options) {
    super(NAME, options);
  }

  @Override
  Set<Replay> replay() {
    return EnumSet.of(Replay.VALUE_LOGITS);
  }

  @Override
  boolean isSigned() {
    return true;
  }

  @Override
  float[][] values(Trace trace, AttentionRows rows, AnswerProbe probe) {
    float[][] logits = trace.replayed().valueLogits();
    float[][] values = new float[logits.length][];
    for (int t = 0; t < values.length; t++) {
      values[t] = new float[trace.layout().tokens()];
      double[] all = onImage(logits[t], trace);
      for (int k = 0; k < all.length; k++) {
        values[t][k] = trace.layout().hasPlace(k) ? (float) all[k] : 0;
      }
    }
    return values;
  }
}

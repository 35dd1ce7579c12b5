package org.vlmvisualizer.attribution;

import java.util.EnumSet;
import java.util.Set;
import org.vlmvisualizer.core.AnswerProbe;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.Replay;
import org.vlmvisualizer.core.Replayed.Similarity;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.View;

/**
 * TAM, the token activation map: which image tokens would themselves be read as the answer's token,
 * less what earlier words of the text are read there. With h the final states, w_t the row of the
 * output matrix of token t:
 *
 * <pre>
 *   A_t = ReLU(h_I · w_t)
 *   ρ_k = ReLU(h_k · w_t)             of earlier tokens k of question and answer, with other ids than t's
 *   J = Σ ρ_k A_k / Σ ρ_k             what they see
 *   map = RankGaussian(ReLU(A_t - (⟨A_t, J⟩ / ⟨J, J⟩) J)), divided by its sum
 * </pre>
 *
 * The state h_k of a word of the answer is that of the row that predicted it, as in the published
 * code: the row that read it is the one that predicts t if it stands right before t, and would
 * drown all others. It reads no attention. Where the picture stands before the question and
 * attention goes backwards or stays within a picture, the image tokens' states know nothing of the
 * question: only J does.
 *
 * <p>Source: Li et al., "Token Activation Map to Visually Explain Multimodal LLMs", ICCV 2025,
 * arXiv 2506.23270. Costs one prefill.
 */
final class TokenActivation extends AttributionMethod {
  static final String NAME = "tam";

  TokenActivation(AttentionOptions options) {
    super(NAME, options);
  }

  @Override
  Set<Replay> replay() {
    return EnumSet.of(Replay.SIMILARITY);
  }

  @Override
  public boolean needsCells() {
    return true;
  }

  @Override
  float[][] values(Trace trace, AttentionRows rows, AnswerProbe probe) {
    float[][] values = new float[trace.tokens().size()][];
    for (int t = 0; t < values.length; t++) {
      values[t] = shares(filtered(map(trace, t), trace.layout()), trace.layout());
    }
    return values;
  }

  /** ReLU(A - s J), [K]. */
  private static double[] map(Trace trace, int t) {
    Similarity similarity = trace.replayed().similarity();
    int predicted = trace.tokens().get(t).id();
    double[] map = activation(trace, predicted);
    double[] interference = new double[map.length];
    double sum = 0;
    TokenSequence prompt = trace.prompt();
    int answer = prompt.length() - 1; // the row that predicted its first token
    for (int row = prompt.textStart(); row < answer + t; row++) {
      int id = similarity.ids()[row < answer ? row : row + 1];
      double weight = id == predicted ? 0 : similarity.of(row, predicted);
      if (weight > 0) {
        double[] other = activation(trace, id);
        for (int k = 0; k < map.length; k++) {
          interference[k] += weight * other[k];
        }
        sum += weight;
      }
    }
    double squares = 0;
    double product = 0;
    for (int k = 0; k < map.length && sum > 0; k++) {
      interference[k] /= sum;
      squares += interference[k] * interference[k];
      product += interference[k] * map[k];
    }
    for (int k = 0; k < map.length && squares > 0; k++) {
      map[k] = Math.max(0, map[k] - product / squares * interference[k]);
    }
    return map;
  }

  /** ReLU(h_I · w) of a token's id, [K], 0 without a place. */
  private static double[] activation(Trace trace, int id) {
    int[] positions = trace.prompt().imagePositions();
    double[] values = new double[positions.length];
    for (int k = 0; k < values.length; k++) {
      values[k] =
          trace.layout().hasPlace(k) ? trace.replayed().similarity().of(positions[k], id) : 0;
    }
    return values;
  }

  /** Each view by itself, [K]. */
  private static double[] filtered(double[] map, Layout layout) {
    double[] result = new double[map.length];
    for (int v = 0; v < layout.views().size(); v++) {
      View view = layout.views().get(v);
      double[] cells = new double[view.grid().size()];
      for (int k = 0; k < map.length; k++) {
        if (layout.view()[k] == v) {
          cells[layout.cell()[k]] = map[k];
        }
      }
      double[] filtered = RankGaussian.filter(cells, view.grid().columns());
      for (int k = 0; k < map.length; k++) {
        if (layout.view()[k] == v) {
          result[k] = filtered[layout.cell()[k]];
        }
      }
    }
    return result;
  }
}

package org.vlmvisualizer.attribution;

import org.vlmvisualizer.core.AnswerProbe;
import org.vlmvisualizer.core.Trace;

/**
 * What each image token's features add to ln p of the answer's token, on the straight way from
 * those of a plain picture e₀ to the picture's own e: signed, in nats.
 *
 * <pre>map = Σ_d (e - e₀)_d · mean over i of ∂ ln p / ∂e_d at e₀ + (i + ½)/8 (e - e₀), i = 0..7
 * </pre>
 *
 * The plain picture has the picture's own median colour, and its size. The maps of a token sum to
 * ln p - ln p₀, but for the error of eight steps.
 *
 * <p>Source: Sundararajan et al., "Axiomatic Attribution for Deep Networks", ICML 2017, arXiv
 * 1703.01365. Costs, for each token, eight passes forth and back.
 */
final class IntegratedGradients extends AttributionMethod {
  static final String NAME = "integrated-gradients";
  private static final int STEPS = 8;

  IntegratedGradients(AttentionOptions options) {
    super(NAME, options);
  }

  @Override
  boolean isSigned() {
    return true;
  }

  /** A pass back takes about twice as long as one forth. */
  @Override
  public double passes(int tokens, int cells) {
    return STEPS * (1 + 2.0 * tokens);
  }

  @Override
  public boolean growsWithAnswer() {
    return false;
  }

  @Override
  float[][] values(Trace trace, AttentionRows rows, AnswerProbe probe) {
    return probe.integratedGradients(STEPS);
  }
}

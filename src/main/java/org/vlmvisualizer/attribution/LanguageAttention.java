package org.vlmvisualizer.attribution;

import org.vlmvisualizer.core.Spread;

/**
 * The decoder's attention alone: {@link TokenAttention} over the image tokens, divided by its sum.
 * It leaves out where the vision tower itself had gathered each patch's content from.
 */
final class LanguageAttention extends RowMethod {
  static final String NAME = "language";

  LanguageAttention(AttentionOptions options) {
    super(NAME, options);
  }

  @Override
  double[] map(double[] weights, float[][] vision, Spread spread) {
    return weights;
  }
}

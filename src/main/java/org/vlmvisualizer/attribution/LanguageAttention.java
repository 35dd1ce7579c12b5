package org.vlmvisualizer.attribution;

import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.TraceRequest;
import org.vlmvisualizer.core.VisionLayers;

/**
 * The decoder's attention alone: {@link TokenAttention} over the image tokens, divided by its sum.
 * It leaves out where the vision tower itself had gathered each patch's content from.
 */
final class LanguageAttention implements AttributionMethod {
  static final String NAME = "language";

  private final AttentionOptions options;

  LanguageAttention(AttentionOptions options) {
    this.options = options;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public TraceRequest request() {
    return new TraceRequest(
        VisionLayers.NONE, options.layers(), options.heads(), options.keepFirst(), true, false);
  }

  @Override
  public AttributionMap attribute(Trace trace) {
    double[][] shares = TokenAttention.of(trace, options.keepFirst()).image(trace.prompt().image());
    float[][] values = new float[shares.length][shares[0].length]; // [T, P]
    for (int t = 0; t < shares.length; t++) {
      for (int p = 0; p < shares[t].length; p++) {
        values[t][p] = (float) shares[t][p];
      }
    }
    return new AttributionMap(NAME, values);
  }
}

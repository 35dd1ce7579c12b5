package org.vlmvisualizer.attribution;

import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.Keep;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.Spread;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.TraceRequest;
import org.vlmvisualizer.core.VisionLayers;

/**
 * A way to tell how much each image token counted for each generated token. It makes a token's map
 * of the decoder's attention to the image tokens that have a place: {@link TokenAttention} over
 * them, divided by its sum.
 */
public abstract class AttributionMethod {
  private final String name;
  private final AttentionOptions options;
  private final VisionLayers vision;

  /**
   * @param name that users choose it by: lower case, words joined by hyphens
   * @param vision layers of the tower whose attention {@link #map} reads
   */
  AttributionMethod(String name, AttentionOptions options, VisionLayers vision) {
    this.name = name;
    this.options = options;
    this.vision = vision;
  }

  /**
   * A token's map, [K].
   *
   * @param weights [K] attention to each image token; sums to 1, or all 0
   * @param vision [B * P, P] the tower's patch-to-patch attention, null if it was not recorded
   * @param spread [K, B * P] which patches each image token is made of
   */
  abstract double[] map(double[] weights, float[][] vision, Spread spread);

  /** What must be recorded while the network runs. */
  public final TraceRequest request() {
    return new TraceRequest(
        vision, options.layers(), options.heads(), options.keepFirst(), true, Keep.NOTHING, false);
  }

  /**
   * @param trace recorded on {@link #request()}
   */
  public final AttributionMap attribute(Trace trace) {
    AttentionRows rows = AttentionRows.of(trace, options.keepFirst());
    float[][] values = new float[trace.tokens().size()][]; // [T, K]
    for (int t = 0; t < values.length; t++) {
      values[t] = map(rows.token(t, trace), trace.vision(), trace.layout());
    }
    return new AttributionMap(name, values);
  }

  /** A token's map, [K], narrowed to what maps are kept in. */
  final float[] map(TokenAttention token, float[][] vision, Layout layout) {
    return AttributionMap.narrow(map(token.weights(layout), vision, layout.spread()));
  }
}

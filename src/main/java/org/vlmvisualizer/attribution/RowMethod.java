package org.vlmvisualizer.attribution;

import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.Keep;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.TraceRequest;
import org.vlmvisualizer.core.VisionLayers;

/**
 * A method that makes a token's map of the decoder's attention to the image tokens: {@link
 * TokenAttention} over them, divided by its sum.
 */
abstract class RowMethod implements AttributionMethod {
  private final String name;
  private final AttentionOptions options;
  private final VisionLayers vision;

  /**
   * @param vision layers of the tower whose attention {@link #map} reads
   */
  RowMethod(String name, AttentionOptions options, VisionLayers vision) {
    this.name = name;
    this.options = options;
    this.vision = vision;
  }

  /**
   * A token's map, [P].
   *
   * @param weights [P] attention to each image token; sums to 1, or all 0
   * @param vision [P, P] the tower's patch-to-patch attention, null if it was not recorded
   */
  abstract float[] map(double[] weights, float[][] vision);

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final TraceRequest request() {
    return new TraceRequest(
        vision, options.layers(), options.heads(), options.keepFirst(), true, Keep.NOTHING, false);
  }

  @Override
  public final AttributionMap attribute(Trace trace) {
    double[][] weights =
        TokenAttention.of(trace, options.keepFirst()).image(trace.prompt().image());
    float[][] values = new float[weights.length][]; // [T, P]
    for (int t = 0; t < weights.length; t++) {
      values[t] = map(weights[t], trace.vision());
    }
    return new AttributionMap(name, values);
  }

  /** Narrowed to what maps are kept in. */
  static float[] narrow(double[] values) {
    float[] narrow = new float[values.length];
    for (int i = 0; i < narrow.length; i++) {
      narrow[i] = (float) values[i];
    }
    return narrow;
  }
}

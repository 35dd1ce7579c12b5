package org.vlmvisualizer.core;

/**
 * What a method wants recorded while the network runs. Everything is reduced on the device, where
 * it is computed: the full attention of a 32-layer, 32-head model is gigabytes.
 *
 * @param vision layers of the vision tower to average
 * @param layers decoder layers whose rows are kept
 * @param heads decoder heads that are averaged in each layer
 * @param keepFirst false to set the attention to the first token to 0 in {@link Trace#promptRows}
 *     and renormalise, as VLM-Visualizer does
 * @param promptRows whether the rows of the prompt are kept as well, for the whole-sequence matrix
 * @param keep whether the layers or each of their heads are kept apart ({@link Trace#kept})
 * @param logits whether the logits of each generated token are kept
 */
public record TraceRequest(
    VisionLayers vision,
    IndexRange layers,
    IndexRange heads,
    boolean keepFirst,
    boolean promptRows,
    Keep keep,
    boolean logits) {

  /** Nothing but the generated tokens and their probabilities. */
  public static final TraceRequest NOTHING =
      new TraceRequest(VisionLayers.NONE, null, null, false, false, Keep.NOTHING, false);

  /** Whether decoder rows are kept. */
  public boolean rows() {
    return layers != null;
  }

  /** The same, with or without the rows of the prompt. */
  public TraceRequest withPromptRows(boolean wanted) {
    return new TraceRequest(vision, layers, heads, keepFirst, wanted, keep, logits);
  }

  /** The same, with attention kept per layer or head. */
  public TraceRequest keeping(Keep other) {
    return new TraceRequest(vision, layers, heads, keepFirst, promptRows, other, logits);
  }
}

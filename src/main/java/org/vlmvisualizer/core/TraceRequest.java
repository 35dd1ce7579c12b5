package org.vlmvisualizer.core;

import java.util.Set;

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
 * @param headMap maps that are made of single heads while the answer is written, null for none
 * @param sinks whether attention sinks are looked for
 * @param replay what is read once more of the whole answer
 */
public record TraceRequest(
    VisionLayers vision,
    IndexRange layers,
    IndexRange heads,
    boolean keepFirst,
    boolean promptRows,
    Keep keep,
    boolean logits,
    HeadMap headMap,
    SinkSearch sinks,
    Set<Replay> replay) {

  /** What is done about attention sinks while the network runs. */
  public enum SinkSearch {
    /** Nothing. */
    NONE,
    /** They are found before the answer is written. */
    FIND,
    /** And attention to them counts as 0 in {@link #headMap}. */
    REMOVE
  }

  public TraceRequest {
    replay = Set.copyOf(replay);
  }

  /** Without maps of single heads, and without another pass. */
  public TraceRequest(
      VisionLayers vision,
      IndexRange layers,
      IndexRange heads,
      boolean keepFirst,
      boolean promptRows,
      Keep keep,
      boolean logits) {
    this(
        vision,
        layers,
        heads,
        keepFirst,
        promptRows,
        keep,
        logits,
        null,
        SinkSearch.NONE,
        Set.of());
  }

  /** Nothing but the generated tokens and their probabilities. */
  public static final TraceRequest NOTHING =
      new TraceRequest(VisionLayers.NONE, null, null, false, false, Keep.NOTHING, false);

  /** Whether decoder rows are kept. */
  public boolean rows() {
    return layers != null;
  }

  /** The same, with or without the rows of the prompt. */
  public TraceRequest withPromptRows(boolean wanted) {
    return new TraceRequest(
        vision, layers, heads, keepFirst, wanted, keep, logits, headMap, sinks, replay);
  }

  /** The same, with attention kept per layer or head. */
  public TraceRequest keeping(Keep other) {
    return new TraceRequest(
        vision, layers, heads, keepFirst, promptRows, other, logits, headMap, sinks, replay);
  }

  /** The same of other layers and heads. */
  public TraceRequest of(IndexRange someLayers, IndexRange someHeads) {
    return new TraceRequest(
        vision, someLayers, someHeads, keepFirst, promptRows, keep, logits, headMap, sinks, replay);
  }

  /** The same, with maps made of single heads. */
  public TraceRequest mapping(HeadMap wanted) {
    return new TraceRequest(
        vision, layers, heads, keepFirst, promptRows, keep, logits, wanted, sinks, replay);
  }

  /** The same, and read once more. */
  public TraceRequest replaying(Set<Replay> wanted) {
    return new TraceRequest(
        vision, layers, heads, keepFirst, promptRows, keep, logits, headMap, sinks, wanted);
  }

  /** The same, with a search for attention sinks. */
  public TraceRequest finding(SinkSearch wanted) {
    return new TraceRequest(
        vision, layers, heads, keepFirst, promptRows, keep, logits, headMap, wanted, replay);
  }
}

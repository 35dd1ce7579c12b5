package org.vlmvisualizer.attribution;

import java.util.List;
import org.vlmvisualizer.core.HeadMap;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.VisionLayers;

/**
 * Which part of the attention a method reads.
 *
 * @param layers decoder layers to average
 * @param heads decoder heads to average
 * @param keepFirst whether attention to the first token (BOS) counts; the reference method sets it
 *     to 0, since models park attention there that they have no use for
 * @param vision vision layers to average: {@link VisionLayers#ALL} up to the one that the projector
 *     reads, or that one alone
 * @param sinks what is done with image tokens that models park attention on
 * @param window what occlusion hides at a time
 * @param localization heads that localization-heads reads; empty to choose them for each token
 */
public record AttentionOptions(
    IndexRange layers,
    IndexRange heads,
    boolean keepFirst,
    VisionLayers vision,
    Sinks sinks,
    OcclusionWindow window,
    List<HeadMap.Head> localization) {

  /** With attention sinks as they are. */
  public AttentionOptions(
      IndexRange layers, IndexRange heads, boolean keepFirst, VisionLayers vision) {
    this(layers, heads, keepFirst, vision, Sinks.KEEP, OcclusionWindow.DEFAULT, List.of());
  }

  public AttentionOptions {
    localization = List.copyOf(localization);
  }

  /** The same with other localization heads. */
  public AttentionOptions locating(List<HeadMap.Head> heads) {
    return new AttentionOptions(layers, this.heads, keepFirst, vision, sinks, window, heads);
  }

  /** The same with something else done with sinks. */
  public AttentionOptions with(Sinks other) {
    return new AttentionOptions(layers, heads, keepFirst, vision, other, window, localization);
  }

  /** What VLM-Visualizer does. */
  public static final AttentionOptions REFERENCE =
      new AttentionOptions(IndexRange.ALL, IndexRange.ALL, false, VisionLayers.ALL);
}

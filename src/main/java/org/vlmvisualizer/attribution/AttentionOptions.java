package org.vlmvisualizer.attribution;

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
 */
public record AttentionOptions(
    IndexRange layers, IndexRange heads, boolean keepFirst, VisionLayers vision) {
  /** What VLM-Visualizer does. */
  public static final AttentionOptions REFERENCE =
      new AttentionOptions(IndexRange.ALL, IndexRange.ALL, false, VisionLayers.ALL);
}

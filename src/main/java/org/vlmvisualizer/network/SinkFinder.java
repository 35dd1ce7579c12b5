package org.vlmvisualizer.network;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.TraceRequest;

/**
 * Finds attention sinks among the image tokens, by one more pass over the prompt. With z the input
 * of a layer, each row divided by its root mean square, from the third layer on:
 *
 * <pre>
 *   D = all d with |z[0, d]| > 20 in any of these layers: the dimensions that explode in the first token
 *   k is a sink in a layer if |z[I_k, d]| > 20 for a d in D
 * </pre>
 *
 * Source: Kang et al., "See What You Are Told: Visual Attention Sink in Large Multimodal Models",
 * ICLR 2025, section 3; there D is given for each model (1415 and 2533 of LLaMA-2-7B).
 */
final class SinkFinder implements Decoder.Observer {
  /** The threshold of the paper. */
  static final double THRESHOLD = 20;

  /** The first layer whose input shows them. */
  static final int FIRST_LAYER = 2;

  private final LlavaNetwork network;
  private final TokenSequence prompt;
  private final double threshold;
  private final int firstLayer;
  private final int[] rows;
  private final List<long[]> found = new ArrayList<>();
  private Decoder.Sequence sequence;

  /**
   * @param threshold {@link #THRESHOLD}, or less for models that have no such states
   * @param firstLayer {@link #FIRST_LAYER}, or an earlier one
   */
  SinkFinder(LlavaNetwork network, TokenSequence prompt, double threshold, int firstLayer) {
    this.network = network;
    this.prompt = prompt;
    this.threshold = threshold;
    this.firstLayer = firstLayer;
    rows = IntStream.concat(IntStream.of(0), IntStream.of(prompt.imagePositions())).toArray();
  }

  /**
   * @param image [K, D]
   * @param layers counted from 0
   * @return [L, K] of these layers
   */
  boolean[][] find(PtNDManager owner, PtNDArray image, IndexRange layers, Progress progress) {
    try (PtNDManager run = (PtNDManager) owner.newSubManager();
        Caches caches = network.decoder.caches(prompt.length());
        Decoder.Sequence all = network.decoder.begin(run, prompt, caches, TraceRequest.NOTHING)) {
      sequence = all;
      all.force(run, image, new int[1], 0, 1, null, this, progress);
    }
    Set<Long> dimensions = new HashSet<>();
    for (long[] pairs : found) {
      for (int i = 0; i < pairs.length; i += 2) {
        if (pairs[i] == 0) {
          dimensions.add(pairs[i + 1]);
        }
      }
    }
    boolean[][] sinks = new boolean[layers.size()][rows.length - 1];
    for (int layer = Math.max(layers.first(), firstLayer); layer <= layers.last(); layer++) {
      long[] pairs = found.get(layer - firstLayer);
      for (int i = 0; i < pairs.length; i += 2) {
        if (pairs[i] > 0 && dimensions.contains(pairs[i + 1])) {
          sinks[layer - layers.first()][(int) pairs[i] - 1] = true;
        }
      }
    }
    return sinks;
  }

  @Override
  public void see(PtNDManager scope, int layer, PtNDArray x, PtNDArray qkv, int start) {
    if (layer >= firstLayer) {
      PtNDArray pairs = sequence.beyond(scope, x, rows, threshold);
      found.add(pairs.isEmpty() ? new long[0] : pairs.toLongArray());
    }
  }
}

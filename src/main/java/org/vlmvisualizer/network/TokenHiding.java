package org.vlmvisualizer.network;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.TraceRequest;

/**
 * An answer's probabilities with some of the image tokens replaced by plain ones.
 *
 * @param image features of the picture, as the connector gives them
 * @param plain features of a plain one
 * @param answer the ids of its tokens
 */
record TokenHiding(
    LlavaNetwork network, TokenSequence prompt, PtNDArray image, PtNDArray plain, int[] answer) {
  /**
   * Of later tokens first: rows before the first that sees a hidden token are those of the whole
   * picture, which the caches keep, since every later set left them alone.
   *
   * @param hidden [W] which image tokens
   * @return ln p, [W, T]
   */
  float[][] logProbabilities(PtNDManager owner, List<int[]> hidden, Progress progress) {
    float[][] all = new float[hidden.size()][];
    try (PtNDManager run = (PtNDManager) owner.newSubManager();
        Caches caches = network.decoder.caches(prompt.length() + answer.length);
        Decoder.Sequence sequence =
            network.decoder.begin(run, prompt, caches, TraceRequest.NOTHING)) {
      int[] first = hidden.stream().mapToInt(some -> first(sequence, some)).toArray();
      List<Integer> order =
          IntStream.range(0, all.length)
              .boxed()
              .sorted(Comparator.comparing((Integer w) -> -first[w]))
              .toList();
      score(run, sequence, image, 0, progress);
      int done = 0;
      for (int w : order) {
        progress.update("Hiding parts of the picture", done++, all.length);
        all[w] = score(run, sequence, without(run, hidden.get(w)), first[w], progress);
      }
    }
    return all;
  }

  /** The first row that sees a hidden token; behind the prompt if there is none. */
  private int first(Decoder.Sequence sequence, int[] hidden) {
    int[] places = prompt.imagePositions();
    return IntStream.of(hidden)
        .map(k -> sequence.firstSeeing(places[k]))
        .min()
        .orElse(prompt.length() - 1);
  }

  private float[] score(
      PtNDManager owner, Decoder.Sequence sequence, PtNDArray features, int from, Progress inner) {
    try (PtNDManager run = (PtNDManager) owner.newSubManager()) {
      PtNDArray states =
          sequence.force(run, features, answer, from, answer.length, null, null, inner);
      return sequence.logProbabilities(run, states, answer);
    }
  }

  private PtNDArray without(PtNDManager owner, int[] hidden) {
    PtNDArray features = (PtNDArray) image.duplicate();
    features.attach(owner);
    if (hidden.length > 0) {
      PtNDArray places = network.torch.numbers(owner, hidden);
      PtNDArray rows = network.torch.tensor(owner, "rows_at", plain, places);
      network.torch.run("put_rows", features, places, rows).close();
    }
    return features;
  }
}

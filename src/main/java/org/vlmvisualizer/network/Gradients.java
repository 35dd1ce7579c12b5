package org.vlmvisualizer.network;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.TraceRequest;

/**
 * Integrated gradients of each answer token's ln p by the features of the image tokens. Weights are
 * widened a layer at a time, and of the states only each layer's input is kept, from which the
 * layer is computed again on the way back: no second copy of the weights, and memory of one layer's
 * graph.
 *
 * @param image features of the picture, as the connector gives them
 * @param plain features of a plain one
 * @param answer the ids of its tokens
 */
record Gradients(
    LlavaNetwork network, TokenSequence prompt, PtNDArray image, PtNDArray plain, int[] answer) {
  /** Answer tokens whose gradients are there at a time, each as large as the states. */
  private static final int TOKENS = 16;

  /**
   * @param steps midpoints of the way from the plain features to the picture's
   * @return [T, K]
   */
  float[][] integrated(PtNDManager owner, int steps, Progress progress) {
    Torch torch = network.torch;
    try (PtNDManager run = (PtNDManager) owner.newSubManager();
        Caches caches = network.decoder.caches(prompt.length() + answer.length);
        Decoder.Sequence sequence =
            network.decoder.begin(run, prompt, caches, TraceRequest.NOTHING)) {
      PtNDArray change = torch.tensor(run, "difference", image, plain);
      PtNDArray sums = torch.zeros(run, answer.length, prompt.imagePositions().length);
      for (int i = 0; i < steps; i++) {
        progress.update("Following gradients", i, steps);
        try (PtNDManager step = (PtNDManager) run.newSubManager()) {
          PtNDArray features = torch.tensor(step, "between", plain, image, (i + 0.5) / steps);
          add(step, sequence, features, change, sums, 1.0 / steps, progress);
        }
      }
      return torch.rows(sums);
    }
  }

  private void add(
      PtNDManager step,
      Decoder.Sequence sequence,
      PtNDArray features,
      PtNDArray change,
      PtNDArray sums,
      double share,
      Progress progress) {
    Torch torch = network.torch;
    int layers = network.config.decoder().numHiddenLayers();
    List<PtNDArray> states = new ArrayList<>();
    states.add(sequence.embeddings(step, features, answer, 0));
    PtNDArray none = torch.zeros(step, 0, 1, 1);
    for (int i = 0; i < layers; i++) {
      try (PtNDManager one = (PtNDManager) step.newSubManager()) {
        PtNDArray next = sequence.gradients(one, i, none, states.get(i)).get(0);
        sequence.addTap(one, next, i, 0, features);
        next.attach(step);
        states.add(next);
      }
    }
    for (int from = 0; from < answer.length; from += TOKENS) {
      int to = Math.min(from + TOKENS, answer.length);
      int first = prompt.length() - 1 + from;
      int[] rows = IntStream.range(first, first + to - from).toArray();
      try (PtNDManager some = (PtNDManager) step.newSubManager()) {
        PtNDArray gradients =
            sequence.answerGradients(
                some, states.get(layers), rows, Arrays.copyOfRange(answer, from, to));
        PtNDArray own = torch.tensor(some, "rows", sums, from, to - from);
        PtNDArray places = torch.numbers(some, prompt.imagePositions());
        for (int i = layers - 1; i >= 0; i--) {
          progress.update("Following gradients", layers - 1 - i, layers);
          gradients = through(some, sequence, i, gradients, states.get(i));
          if (i <= sequence.taps(change)) {
            PtNDArray changed = sequence.part(some, change, i);
            torch.run("add_change", own, gradients, places, changed, share).close();
          }
        }
      }
    }
  }

  /** Gradients [T, S, D] by a layer's output -> those by its input. */
  private PtNDArray through(
      PtNDManager owner, Decoder.Sequence sequence, int layer, PtNDArray gradients, PtNDArray x) {
    try (gradients;
        PtNDManager one = (PtNDManager) owner.newSubManager()) {
      List<PtNDArray> found = sequence.gradients(one, layer, gradients, x);
      IValue list = IValue.listFrom(found.subList(1, found.size()).toArray(PtNDArray[]::new));
      try (list) {
        return network.torch.tensor(owner, "stacked", list);
      }
    }
  }
}

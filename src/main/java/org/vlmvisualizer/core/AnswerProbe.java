package org.vlmvisualizer.core;

import java.util.List;

/**
 * Asks a model about an answer again: how likely the same answer is about other pictures. Each call
 * costs at least one pass over prompt and answer. For the thread that has the model.
 */
public interface AnswerProbe {
  /** The pictures that the answer is about. */
  List<RgbPicture> pictures();

  /** Which of the answer's maps shows one of the pictures; time points of a video may share one. */
  default int map(int picture) {
    return picture;
  }

  /** Tells how far a method is that asks many times; each pass hears a cancel. */
  void update(String stage, int done, int total);

  /**
   * How likely each token of the answer is about other pictures of the same sizes.
   *
   * @return ln p, [T]
   * @throws java.util.concurrent.CancellationException if the user cancels
   */
  double[] logProbabilities(List<RgbPicture> pictures);

  /**
   * The same with some image tokens replaced by those of a plain picture of each picture's median
   * colour ({@link RgbPicture#median}).
   *
   * @param hidden [W] which image tokens, several times
   * @return ln p, [W, T]
   */
  double[][] logProbabilitiesWithout(List<int[]> hidden);

  /**
   * What a general question reads: rows of attention behind it, recorded as those of the answer.
   *
   * @param question in the place of the one that was asked
   * @return a trace of one token
   */
  Trace ask(String question);

  /**
   * Integrated gradients of each token's ln p by the features of the image tokens, from those of a
   * plain picture of the median colour.
   *
   * @param steps midpoints of the integral
   * @return [T, K]
   */
  float[][] integratedGradients(int steps);
}

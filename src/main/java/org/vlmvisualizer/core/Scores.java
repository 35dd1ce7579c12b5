package org.vlmvisualizer.core;

/**
 * How likely an answer is.
 *
 * @param logProbabilities [T] ln p of each token behind the prompt and the tokens before it
 * @param reuse what was there already
 */
public record Scores(float[] logProbabilities, Reuse reuse) {
  /** [T] p of each token. */
  public double[] probabilities() {
    double[] all = new double[logProbabilities.length];
    for (int t = 0; t < all.length; t++) {
      all[t] = Math.exp(logProbabilities[t]);
    }
    return all;
  }
}

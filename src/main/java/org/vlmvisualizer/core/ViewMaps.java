package org.vlmvisualizer.core;

/**
 * What lies on one of several views of a picture.
 *
 * @param values [T, cells of the view] for each token; parts of the picture's map
 */
public record ViewMaps(View view, float[][] values) {

  /** How much of a token's map lies on the view: of a signed one, the sum of its scores there. */
  public double share(int token) {
    double sum = 0;
    for (float value : values[token]) {
      sum += value;
    }
    return sum;
  }
}

package org.vlmvisualizer.attribution;

import org.vlmvisualizer.core.AttentionShares;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.TokenSequence;

/**
 * What one generated token attended to, as VLM-Visualizer's {@code aggregate_llm_attention}
 * computes it. With A the head mean of the predicting row in layer l:
 *
 * <pre>a = mean over l of ( A_l with A_l[0] = 0, divided by its sum )</pre>
 *
 * It sums to 1, or is all 0 where everything lay on a dropped first token.
 *
 * @param image [K] attention to each image token
 * @param marker attention to the other tokens of the pictures' texts
 * @param prompt attention to the rest of the prompt
 * @param generated attention to the answer so far
 * @see <a href="https://github.com/zjysteven/VLM-Visualizer">VLM-Visualizer</a>
 */
record TokenAttention(double[] image, double marker, double prompt, double generated) {

  /**
   * The formula.
   *
   * @param layers [L, n] head means of a row, be it of each key or summed over some; the first
   *     token's stand first
   * @param keepFirst whether attention to the first token counts
   * @return [n]
   */
  static double[] layerMean(double[][] layers, boolean keepFirst) {
    double[] mean = new double[layers[0].length];
    int first = keepFirst ? 0 : 1;
    for (double[] layer : layers) {
      double sum = 0;
      for (int k = first; k < layer.length; k++) {
        sum += layer[k];
      }
      for (int k = first; k < layer.length && sum != 0; k++) {
        mean[k] += layer[k] / sum / layers.length;
      }
    }
    return mean;
  }

  /** Sums up a row of attention to all tokens before. */
  static TokenAttention of(double[] row, TokenSequence prompt) {
    int[] positions = prompt.imagePositions();
    double[] image = new double[positions.length];
    double onImage = 0;
    for (int k = 0; k < image.length; k++) {
      image[k] = row[positions[k]];
      onImage += image[k];
    }
    double marker = 0;
    for (int position : prompt.markerPositions()) {
      marker += row[position];
    }
    double all = 0;
    double generated = 0;
    for (int k = 0; k < row.length; k++) {
      all += k < prompt.length() ? row[k] : 0;
      generated += k < prompt.length() ? 0 : row[k];
    }
    return new TokenAttention(image, marker, all - onImage - marker, generated);
  }

  /**
   * How it divides; an image token without a place is a marker.
   *
   * @param frame of the layout, whose share is told apart
   */
  AttentionShares shares(Layout layout, int frame) {
    double onPicture = 0;
    double onMarkers = marker;
    for (int k = 0; k < image.length; k++) {
      onPicture += layout.hasPlace(k) ? image[k] : 0;
      onMarkers += layout.hasPlace(k) ? 0 : image[k];
    }
    double onFrame = layout.frames() == 1 ? onPicture : layout.sum(frame, image);
    return new AttentionShares(onPicture, prompt, generated, onMarkers, onFrame);
  }

  /** Attention to the image tokens that have a place, divided by its sum: [K]. All 0 if none. */
  double[] weights(Layout layout) {
    double[] weights = new double[image.length];
    double sum = 0;
    for (int k = 0; k < image.length; k++) {
      weights[k] = layout.hasPlace(k) ? image[k] : 0;
      sum += weights[k];
    }
    for (int k = 0; k < image.length && sum != 0; k++) {
      weights[k] /= sum;
    }
    return weights;
  }
}

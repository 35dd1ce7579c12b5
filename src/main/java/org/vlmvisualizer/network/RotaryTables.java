package org.vlmvisualizer.network;

import org.vlmvisualizer.core.RopeConfig;

/**
 * Cosine and sine of the angles by which queries and keys are rotated, each [N, C]: a row for each
 * place in the sequence, so that whatever positions a model gives its tokens are known here alone.
 * The second half of a row equals the first.
 *
 * <p>Source: transformers 4.57, LlamaRotaryEmbedding in modeling_llama.py.
 */
record RotaryTables(float[] cos, float[] sin) {
  /**
   * Of tokens that are counted from 0.
   *
   * @param headDim C, even
   */
  static RotaryTables of(RopeConfig rope, int headDim, int length) {
    float[] frequencies = frequencies(rope, headDim);
    RotaryTables tables =
        new RotaryTables(new float[length * headDim], new float[length * headDim]);
    for (int place = 0; place < length; place++) {
      tables.put(place, place, frequencies);
    }
    return tables;
  }

  /** The angle's first factor for each pair of a head's elements, [C / 2]. */
  static float[] frequencies(RopeConfig rope, int headDim) {
    float[] frequencies = new float[headDim / 2];
    for (int i = 0; i < frequencies.length; i++) {
      float exponent = (float) (2 * i) / headDim;
      frequencies[i] = rope.scaling().scaled(1 / (float) Math.pow((float) rope.theta(), exponent));
    }
    return frequencies;
  }

  private void put(int place, float position, float[] frequencies) {
    int half = frequencies.length;
    for (int i = 0; i < half; i++) {
      float angle = position * frequencies[i];
      int at = place * 2 * half + i;
      cos[at] = (float) Math.cos(angle);
      sin[at] = (float) Math.sin(angle);
      cos[at + half] = cos[at];
      sin[at + half] = sin[at];
    }
  }
}

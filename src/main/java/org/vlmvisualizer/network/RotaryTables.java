package org.vlmvisualizer.network;

import org.vlmvisualizer.core.Positions;
import org.vlmvisualizer.core.RopeConfig;

/**
 * Cosine and sine of the angles by which queries and keys are rotated, each [N, C]: a row for each
 * place in the sequence, so that whatever positions a model gives its tokens are known here alone.
 * The second half of a row equals the first.
 *
 * <p>Source: transformers 4.57, LlamaRotaryEmbedding in modeling_llama.py, and
 * apply_multimodal_rotary_pos_emb in modeling_qwen2_vl.py.
 */
record RotaryTables(float[] cos, float[] sin) {
  /**
   * Of a prompt's tokens, and of those behind it, which are counted on.
   *
   * @param headDim C, even
   * @param length N of all
   */
  static RotaryTables of(RopeConfig config, int headDim, Positions prompt, int length) {
    RopeConfig rope = config.at(prompt.length());
    float[] frequencies = frequencies(rope, headDim);
    RotaryTables tables =
        new RotaryTables(new float[length * headDim], new float[length * headDim]);
    int next = prompt.next();
    float[] positions = new float[frequencies.length];
    for (int place = 0; place < length; place++) {
      for (int i = 0; i < positions.length; i++) {
        positions[i] =
            place < prompt.length()
                ? prompt.on(rope.hasAxes() ? rope.axes().get(i) : 0, place)
                : next + place - prompt.length();
      }
      tables.put(place, positions, frequencies);
    }
    return tables.times((float) rope.scaling().attentionFactor());
  }

  private RotaryTables times(float factor) {
    for (int i = 0; factor != 1 && i < cos.length; i++) {
      cos[i] *= factor;
      sin[i] *= factor;
    }
    return this;
  }

  /** The angle's first factor for each pair of a head's elements, [C / 2]. */
  static float[] frequencies(RopeConfig rope, int headDim) {
    float[] frequencies = new float[headDim / 2];
    for (int i = 0; i < frequencies.length; i++) {
      float exponent = (float) (2 * i) / headDim;
      float power = (float) Math.pow((float) rope.theta(), exponent);
      frequencies[i] = rope.scaling().frequency(i, power);
    }
    return frequencies;
  }

  /**
   * @param positions [C / 2] by which each pair is rotated
   */
  void put(int place, float[] positions, float[] frequencies) {
    int half = frequencies.length;
    for (int i = 0; i < half; i++) {
      float angle = positions[i] * frequencies[i];
      int at = place * 2 * half + i;
      cos[at] = (float) Math.cos(angle);
      sin[at] = (float) Math.sin(angle);
      cos[at + half] = cos[at];
      sin[at + half] = sin[at];
    }
  }
}

package org.vlmvisualizer.core;

/**
 * Makes a token's map of what each head attended to, as soon as it is there: to keep it for all
 * tokens of an answer takes hundreds of megabytes.
 */
public interface HeadMap {
  /**
   * A token's map.
   *
   * @param values [K], 0 where a token has no place
   * @param heads which heads it is made of, in the order of their weight
   */
  record Made(float[] values, Head[] heads) {}

  /**
   * One head.
   *
   * @param layer counted from 0 in the model
   * @param head counted from 0 in the layer
   */
  record Head(int layer, int head) {}

  /**
   * @param rows [L * H, R] attention of each chosen layer's chosen heads to the image tokens and
   *     markers, in the order of {@link TokenSequence#recordedPositions}; sinks that are to be
   *     removed are 0
   * @param layers L of them, counted from 0 in the model
   * @param heads H of them, counted from 0 in a layer
   * @param layout where the image tokens lie
   */
  Made of(float[] rows, IndexRange layers, IndexRange heads, Layout layout);
}

package org.vlmvisualizer.core;

import java.util.List;

/**
 * The pictures of one question, ready for the network.
 *
 * @param pixelValues [B, 3 * S * S] the crops that the vision tower sees, normalised, channels
 *     first; not copied
 * @param size S, side of a crop
 * @param layout where each image token lies
 * @param texts of each picture what stands in the prompt in its place: an image token's text for
 *     each of its tokens, and the family's markers between them
 */
public record ModelInput(float[][] pixelValues, int size, Layout layout, List<String> texts) {

  /**
   * @throws IllegalArgumentException if there is no crop, or one has another size
   */
  public ModelInput {
    if (pixelValues.length == 0) {
      throw new IllegalArgumentException("Expected a crop, found none.");
    }
    for (float[] crop : pixelValues) {
      if (crop.length != 3 * size * size) {
        throw new IllegalArgumentException(
            "Expected 3 x %d x %d values, found %d.".formatted(size, size, crop.length));
      }
    }
    texts = List.copyOf(texts);
  }

  /** B, the number of crops. */
  public int crops() {
    return pixelValues.length;
  }
}

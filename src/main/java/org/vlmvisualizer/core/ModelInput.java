package org.vlmvisualizer.core;

import java.util.List;

/**
 * The pictures of one question, ready for the network.
 *
 * @param crops B of them that the vision tower sees
 * @param layout where each image token lies
 * @param texts of each picture what stands in the prompt in its place: an image token's text for
 *     each of its tokens, and the family's markers between them
 */
public record ModelInput(List<Crop> crops, Layout layout, List<String> texts) {

  /**
   * @throws IllegalArgumentException if there is no crop
   */
  public ModelInput {
    if (crops.isEmpty()) {
      throw new IllegalArgumentException("Expected a crop, found none.");
    }
    crops = List.copyOf(crops);
    texts = List.copyOf(texts);
  }
}

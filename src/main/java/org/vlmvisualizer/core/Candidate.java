package org.vlmvisualizer.core;

import java.util.Objects;

/**
 * A token that could have stood in another's place.
 *
 * @param id its place in the vocabulary
 * @param text what it looks like to a reader, leading space kept
 * @param probability the softmax of the logits at that id, 0 to 1
 */
public record Candidate(int id, String text, double probability) {
  public Candidate {
    Objects.requireNonNull(text);
  }
}

package org.vlmvisualizer.core;

import java.util.List;

/**
 * The boxes and points that an answer names, in its order.
 *
 * @param leftOut a sentence about those that could not be taken; empty if all were
 */
public record AnswerBoxes(List<NamedBox> boxes, String leftOut) {

  public AnswerBoxes {
    boxes = List.copyOf(boxes);
  }
}

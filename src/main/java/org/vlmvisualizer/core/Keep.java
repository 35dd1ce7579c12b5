package org.vlmvisualizer.core;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How much attention a run keeps, so that maps of some layers and heads can be made afterwards. */
public enum Keep {
  /** None: only maps and the whole-sequence matrix. */
  NOTHING,
  /** Each decoder layer by itself, heads averaged. */
  LAYERS,
  /** Each head of each decoder layer by itself. */
  HEADS;

  /**
   * @throws InputException if the word is not one of nothing, layers, heads
   */
  public static Keep parse(String word) {
    return Arrays.stream(values())
        .filter(keep -> keep.toString().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    "Expected keep to be one of %s, found '%s'."
                        .formatted(
                            Arrays.stream(values())
                                .map(Keep::toString)
                                .collect(Collectors.joining(", ")),
                            word)));
  }

  /** The word that users choose it by. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

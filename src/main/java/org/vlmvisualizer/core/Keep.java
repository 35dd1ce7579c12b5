package org.vlmvisualizer.core;

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
    return Words.find(word, values())
        .orElseThrow(
            () ->
                new InputException(
                    "Expected keep to be one of nothing, layers, heads, found '%s'."
                        .formatted(word)));
  }

  /** The word that users choose it by. */
  @Override
  public String toString() {
    return Words.word(this);
  }
}

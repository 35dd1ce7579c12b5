package org.vlmvisualizer.core;

import java.util.Map;

/**
 * How much of a picture's detail reaches a model that sees it at its own size, in words: {@code
 * low}, {@code standard}, {@code high}, {@code full}, which leaves it to the model's own files, or
 * a number of image tokens.
 *
 * @param tokens image tokens that a still picture, or the frames of a video that become one, may
 *     have at most
 */
public record Detail(int tokens) {
  /** 1,280 image tokens: a million pixels in blocks of 28 x 28. */
  public static final Detail STANDARD = new Detail(1280);

  /** As many as the model's own files allow. */
  public static final Detail FULL = new Detail(Integer.MAX_VALUE);

  private static final int LEAST = 4;
  private static final int MOST = 16384;

  private static final Map<String, Detail> LEVELS =
      Map.of("low", new Detail(256), "standard", STANDARD, "high", new Detail(4096), "full", FULL);

  /**
   * @throws InputException if the text is neither a level nor such a number
   */
  public static Detail parse(String text) {
    String word = text.strip();
    if (LEVELS.containsKey(word)) {
      return LEVELS.get(word);
    }
    if (word.matches("[1-9]\\d{0,4}")) {
      int tokens = Integer.parseInt(word);
      if (LEAST <= tokens && tokens <= MOST) {
        return new Detail(tokens);
      }
    }
    throw new InputException(
        "Expected detail to be low, standard, high, full or a number of image tokens from %d to %d, found '%s'."
            .formatted(LEAST, MOST, text));
  }

  /**
   * The pixels that these tokens show at most.
   *
   * @param block side of a token's block in pixels
   */
  public long pixels(long block) {
    return tokens * block * block;
  }

  @Override
  public String toString() {
    return LEVELS.entrySet().stream()
        .filter(level -> level.getValue().equals(this))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse("" + tokens);
  }
}

package org.vlmvisualizer.attribution;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.vlmvisualizer.core.HeadMap.Head;
import org.vlmvisualizer.core.InputException;

/**
 * Which heads make the maps of localization-heads, in words: {@code token}, chosen for each token;
 * {@code stored}, those that were chosen most often over a folder of pictures; or {@code
 * 14.24,14.13,17.5}, layers and heads counted from 0.
 *
 * @param stored whether they are those that are stored for the model
 * @param heads those that are named, if any
 */
public record LocalizationChoice(boolean stored, List<Head> heads) {
  /** How many are chosen. */
  public static final int HEADS = LocalizationHeads.HEADS;

  private static final String TOKEN = "token";
  private static final String STORED = "stored";
  private static final int MOST = 64;

  public LocalizationChoice {
    heads = List.copyOf(heads);
  }

  /**
   * @throws InputException if the text is none of these
   */
  public static LocalizationChoice parse(String text) {
    String word = text.strip();
    if (word.equals(TOKEN) || word.equals(STORED)) {
      return new LocalizationChoice(word.equals(STORED), List.of());
    }
    if (!word.matches("\\d{1,4}\\.\\d{1,4}(,\\d{1,4}\\.\\d{1,4}){0," + (MOST - 1) + "}")) {
      throw new InputException(
          "Expected localization to be token, stored, or heads as layer.head with commas between, such as 14.24,14.13, found '%s'."
              .formatted(text));
    }
    List<Head> heads = new ArrayList<>();
    for (String one : word.split(",")) {
      String[] parts = one.split("\\.");
      heads.add(new Head(Integer.parseInt(parts[0]), Integer.parseInt(parts[1])));
    }
    return new LocalizationChoice(false, heads);
  }

  /** Whether they are not chosen for each token. */
  public boolean isGiven() {
    return stored || !heads.isEmpty();
  }

  @Override
  public String toString() {
    return stored ? STORED : heads.isEmpty() ? TOKEN : text(heads);
  }

  /** Heads in these words. */
  public static String text(List<Head> heads) {
    return heads.stream()
        .map(head -> head.layer() + "." + head.head())
        .collect(Collectors.joining(","));
  }
}

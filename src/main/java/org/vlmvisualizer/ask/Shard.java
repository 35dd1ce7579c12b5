package org.vlmvisualizer.ask;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vlmvisualizer.core.InputException;

/**
 * One of several parts of the pictures, for one of several jobs: every count-th of them, so that
 * parts are of one size and their work is, where pictures come in order of size.
 *
 * @param index from 1
 * @param count of parts
 */
public record Shard(int index, int count) {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,6})/(\\d{1,6})");

  /**
   * Reads a text like {@code 3/100}.
   *
   * @throws InputException if it is no part of a whole
   */
  public static Shard of(String text) {
    Matcher parts = TEXT.matcher(text.strip());
    if (parts.matches()) {
      Shard shard = new Shard(Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2)));
      if (shard.index >= 1 && shard.index <= shard.count) {
        return shard;
      }
    }
    throw new InputException(
        "Expected --shard as part/parts, such as 3/100, from 1/100 to 100/100, found '%s'."
            .formatted(text));
  }

  /** The pictures of this part. */
  public List<BatchPicture> of(List<BatchPicture> all) {
    return all.stream().filter(picture -> (picture.frame() - 1) % count == index - 1).toList();
  }
}

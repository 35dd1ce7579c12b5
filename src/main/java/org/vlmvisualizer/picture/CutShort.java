package org.vlmvisualizer.picture;

import org.vlmvisualizer.core.InputException;

/**
 * A file that ends too early, as after a broken download. ImageJ 1.54p opens most such files
 * without a word and shows the missing part in black or grey.
 */
final class CutShort {
  private CutShort() {}

  /**
   * @param expected how many bytes the file must have for its pixels
   * @throws InputException if it has less
   */
  static void check(long expected, long length, String file) {
    if (expected > length) {
      throw refused(file, "expected %,d bytes, found %,d".formatted(expected, length));
    }
  }

  /**
   * @param what was expected and found
   */
  static InputException refused(String file, String what) {
    return new InputException(
        "Expected a whole picture, found one cut short in %s, which ends too early: %s. Copy or download it again."
            .formatted(file, what));
  }
}

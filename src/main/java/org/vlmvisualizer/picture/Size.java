package org.vlmvisualizer.picture;

import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.JavaMemory;

/** Sizes that a file claims, checked before anything is allocated for them. */
final class Size {
  private static final int MAX_PIXELS = Integer.MAX_VALUE - 8; // in a Java array

  private Size() {}

  /**
   * @param bytes per pixel in memory
   * @param slices in memory at the same time
   * @param file as the user knows it
   * @throws InputException if there are no pixels, or more than memory or an array takes
   */
  static void check(long width, long height, int bytes, long slices, String file) {
    if (width < 1 || height < 1) {
      throw new InputException(
          "Expected a picture of at least one pixel, found one of %d x %d in %s. Write it again in another program."
              .formatted(width, height, file));
    }
    if (width > MAX_PIXELS / height) {
      throw new InputException(
          "Expected a picture of at most %,d pixels, found %,d x %,d in %s. Save a smaller part of it."
              .formatted(MAX_PIXELS, width, height, file));
    }
    long needed = width * height * bytes * Math.max(1, slices);
    if (needed > JavaMemory.available(needed)) {
      throw tooLarge(file, " %,d x %,d pixels take %,d MB,".formatted(width, height, needed >> 20));
    }
  }

  /**
   * @param why a part of the sentence, or empty
   */
  static InputException tooLarge(String file, String why) {
    return new InputException(
        "Not enough memory to open %s:%s %s. Give it more, as with -Xmx8g."
            .formatted(file, why, JavaMemory.limit()));
  }
}

package org.vlmvisualizer.attribution;

import org.vlmvisualizer.core.InputException;

/**
 * What occlusion hides at a time: squares of cells of the display grid.
 *
 * @param size cells on a side
 * @param stride cells from one to the next, at most {@code size}
 */
public record OcclusionWindow(int size, int stride) {
  /** Side by side, 2 x 2 cells each. */
  public static final OcclusionWindow DEFAULT = new OcclusionWindow(2, 2);

  private static final int LARGEST = 64;

  /**
   * Reads {@code 2} for windows side by side, {@code 3/1} for those that overlap.
   *
   * @throws InputException if the text is neither
   */
  public static OcclusionWindow parse(String text) {
    if (text.strip().matches("[1-9]\\d?(/[1-9]\\d?)?")) {
      String[] parts = text.strip().split("/");
      int size = Integer.parseInt(parts[0]);
      int stride = Integer.parseInt(parts[parts.length - 1]);
      if (size <= LARGEST && stride <= size) {
        return new OcclusionWindow(size, stride);
      }
    }
    throw new InputException(
        "Expected window as a number of cells from 1 to %d, such as 2, or with a smaller step from one window to the next, such as 3/1, found '%s'."
            .formatted(LARGEST, text));
  }

  @Override
  public String toString() {
    return size == stride ? "" + size : size + "/" + stride;
  }
}

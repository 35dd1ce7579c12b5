package org.vlmvisualizer.core;

/**
 * Layers or heads from {@code first} to {@code last}, both inclusive, counted from 0; negative
 * numbers count from the end, -1 being the last.
 */
public record IndexRange(int first, int last) {
  public static final IndexRange ALL = new IndexRange(0, -1);

  /**
   * Reads {@code all}, {@code 7} or {@code 3-9}.
   *
   * @throws InputException if the text is none of these
   */
  public static IndexRange parse(String name, String text) {
    String trimmed = text.strip();
    if (trimmed.isEmpty() || trimmed.equalsIgnoreCase("all")) {
      return ALL;
    }
    if (!trimmed.matches("\\d{1,4}(-\\d{1,4})?")) {
      throw new InputException(
          "Expected %s as 'all', one number or a range such as 3-9, found '%s'."
              .formatted(name, text));
    }
    String[] ends = trimmed.split("-");
    return new IndexRange(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
  }

  /**
   * This range with both ends counted from 0.
   *
   * @param what "layers" or "heads", for the message
   * @throws InputException if it does not fit {@code length} elements
   */
  public IndexRange of(int length, String what) {
    return within(new IndexRange(0, length - 1), what);
  }

  /**
   * This range with both ends counted from 0, as a part of another one.
   *
   * @param whole both ends counted from 0; {@link #ALL} stands for all of it, and negative numbers
   *     count from its end
   * @param what "layers" or "heads", for the message
   * @throws InputException if it is no part of {@code whole}
   */
  public IndexRange within(IndexRange whole, String what) {
    if (equals(ALL)) {
      return whole;
    }
    int from = first < 0 ? first + whole.last + 1 : first;
    int to = last < 0 ? last + whole.last + 1 : last;
    if (from < whole.first || to > whole.last || from > to) {
      throw new InputException(
          "Expected a range of %s within %d-%d, found %s."
              .formatted(what, whole.first, whole.last, this));
    }
    return new IndexRange(from, to);
  }

  /** The number of indices; both ends must be counted from 0. */
  public int size() {
    return last - first + 1;
  }

  @Override
  public String toString() {
    return equals(ALL) ? "all" : first == last ? "" + first : first + "-" + last;
  }
}

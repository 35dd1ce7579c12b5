package org.vlmvisualizer.shelf;

/**
 * A number in a table: sorted by its value, shown as its text.
 *
 * @param value NaN where there is none, which sorts last
 */
public record Figure(double value, String text) implements Comparable<Figure> {
  /** One that is not known. */
  static final Figure NONE = new Figure(Double.NaN, "–");

  @Override
  public int compareTo(Figure other) {
    return Double.compare(value, other.value);
  }

  @Override
  public String toString() {
    return text;
  }
}

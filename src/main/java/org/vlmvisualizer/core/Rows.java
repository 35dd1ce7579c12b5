package org.vlmvisualizer.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows of an answer that grows, one per token; what is in them is not copied. */
public final class Rows {
  private Rows() {}

  static float[][] joined(float[][] rows, float[][] more) {
    float[][] all = Arrays.copyOf(rows, rows.length + more.length);
    System.arraycopy(more, 0, all, rows.length, more.length);
    return all;
  }

  public static <T> List<T> joined(List<T> rows, List<T> more) {
    List<T> all = new ArrayList<>(rows);
    all.addAll(more);
    return all;
  }
}

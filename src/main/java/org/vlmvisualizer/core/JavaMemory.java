package org.vlmvisualizer.core;

/** What Java's heap can still take. */
public final class JavaMemory {
  private JavaMemory() {}

  /**
   * Bytes that can still be allocated; garbage counts as taken until it is collected, which this
   * does if they seem too few.
   *
   * @param needed bytes that the caller is about to allocate
   */
  public static long available(long needed) {
    if (free() < needed) {
      System.gc();
    }
    return free();
  }

  private static long free() {
    Runtime runtime = Runtime.getRuntime();
    return runtime.maxMemory() - (runtime.totalMemory() - runtime.freeMemory());
  }
}

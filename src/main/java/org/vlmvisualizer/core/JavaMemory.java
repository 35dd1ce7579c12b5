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

  /** A sentence without its full stop: how much Java may use at most. */
  public static String limit() {
    return "Java may use %,d MB in all".formatted(Runtime.getRuntime().maxMemory() >> 20);
  }

  private static long free() {
    Runtime runtime = Runtime.getRuntime();
    return runtime.maxMemory() - (runtime.totalMemory() - runtime.freeMemory());
  }
}

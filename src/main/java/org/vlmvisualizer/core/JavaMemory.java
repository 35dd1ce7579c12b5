package org.vlmvisualizer.core;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What Java's heap can still take. */
public final class JavaMemory {
  private static final List<Runnable> SPARES = new CopyOnWriteArrayList<>();

  private JavaMemory() {}

  /** From now on, gives back what can be had again before memory is found to be short. */
  public static void spare(Runnable giveBack) {
    SPARES.add(giveBack);
  }

  /**
   * Bytes that can still be allocated; garbage counts as taken until it is collected, which this
   * does if they seem too few.
   *
   * @param needed bytes that the caller is about to allocate
   */
  public static long available(long needed) {
    if (free() < needed) {
      SPARES.forEach(Runnable::run);
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

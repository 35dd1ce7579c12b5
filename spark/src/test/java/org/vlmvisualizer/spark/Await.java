package org.vlmvisualizer.spark;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Waits for what other processes do. */
final class Await {
  private static final long MINUTES = 5;

  private Await() {}

  /**
   * Until it is seen.
   *
   * @param process that is to do it
   * @param told what went wrong otherwise
   */
  static void of(Process process, Callable<Boolean> seen, Callable<String> told) throws Exception {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
    while (!seen.call()) {
      if (!process.isAlive() && !seen.call() || System.nanoTime() > end) {
        fail("Nothing came of it: " + told.call());
      }
      Thread.sleep(2);
    }
  }
}

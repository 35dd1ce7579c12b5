package org.vlmvisualizer.hub;

import java.util.concurrent.CancellationException;

/** Waiting, where an interrupt of the thread counts as the user's cancel. */
final class Interruptible {
  private Interruptible() {}

  /** What to throw where a wait was interrupted; the thread stays marked. */
  static CancellationException cancelled() {
    Thread.currentThread().interrupt();
    return new CancellationException("The thread was interrupted.");
  }

  /** Waits, and calls {@code alive} every 100 ms meanwhile. */
  static void pause(long millis, Runnable alive) {
    long end = System.nanoTime() + millis * 1_000_000;
    for (long left = millis; left > 0; left = (end - System.nanoTime()) / 1_000_000) {
      alive.run();
      try {
        Thread.sleep(Math.min(left, ByteFlow.SLICE));
      } catch (InterruptedException e) {
        throw cancelled();
      }
    }
    alive.run();
  }
}

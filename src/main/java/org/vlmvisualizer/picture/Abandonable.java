package org.vlmvisualizer.picture;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Work that its caller need not see the end of: a read from a network drive that is gone cannot be
 * interrupted, so it is left alone on a thread of its own.
 */
final class Abandonable {
  private static final int POLL_MILLISECONDS = 50;

  private Abandonable() {}

  /**
   * Does the work and returns what it returns.
   *
   * @param poll called repeatedly meanwhile; what it throws ends the wait, and the work is
   *     interrupted
   * @throws RuntimeException or an Error or an IOException, as the work or {@code poll} does
   */
  static <T> T run(Callable<T> work, Runnable poll) throws IOException {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread = new Thread(task, "VLM Visualizer opens a picture");
    thread.setDaemon(true);
    thread.start();
    try {
      while (true) {
        try {
          return task.get(POLL_MILLISECONDS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          poll.run();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } catch (ExecutionException e) {
      throw unwrapped(e.getCause());
    } finally {
      task.cancel(true);
    }
  }

  private static RuntimeException unwrapped(Throwable cause) throws IOException {
    if (cause instanceof IOException e) {
      throw e;
    }
    if (cause instanceof Error e) {
      throw e;
    }
    return cause instanceof RuntimeException e ? e : new IllegalStateException(cause);
  }
}

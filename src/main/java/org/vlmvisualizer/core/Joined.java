package org.vlmvisualizer.core;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The end of work on another thread, as if it had been done on this one. */
public final class Joined {
  private Joined() {}

  /** What the work gives or throws. An interrupt of the caller is left to the caller. */
  public static <T> T result(CompletableFuture<T> work) {
    try {
      return work.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      } else if (e.getCause() instanceof Error failure) {
        throw failure;
      }
      throw e;
    }
  }
}

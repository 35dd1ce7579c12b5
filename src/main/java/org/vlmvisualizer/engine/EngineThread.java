package org.vlmvisualizer.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * The only thread that calls PyTorch. OpenMP keeps a pool of workers for each thread that ever
 * called it; once there are more workers than cores, they sleep between two products instead of
 * spinning. Fiji runs a command on any thread of a pool: with a second one, a token took 1.2 times
 * and a picture 1.1 to 1.4 times as long, from then on.
 */
public final class EngineThread {
  private static final Executor THREAD =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "VLM Visualizer PyTorch");
            thread.setDaemon(true);
            return thread;
          });

  private EngineThread() {}

  /** What the work gives or throws. An interrupt of the caller is left to the caller. */
  public static <T> T call(Supplier<T> work) {
    try {
      return CompletableFuture.supplyAsync(work, THREAD).join();
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

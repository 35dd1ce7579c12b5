package org.vlmvisualizer.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.vlmvisualizer.core.DaemonThreads;
import org.vlmvisualizer.core.Joined;

/**
 * The only thread that calls PyTorch. OpenMP keeps a pool of workers for each thread that ever
 * called it; once there are more workers than cores, they sleep between two products instead of
 * spinning. Fiji runs a command on any thread of a pool: with a second one, a token took 1.2 times
 * and a picture 1.1 to 1.4 times as long, from then on.
 */
public final class EngineThread {
  private static final Executor THREAD =
      Executors.newSingleThreadExecutor(new DaemonThreads("VLM Visualizer PyTorch"));

  private EngineThread() {}

  /**
   * Begins work and returns at once. A failure is not told: whatever needs the work does it again,
   * and fails again.
   */
  public static void begin(Runnable work) {
    CompletableFuture.runAsync(work, THREAD);
  }

  /** Waits until all work that was begun is done. */
  public static void settle() {
    call(() -> null);
  }

  /** What the work gives or throws. An interrupt of the caller is left to the caller. */
  public static <T> T call(Supplier<T> work) {
    return Joined.result(CompletableFuture.supplyAsync(work, THREAD));
  }
}

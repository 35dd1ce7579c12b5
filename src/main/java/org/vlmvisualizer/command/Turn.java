package org.vlmvisualizer.command;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.vlmvisualizer.ask.ModelKeeper;
import org.vlmvisualizer.core.InputException;

/**
 * The right to ask a model, which one command has at a time: two would share memory, processor and
 * the Escape key.
 *
 * <p>When ImageJ is quit meanwhile, the work is cancelled and its end awaited. So no result is left
 * half-written, and PyTorch is not unloaded while it computes, which would crash.
 */
final class Turn implements AutoCloseable {
  /** Longer than any step between two looks at {@link #isQuitting}, short enough to bear. */
  private static final int SECONDS = 20;

  private static final Semaphore FREE = new Semaphore(1);
  private static volatile boolean quitting;

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(Turn::quit, "VLM Visualizer shutdown"));
  }

  private Turn() {}

  /**
   * @throws InputException if another command has it
   */
  static Turn take() {
    if (!FREE.tryAcquire()) {
      throw new InputException(
          "Expected one question at a time, found another that is still being answered; wait for it, or end it with Escape.");
    }
    return new Turn();
  }

  /** Whether ImageJ is about to end. */
  static boolean isQuitting() {
    return quitting;
  }

  private static void quit() {
    quitting = true;
    try {
      if (FREE.tryAcquire(SECONDS, TimeUnit.SECONDS)) {
        ModelKeeper.ofThisSession().close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    FREE.release();
  }
}

package org.vlmvisualizer.dialog;

import java.awt.EventQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Work that is asked for more often than it can be done, as during a drag: done off the event
 * thread, results delivered on it. A job that has not begun when the next one comes is dropped.
 */
public final class LatestJob<T> {
  private final AtomicReference<Supplier<T>> waiting = new AtomicReference<>();
  private final Executor worker;
  private final Consumer<T> delivery;

  /**
   * @param worker runs the jobs one after another
   * @param delivery takes each result on the event thread, in the order asked for
   */
  public LatestJob(Executor worker, Consumer<T> delivery) {
    this.worker = worker;
    this.delivery = delivery;
  }

  /** Asks for a job; it must not touch what the event thread changes. */
  public void submit(Supplier<T> job) {
    if (waiting.getAndSet(job) == null) {
      worker.execute(this::next);
    }
  }

  private void next() {
    T result = waiting.getAndSet(null).get();
    EventQueue.invokeLater(() -> delivery.accept(result));
  }
}

package org.vlmvisualizer.dialog;

import java.awt.EventQueue;
import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** Swing's own thread, on which all windows are made. */
public final class EventThread {
  private EventThread() {}

  /**
   * Waits for what is to be done there, such as a user's answer. May be called on any thread.
   *
   * @return what it gave; null if the thread that waits for it was interrupted
   */
  public static <T> T ask(Supplier<T> question) {
    if (EventQueue.isDispatchThread()) {
      return question.get();
    }
    AtomicReference<T> answer = new AtomicReference<>();
    try {
      EventQueue.invokeAndWait(() -> answer.set(question.get()));
    } catch (InterruptedException e) {
      // Whoever ends the thread that waits for an answer wants none.
      Thread.currentThread().interrupt();
      return null;
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("A window failed.", e.getCause());
    }
    return answer.get();
  }
}

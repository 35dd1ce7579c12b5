package org.vlmvisualizer.imagej;

import java.awt.EventQueue;
import java.awt.SecondaryLoop;
import java.awt.Toolkit;
import org.scijava.event.EventHandler;
import org.scijava.task.Task;
import org.scijava.task.event.TaskEvent;

/**
 * Holds up the network while it writes an answer, so that what is shown of it can be looked at.
 * SciJava has whoever makes progress wait until its event has been handled on the event thread;
 * this handles it in a loop of events, so that windows are drawn and answer meanwhile.
 */
public final class Gate {
  private Task task;
  private String held = "";
  private int from = Integer.MAX_VALUE;
  private SecondaryLoop loop; // null while nothing is held

  /** From now on, holds it at a step of a stage, and there alone. */
  void hold(String stage, int step) throws Exception {
    EventQueue.invokeAndWait(
        () -> {
          held = stage;
          from = step;
          if (loop != null) {
            loop.exit();
          }
        });
  }

  /** Lets it go on to the end. */
  void open() throws Exception {
    hold("", Integer.MAX_VALUE);
  }

  /** Cancels as the task list does. */
  void cancel() {
    task.cancel("enough");
  }

  @EventHandler
  public void onEvent(TaskEvent event) {
    task = event.getTask();
    String stage = task.getStatusMessage();
    if (loop == null
        && stage != null
        && stage.startsWith(held)
        && task.getProgressValue() >= from) {
      loop = Toolkit.getDefaultToolkit().getSystemEventQueue().createSecondaryLoop();
      loop.enter();
      loop = null;
    }
  }
}

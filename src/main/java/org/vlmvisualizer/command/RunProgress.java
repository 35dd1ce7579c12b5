package org.vlmvisualizer.command;

import ij.IJ;
import java.util.concurrent.CancellationException;
import org.scijava.app.StatusService;
import org.scijava.task.Task;
import org.scijava.task.TaskService;
import org.vlmvisualizer.core.CleanText;
import org.vlmvisualizer.core.Progress;

/**
 * Progress in ImageJ's status bar and in SciJava's task list; Escape and the list's cancel button
 * end the work.
 */
final class RunProgress implements Progress, AutoCloseable {
  private static final int SHOWN = 60; // characters

  private final StatusService status;
  private final Task task;
  private volatile String answer = "";

  RunProgress(StatusService status, TaskService tasks, String name) {
    this.status = status;
    task = tasks.createTask(name);
    task.start();
    IJ.resetEscape();
  }

  @Override
  public void update(String stage, int done, int total) {
    if (task.isCanceled() || IJ.escapePressed() || Turn.isQuitting()) {
      throw new CancellationException("Cancelled: nothing was changed.");
    }
    task.setStatusMessage(stage);
    task.setProgressMaximum(total);
    task.setProgressValue(done);
    String shown = answer.isEmpty() ? stage : stage + ": " + answer;
    // The bar stays where it is once the last step is reported, so that is left to close().
    status.showStatus(Math.min(done, total - 1), total, shown);
  }

  /** Shows the end of the answer so far behind what is done. */
  void show(String text) {
    String line = CleanText.of(text.replaceAll("\\s+", " "));
    answer = line.length() > SHOWN ? "…" + line.substring(line.length() - SHOWN) : line;
  }

  @Override
  public void close() {
    if (Turn.isQuitting()) {
      return; // Nobody is left to be shown anything.
    }
    task.finish();
    status.showStatus(1, 1, "");
  }
}

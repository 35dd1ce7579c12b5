package org.vlmvisualizer.command;

import ij.IJ;
import ij.Macro;
import java.awt.GraphicsEnvironment;
import java.util.concurrent.CancellationException;
import org.scijava.app.StatusService;
import org.scijava.command.ContextCommand;
import org.scijava.log.LogService;
import org.scijava.plugin.Parameter;
import org.scijava.task.TaskService;
import org.vlmvisualizer.core.InputException;

/**
 * What this plugin's commands have in common: expected failures are one sentence, a cancel is no
 * failure, and in a macro, options that are left out take their defaults ({@link MacroDefaults}).
 */
abstract class VisualizerCommand extends ContextCommand {
  @Parameter private StatusService status;
  @Parameter private TaskService tasks;
  @Parameter private LogService log;

  /**
   * Does the work.
   *
   * @throws InputException with a sentence for the user
   * @throws CancellationException if the user cancels, with what was kept as its message
   */
  abstract void execute();

  @Override
  public final void run() {
    try {
      if (IJ.isMacro()) {
        MacroText.checkBrackets(Macro.getOptions());
      }
      execute();
    } catch (InputException e) {
      fail(e.getMessage());
    } catch (CancellationException e) {
      status.showStatus(e.getMessage());
    }
  }

  /** Progress of long work; cancelled by Escape and in the task list. */
  final RunProgress progress() {
    return new RunProgress(status, tasks, "VLM Visualizer");
  }

  final LogService log() {
    return log;
  }

  /** One sentence for the user; a macro that runs without a display ends with it. */
  private void fail(String sentence) {
    cancel(sentence);
    if (GraphicsEnvironment.isHeadless() && IJ.isMacro()) {
      IJ.error("VLM Visualizer", sentence);
    }
  }
}

package org.vlmvisualizer.command;

import ij.IJ;
import ij.Macro;
import java.awt.GraphicsEnvironment;
import java.util.List;
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
  /** Attribute of a parameter that the dialog shows behind "More options" only. */
  static final String ADVANCED = "advanced";

  /** Attribute of a parameter whose last value the dialog shows again. */
  static final String REMEMBERED = "remembered";

  @Parameter private StatusService status;
  @Parameter private TaskService tasks;
  @Parameter private LogService log;

  /**
   * Does the work.
   *
   * @throws InputException with a sentence for the user
   * @throws CancellationException if the user cancels
   */
  abstract void execute();

  /** Whether a dialog has anything to ask for; without, all options take their defaults. */
  boolean asks() {
    return true;
  }

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
      status.showStatus("Cancelled: nothing was changed.");
    }
  }

  /**
   * Looks, before any dialog, for what no dialog can give: an image, a result.
   *
   * @throws InputException if it is not there
   */
  void checkBeforeAsking() {}

  /** Whether the command has a window of its own, so that no dialog asks for its options. */
  boolean hasOwnWindow() {
    return false;
  }

  /** Values that the dialog offers for an option of free text; may read from the disk. */
  List<String> suggestions(String key) {
    return List.of();
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

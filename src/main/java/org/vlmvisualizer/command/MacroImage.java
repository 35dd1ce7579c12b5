package org.vlmvisualizer.command;

import ij.ImagePlus;
import ij.WindowManager;
import ij.macro.Interpreter;
import org.scijava.thread.ThreadService;

/**
 * The active image of a macro in batch mode. ImageJ keeps it per thread, and SciJava's commands run
 * on threads of a pool: there, the active image would be what an earlier command has shown, or the
 * window in front.
 */
final class MacroImage {
  private MacroImage() {}

  /** What the macro that calls this command has active; null for none. */
  static ImagePlus active() {
    WindowManager.setTempCurrentImage(null);
    ImagePlus last = Interpreter.isBatchMode() ? Interpreter.getLastBatchModeImage() : null;
    return last != null ? last : WindowManager.getCurrentImage();
  }

  /** Makes an image the active one of the macro that calls this command, if in batch mode. */
  static void activate(ImagePlus image, ThreadService threads) {
    WindowManager.setTempCurrentImage(null);
    Thread caller = threads.getParent(Thread.currentThread());
    if (caller != null && Interpreter.isBatchMode()) {
      WindowManager.setTempCurrentImage(caller, image);
    }
  }
}

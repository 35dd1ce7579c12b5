package org.vlmvisualizer.command;

import ij.IJ;
import ij.Macro;
import ij.macro.Interpreter;
import java.awt.GraphicsEnvironment;
import java.util.ArrayList;
import java.util.List;
import org.scijava.thread.ThreadService;
import org.vlmvisualizer.dialog.MessageBox;

/**
 * Who runs a command: a user, or a macro or script by {@code run(...)}, which waits for it. {@code
 * IJ.isMacro()} cannot tell: it is true of every command while any macro runs. So this asks the
 * thread that the command runs on and the one that started it: a caller that waits for this command
 * has ImageJ's {@code run} or its interpreter among its calls.
 *
 * @param isMacro whether it is a macro or a script
 * @param interpreter null for a user and for a script
 * @param options those that the macro gives; null if it gives none, and for a user
 */
record Caller(boolean isMacro, Interpreter interpreter, String options) {
  /** Of a line in a box of ImageJ's. */
  private static final int COLUMNS = 80;

  /** Of the command that the current thread begins to run. */
  static Caller of(ThreadService threads) {
    List<StackTraceElement> calls =
        new ArrayList<>(List.of(Thread.currentThread().getStackTrace()));
    Thread starter = threads.getParent(Thread.currentThread());
    if (starter != null) {
      calls.addAll(List.of(starter.getStackTrace()));
    }
    boolean isInterpreted =
        calls.stream().anyMatch(call -> call.getClassName().equals("ij.macro.Interpreter"));
    boolean isRun =
        calls.stream()
            .anyMatch(
                call -> call.getClassName().equals("ij.IJ") && call.getMethodName().equals("run"));
    boolean isMacro = isInterpreted || isRun;
    return new Caller(
        isMacro,
        isInterpreted ? Interpreter.getInstance() : null,
        isMacro ? Macro.getOptions() : null);
  }

  /**
   * Ends the macro without a word, as Escape does; a user is left alone. {@code Macro.abort()} by
   * itself ends scripts only: on this thread it sets a mark that the interpreter does not look at.
   */
  void end() {
    if (interpreter != null) {
      abort(null);
    } else if (isMacro) {
      Macro.abort();
    }
  }

  /** Ends the macro with a sentence, as ImageJ's own errors do. Not for a user. */
  void fail(String sentence) {
    // On a thread of its own: on this one, ImageJ takes its dialog to be answered by the macro.
    boolean isShown = !GraphicsEnvironment.isHeadless();
    String told = isShown ? WrappedText.of(sentence, COLUMNS) : sentence;
    Thread teller = new Thread(() -> abort(told), MessageBox.TITLE);
    teller.start();
    try {
      teller.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * @param sentence null to say nothing
   */
  private void abort(String sentence) {
    try {
      if (interpreter != null) {
        interpreter.abort(sentence);
      } else {
        IJ.error(MessageBox.TITLE, sentence);
      }
    } catch (RuntimeException e) {
      // How ImageJ leaves a macro; its interpreter knows by now, and runs on another thread.
      if (!Macro.MACRO_CANCELED.equals(e.getMessage())) {
        throw e;
      }
    }
  }
}

package org.vlmvisualizer.engine;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;

/** The end of a program of our own in which PyTorch runs. */
public final class QuickExit {
  private QuickExit() {}

  /**
   * Leaves PyTorch's destructors out when the program ends: they take 60 ms to give back, operator
   * by operator, what the system takes back by itself. Java's shutdown hooks have run by then, and
   * C's files are closed. glibc alone has the means; elsewhere nothing changes.
   */
  public static void arrange() {
    if (!Platform.isLinux() || !Engines.isRunning()) {
      return;
    }
    try {
      NativeLibrary c = NativeLibrary.getInstance("c");
      Function onExit = c.getFunction("on_exit");
      // What is registered last is called first, and all of it before what came with PyTorch.
      onExit.invokeInt(new Object[] {c.getFunction("_exit"), null});
      onExit.invokeInt(new Object[] {c.getFunction("fcloseall"), null});
    } catch (UnsatisfiedLinkError e) {
      return; // Another C library.
    }
  }
}

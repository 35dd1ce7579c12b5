package org.vlmvisualizer.engine;

import com.sun.jna.Function;
import com.sun.jna.Platform;

/** The C library's memory, from which PyTorch takes its arrays. */
public final class NativeHeap {
  private NativeHeap() {}

  /**
   * Gives freed pages back to the system. glibc keeps them otherwise: what loading takes and frees
   * lies between weights that stay, a quarter of a gigabyte and more at 7 billion parameters; and
   * nearly all of a model that was closed. Not for every question: it would fetch them again.
   */
  public static void trim() {
    if (!Platform.isLinux()) {
      return;
    }
    try {
      Function.getFunction("c", "malloc_trim").invokeInt(new Object[] {0L});
    } catch (UnsatisfiedLinkError e) {
      return; // Other C libraries have no such function.
    }
  }
}

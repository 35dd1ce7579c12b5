package org.vlmvisualizer.engine;

import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/** The C library's memory, from which PyTorch takes its arrays. */
public final class NativeHeap {
  private NativeHeap() {}

  /** Where a buffer of native memory begins. */
  public static long address(ByteBuffer buffer) {
    return Pointer.nativeValue(Native.getDirectBufferPointer(buffer));
  }

  /** A buffer over native memory, which the caller keeps as long as it is used. */
  public static ByteBuffer buffer(long address, long bytes) {
    return new Pointer(address).getByteBuffer(0, bytes);
  }

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

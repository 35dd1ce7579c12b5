package org.vlmvisualizer;

import com.sun.jna.Function;
import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the C library's heap holds for the program at this moment. The process's own size tells
 * less: glibc keeps freed pages for the next time, and Java's compiler warms up.
 */
public final class NativeMemory {
  private static final int MOMENTS = 25;

  private NativeMemory() {}

  /** As in glibc's malloc.h. */
  @FieldOrder({
    "arena",
    "ordblks",
    "smblks",
    "hblks",
    "hblkhd",
    "usmblks",
    "fsmblks",
    "uordblks",
    "fordblks",
    "keepcost"
  })
  public static final class Mallinfo2 extends Structure implements Structure.ByValue {
    public long arena;
    public long ordblks;
    public long smblks;
    public long hblks;
    public long hblkhd;
    public long usmblks;
    public long fsmblks;
    public long uordblks;
    public long fordblks;
    public long keepcost;
  }

  /**
   * Kilobytes in use, of all threads, at the quietest of some moments: Java's compiler takes and
   * frees megabytes while it works. Needs glibc 2.33 or newer.
   */
  public static long kilobytesInUse() throws InterruptedException {
    System.gc();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < MOMENTS; i++) {
      Thread.sleep(20);
      Mallinfo2 info =
          (Mallinfo2) Function.getFunction("c", "mallinfo2").invoke(Mallinfo2.class, new Object[0]);
      least = Math.min(least, info.uordblks + info.hblkhd);
    }
    return least >> 10;
  }

  /** Kilobytes that the C library holds without need, since giving them back makes that much. */
  public static long kilobytesHeld() throws IOException {
    System.gc();
    long before = residentKilobytes();
    Function.getFunction("c", "malloc_trim").invokeInt(new Object[] {0L});
    return before - residentKilobytes();
  }

  private static long residentKilobytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("RssAnon:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new AssertionError("no RssAnon");
  }
}

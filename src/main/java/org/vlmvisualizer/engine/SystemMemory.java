package org.vlmvisualizer.engine;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** The computer's memory, which a model on the CPU lies in. */
public final class SystemMemory {
  /** Less than this, and the system soon takes memory from programs that are used. */
  private static final long SHORT_BYTES = 1_000_000_000;

  private static final Path MEMINFO = Path.of("/proc/meminfo");
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private SystemMemory() {}

  /**
   * Bytes that a model may take. Linux tells what can be had without swapping; elsewhere a quarter
   * is left to other programs.
   */
  public static long available() {
    return Files.isReadable(MEMINFO) ? linux() : SYSTEM.getTotalMemorySize() / 4 * 3;
  }

  /** Whether programs together use nearly all of it. Of a Mac this is not known, and never so. */
  public static boolean isShort() {
    boolean windows = System.getProperty("os.name").startsWith("Windows");
    long free = windows ? SYSTEM.getFreeMemorySize() : available();
    return free < SHORT_BYTES;
  }

  private static long linux() {
    long total = SYSTEM.getTotalMemorySize();
    try {
      return Files.readAllLines(MEMINFO).stream()
          .filter(line -> line.startsWith("MemAvailable"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .map(bytes -> Math.min(bytes, total))
          .findFirst()
          .orElse(total);
    } catch (IOException e) {
      return total;
    }
  }
}

package org.vlmvisualizer.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What memory this process has. Linux tells; elsewhere it is NaN. */
final class ProcessMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path RESET = Path.of("/proc/self/clear_refs");

  private ProcessMemory() {}

  /** Gigabytes now. */
  static double now() throws IOException {
    return gigabytes("VmRSS");
  }

  /** Gigabytes at most, since the start or {@link #resetPeak}. */
  static double peak() throws IOException {
    return gigabytes("VmHWM");
  }

  /** Lets {@link #peak} count from now on, where the system can. */
  static void resetPeak() throws IOException {
    if (Files.isWritable(RESET)) {
      Files.writeString(RESET, "5");
    }
  }

  private static double gigabytes(String figure) throws IOException {
    if (!Files.exists(STATUS)) {
      return Double.NaN;
    }
    return Files.readAllLines(STATUS).stream()
        .filter(line -> line.startsWith(figure + ":"))
        .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024 / 1e9)
        .findFirst()
        .orElse(Double.NaN);
  }
}

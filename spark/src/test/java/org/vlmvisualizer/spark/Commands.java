package org.vlmvisualizer.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;

/** Programs of the system. */
final class Commands {
  private Commands() {}

  /** Runs one, which must succeed. */
  static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), said);
  }
}

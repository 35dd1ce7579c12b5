package org.vlmvisualizer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A display that nobody sees, for tests of windows: an Xvfb on Linux, elsewhere the real one. */
public final class VirtualDisplay implements AutoCloseable {
  private final Process server;
  private final String name;

  private VirtualDisplay(Process server, String name) {
    this.server = server;
    this.name = name;
  }

  /** Starts one; a machine that cannot is a failure, not a reason to skip a test. */
  public static VirtualDisplay start() {
    return start(1600, 1200);
  }

  /** As {@link #start()}, of some size; where the real display is used, that has its own. */
  public static VirtualDisplay start(int width, int height) {
    if (!System.getProperty("os.name").startsWith("Linux")) {
      return new VirtualDisplay(null, "");
    }
    Path windows = Path.of(System.getProperty("java.home"), "lib", "libawt_xawt.so");
    if (!Files.exists(windows)) {
      throw new AssertionError(
          "The tests of windows need a Java that can open windows, found a headless one; install"
              + " openjdk-17-jdk, not openjdk-17-jdk-headless.");
    }
    try {
      // The server finds a free number itself, and writes it once it listens.
      Process server =
          new ProcessBuilder(
                  "Xvfb",
                  "-displayfd",
                  "1",
                  "-screen",
                  "0",
                  width + "x" + height + "x24",
                  "-nolisten",
                  "tcp")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String number = server.inputReader().readLine();
      if (number == null) {
        throw new AssertionError("Xvfb ended at once.");
      }
      return new VirtualDisplay(server, ":" + number.strip());
    } catch (IOException e) {
      throw new AssertionError("The tests of windows need Xvfb: apt-get install xvfb.", e);
    }
  }

  /** For the variable DISPLAY. */
  public String name() {
    return name;
  }

  @Override
  public void close() {
    if (server == null) {
      return;
    }
    server.destroy();
    try {
      if (!server.waitFor(10, TimeUnit.SECONDS)) {
        server.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

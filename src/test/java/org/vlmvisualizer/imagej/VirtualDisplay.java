package org.vlmvisualizer.imagej;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** A display that nobody sees, for tests of windows: an Xvfb on Linux, elsewhere the real one. */
final class VirtualDisplay implements AutoCloseable {
  private final Process server;
  private final String name;

  private VirtualDisplay(Process server, String name) {
    this.server = server;
    this.name = name;
  }

  static VirtualDisplay start() throws IOException {
    if (!System.getProperty("os.name").startsWith("Linux")) {
      return new VirtualDisplay(null, "");
    }
    String libraries = System.getProperty("java.home") + "/lib/libawt_xawt.so";
    if (!new File(libraries).exists()) {
      throw new AssertionError(
          "The tests of windows need a Java that can open windows, found a headless one; install"
              + " openjdk-17-jdk, not openjdk-17-jdk-headless.");
    }
    try {
      // The server finds a free number itself, and writes it once it listens.
      Process server =
          new ProcessBuilder(
                  "Xvfb", "-displayfd", "1", "-screen", "0", "1600x1200x24", "-nolisten", "tcp")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      BufferedReader out = server.inputReader();
      String number = out.readLine();
      if (number == null) {
        throw new AssertionError("Xvfb ended at once.");
      }
      return new VirtualDisplay(server, ":" + number.strip());
    } catch (IOException e) {
      throw new AssertionError("The tests of windows need Xvfb: apt-get install xvfb.", e);
    }
  }

  /** For the variable DISPLAY. */
  String name() {
    return name;
  }

  @Override
  public void close() throws IOException {
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

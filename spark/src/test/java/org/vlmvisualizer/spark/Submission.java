package org.vlmvisualizer.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** A job that was started. */
record Submission(Process driver, Path log) implements AutoCloseable {
  private static final long MINUTES = 5;

  String text() throws IOException {
    return Files.readString(log);
  }

  String lastLine() throws IOException {
    List<String> own =
        text().lines().filter(line -> !line.matches("\\d\\d/\\d\\d/\\d\\d .*|\\s.*|")).toList();
    return own.get(own.size() - 1);
  }

  void await(Callable<Boolean> seen) throws Exception {
    Await.of(driver, seen, this::text);
  }

  /** Waits for its end. */
  Submission ended(int exitCode) throws Exception {
    assertTrue(driver.waitFor(MINUTES, TimeUnit.MINUTES), () -> log + " does not end");
    assertEquals(exitCode, driver.exitValue(), text());
    return this;
  }

  @Override
  public void close() {
    driver.destroyForcibly();
  }
}

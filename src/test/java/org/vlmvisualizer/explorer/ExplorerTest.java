package org.vlmvisualizer.explorer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vlmvisualizer.VirtualDisplay;

/** Runs {@link ExplorerScenarios} once, in a Java with a display, and checks how each went. */
class ExplorerTest {
  private static final int SECONDS = 300;
  private static final Map<String, String> ENDS = new HashMap<>();

  @BeforeAll
  static void run(@TempDir Path folder) throws Exception {
    Path ends = folder.resolve("ends.txt");
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    try (VirtualDisplay display = VirtualDisplay.start()) {
      ProcessBuilder builder =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx1g",
                  "-cp",
                  classPath,
                  ExplorerScenarios.class.getName(),
                  ends.toString())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("printed.txt").toFile());
      if (!display.name().isEmpty()) {
        builder.environment().put("DISPLAY", display.name());
      }
      Process process = builder.start();
      try {
        boolean done = process.waitFor(SECONDS, TimeUnit.SECONDS);
        String printed = Files.readString(folder.resolve("printed.txt"));
        assertEquals("", printed, done ? "printed" : "not done in time");
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
    for (String line : Files.readAllLines(ends)) {
      ENDS.put(line.substring(0, line.indexOf('\t')), line.substring(line.indexOf('\t') + 1));
    }
  }

  static List<String> scenarios() {
    return ExplorerScenarios.names();
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void scenario(String name) {
    assertEquals("passed", ENDS.get(name).replace('|', '\n'));
  }
}

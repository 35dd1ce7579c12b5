package org.vlmvisualizer.explorer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vlmvisualizer.JavaProcess;
import org.vlmvisualizer.VirtualDisplay;

/** Runs {@link ExplorerScenarios} once, in a Java with a display, and checks how each went. */
class ExplorerTest {
  private static final Map<String, String> ENDS = new HashMap<>();

  @BeforeAll
  static void run(@TempDir Path folder) throws Exception {
    Path ends = folder.resolve("ends.txt");
    try (VirtualDisplay display = VirtualDisplay.start()) {
      JavaProcess child =
          JavaProcess.run(
              List.of("-Xmx1g"),
              JavaProcess.classPath(),
              ExplorerScenarios.class.getName(),
              List.of(ends.toString()),
              display.name().isEmpty() ? Map.of() : Map.of("DISPLAY", display.name()));
      assertEquals("", child.out() + child.err());
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

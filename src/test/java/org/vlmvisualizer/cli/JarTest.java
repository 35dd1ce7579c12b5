package org.vlmvisualizer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** The jar that Maven makes, started as users start it. */
class JarTest {
  private static final Path JAR = Path.of("target", "vlm-visualizer.jar");

  /** The attribute counts only in the jar that Java is started with. */
  @Test
  void allowsNativeCode() throws Exception {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      assertEquals(
          "ALL-UNNAMED", jar.getManifest().getMainAttributes().getValue("Enable-Native-Access"));
    }
  }

  /** PyTorch is loaded, whose native code Java 24 and newer warn about. */
  @Test
  void startsPyTorchWithoutAWarning() throws Exception {
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                JAR.toString(),
                "--engine")
            .redirectErrorStream(true)
            .start();
    String printed = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, java.waitFor(), printed);
    assertTrue(printed.contains("PyTorch"), printed);
    assertTrue(printed.lines().noneMatch(line -> line.startsWith("WARNING")), printed);
  }
}

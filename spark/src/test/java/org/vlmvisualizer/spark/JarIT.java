package org.vlmvisualizer.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** What is in the jar that users submit. */
class JarIT {
  private static List<String> names() throws IOException {
    try (JarFile jar = new JarFile(SparkCluster.JAR.toFile())) {
      return jar.stream().map(JarEntry::getName).toList();
    }
  }

  @Test
  void nothingIsInItThatSparkHas() throws IOException {
    assertEquals(
        List.of(),
        names().stream()
            .filter(
                name ->
                    name.matches(
                        "(org/apache|scala|com/google/gson|picocli|org/slf4j|ch/qos)/.*\\.class"))
            .toList());
  }

  @Test
  void allIsInItThatSparkLacks() throws IOException {
    List<String> names = names();
    for (String name :
        List.of(
            "org/vlmvisualizer/spark/AttentionSpark.class",
            "org/vlmvisualizer/shaded/gson/Gson.class",
            "org/vlmvisualizer/shaded/picocli/CommandLine.class",
            "META-INF/services/ai.djl.engine.EngineProvider",
            "demo-checkpoint/model.safetensors",
            "ij/ImagePlus.class",
            "com/sun/jna/Native.class")) {
      assertTrue(names.contains(name), name);
    }
    assertTrue(names.stream().anyMatch(name -> name.endsWith("libtorch_cpu.so")), "PyTorch");
  }
}

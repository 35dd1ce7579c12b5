package org.vlmvisualizer.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.JavaProcess;

/** Over a hundred runs in one JVM, native memory stays where it is. */
@EnabledOnOs(OS.LINUX)
class NativeMemoryTest {
  private static final List<String> FIXED_HEAP =
      List.of(
          "-Xms96m",
          "-Xmx96m",
          "-XX:+AlwaysPreTouch",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-Dslf4j.internal.verbosity=ERROR");

  private static final long LIMIT_KILOBYTES = 8000;

  @ParameterizedTest
  @ValueSource(strings = {"100", "100 cancel"})
  void doesNotGrow(String arguments) throws Exception {
    JavaProcess run = JavaProcess.run(FIXED_HEAP, ManyRuns.class, List.of(arguments.split(" ")));
    assertEquals("", run.err());
    assertEquals(0, run.exitCode());
    long grown = Long.parseLong(run.out().strip());
    assertTrue(grown < LIMIT_KILOBYTES, "grown by " + grown + " kB");
  }
}

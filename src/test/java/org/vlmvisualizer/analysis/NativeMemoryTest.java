package org.vlmvisualizer.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.JavaProcess;

/** Over a hundred runs in one JVM, native memory in use stays; a closed model leaves none. */
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

  static final long GROWN_KILOBYTES = 1000;
  private static final long HELD_KILOBYTES = 1000;

  @ParameterizedTest
  @ValueSource(strings = {"100", "100 cancel", "100 switch"})
  void doesNotGrow(String arguments) throws Exception {
    JavaProcess run = JavaProcess.run(FIXED_HEAP, ManyRuns.class, List.of(arguments.split(" ")));
    assertEquals("", run.err());
    assertEquals(0, run.exitCode());
    String[] kilobytes = run.out().strip().split(" ");
    assertTrue(Long.parseLong(kilobytes[0]) < GROWN_KILOBYTES, "grown by " + kilobytes[0] + " kB");
    assertTrue(Long.parseLong(kilobytes[1]) < HELD_KILOBYTES, "holds " + kilobytes[1] + " kB");
  }
}

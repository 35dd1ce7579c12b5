package org.vlmvisualizer.ask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.JavaProcess;
import org.vlmvisualizer.output.SavedResult;

/** 100 pictures with the demo model: memory flat, one model load, broken files reported. */
@EnabledOnOs(OS.LINUX)
class BatchMemoryTest {
  private static final List<String> FIXED_HEAP =
      List.of(
          "-Xms192m",
          "-Xmx192m",
          "-XX:+AlwaysPreTouch",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-Djava.awt.headless=true",
          "-Dslf4j.internal.verbosity=ERROR");

  /** Between picture 20 and picture 100. */
  private static final long NATIVE_KILOBYTES = 6_000;

  private static final long HEAP_KILOBYTES = 2_000;

  /** What leaks grows in every run; what Java's compiler holds at its end does not. */
  private static final int RUNS = 3;

  @TempDir Path folder;

  @Test
  void staysWhereItIs() throws Exception {
    Path pictures = folder.resolve("pictures");
    ManyPictures.write(pictures, ManyPictures.COUNT);
    List<String> grown = new ArrayList<>();
    for (int i = 0; i < RUNS; i++) {
      Path results = folder.resolve("results-" + i);
      Matcher figures = run(pictures, results);
      assertEquals(ManyPictures.COUNT - ManyPictures.BROKEN, Integer.parseInt(figures.group(5)));
      assertEquals(ManyPictures.BROKEN, Integer.parseInt(figures.group(6)));
      SavedResult.read(results.resolve("cell100-png"));
      if (grown(figures, 1) < NATIVE_KILOBYTES && grown(figures, 3) < HEAP_KILOBYTES) {
        return;
      }
      grown.add(figures.group());
    }
    fail("Grown in each of " + RUNS + " runs: " + grown);
  }

  private static Matcher run(Path pictures, Path results) throws Exception {
    JavaProcess run =
        JavaProcess.run(
            FIXED_HEAP, BatchMemory.class, List.of(pictures.toString(), results.toString()));
    assertEquals("", run.err());
    assertEquals(0, run.exitCode());
    Matcher figures =
        Pattern.compile(
                "native (\\d+) (\\d+) heap (\\d+) (\\d+) loads 1 done (\\d+) failed (\\d+)\\s*")
            .matcher(run.out());
    assertTrue(figures.matches(), run.out());
    return figures;
  }

  private static long grown(Matcher figures, int before) {
    return Long.parseLong(figures.group(before + 1)) - Long.parseLong(figures.group(before));
  }
}

package org.vlmvisualizer.ask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
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

  @TempDir Path folder;

  @Test
  void staysWhereItIs() throws Exception {
    Path pictures = folder.resolve("pictures");
    Path results = folder.resolve("results");
    ManyPictures.write(pictures, ManyPictures.COUNT);
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
    assertEquals(ManyPictures.COUNT - ManyPictures.BROKEN, Integer.parseInt(figures.group(5)));
    assertEquals(ManyPictures.BROKEN, Integer.parseInt(figures.group(6)));
    assertTrue(grown(figures, 1) < NATIVE_KILOBYTES, run.out());
    assertTrue(grown(figures, 3) < HEAP_KILOBYTES, run.out());
    SavedResult.read(results.resolve("cell100-png"));
  }

  private static long grown(Matcher figures, int before) {
    return Long.parseLong(figures.group(before + 1)) - Long.parseLong(figures.group(before));
  }
}

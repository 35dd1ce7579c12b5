package org.vlmvisualizer.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.JavaProcess;

/** The mark that outlives a crash and nothing else. */
class LoadingMarkTest {
  private static final Optional<String> LEFT = Optional.of("a test was loading");

  @TempDir Path home;
  private Path folder;

  @BeforeEach
  void name() {
    folder = home.resolve("a").resolve("b");
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  private void child(String end) throws Exception {
    JavaProcess.run(List.of(), LoadingMarkChild.class, List.of(folder.toString(), end));
  }

  @Test
  void outlivesACrash() throws Exception {
    child("crash");
    assertEquals(LEFT, LoadingMark.leftBehind(folder));
    assertEquals(LEFT, LoadingMark.leftBehind(folder), "looking does not remove it");
    LoadingMark.clear(folder);
    assertEquals(Optional.empty(), LoadingMark.leftBehind(folder));
    assertEquals(List.of(), files());
  }

  @Test
  void isLeftByAKilledProgramAndNotByALivingOne() throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                LoadingMarkChild.class.getName(),
                folder.toString(),
                "wait")
            .start();
    try {
      for (int i = 0; i < 600 && (!Files.isDirectory(folder) || files().isEmpty()); i++) {
        Thread.sleep(50);
      }
      assertEquals(1, files().size());
      assertEquals(Optional.empty(), LoadingMark.leftBehind(folder));
      LoadingMark.clear(folder);
      assertEquals(1, files().size(), "another's mark");
      for (int i = 0; i < 600 && Files.size(files().get(0)) == 0; i++) {
        Thread.sleep(50);
      }
    } finally {
      child.destroyForcibly();
    }
    assertTrue(child.waitFor(60, TimeUnit.SECONDS));
    assertEquals(LEFT, LoadingMark.leftBehind(folder));
  }

  @Test
  void goesWithAnOrderlyEnd() throws Exception {
    child("exit");
    assertEquals(List.of(), files());
  }

  @Test
  void goesWithSuccessAndWithAnException() throws Exception {
    LoadingMark.set(folder, "a test was loading").close();
    assertEquals(List.of(), files());
    assertThrows(
        IllegalStateException.class,
        () -> {
          try (LoadingMark mark = LoadingMark.set(folder, "a test was loading")) {
            assertEquals(1, files().size());
            throw new IllegalStateException();
          }
        });
    assertEquals(List.of(), files());
  }

  @Test
  void twoAtOnceDoNotDisturbEachOther() throws Exception {
    try (LoadingMark one = LoadingMark.set(folder, "one")) {
      LoadingMark.set(folder, "two").close();
      assertEquals(1, files().size());
      assertEquals(Optional.empty(), LoadingMark.leftBehind(folder));
    }
  }

  @Test
  void aProcessNumberThatIsUsedAgainIsAnotherProcess() throws Exception {
    LoadingMark.set(folder, "a test was loading");
    Path mark = files().get(0);
    String longAgo = mark.getFileName().toString().replaceFirst("-\\d+_", "-978307200000_");
    Files.move(mark, mark.resolveSibling(longAgo));
    assertEquals(LEFT, LoadingMark.leftBehind(folder));
  }

  @Test
  void marksOfOtherComputersAreTheirs() throws Exception {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("some.other.computer-1-978307200000_2.txt"), "x");
    Files.writeString(folder.resolve("notes.txt"), "mine");
    assertEquals(Optional.empty(), LoadingMark.leftBehind(folder));
    LoadingMark.clear(folder);
    assertEquals(2, files().size());
  }

  /** A folder below a file cannot be made, not even by root. */
  @Test
  void whereNothingCanBeWrittenThereIsNoMark() throws Exception {
    Path below = Files.writeString(home.resolve("file"), "").resolve("below");
    try (LoadingMark mark = LoadingMark.set(below, "a test was loading")) {
      assertEquals(Optional.empty(), LoadingMark.leftBehind(below));
    }
    LoadingMark.clear(below);
  }
}

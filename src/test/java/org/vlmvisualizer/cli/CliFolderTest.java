package org.vlmvisualizer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.JavaProcess;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.ask.ManyPictures;
import org.vlmvisualizer.output.SavedResult;

/** The command line over a folder of pictures. */
class CliFolderTest {
  private static final int PICTURES = 30;
  @TempDir Path folder;
  private Path pictures;

  @BeforeEach
  void makePictures() throws Exception {
    pictures = folder.resolve("pictures");
    ManyPictures.write(pictures, PICTURES);
  }

  private List<String> arguments(String... options) {
    List<String> all = CliRun.arguments(folder, options);
    all.set(all.indexOf("--image") + 1, pictures.toString());
    return all;
  }

  @Test
  void printsAnAnswerOrAnErrorPerPicture() {
    CliRun run = CliRun.of(arguments("--roi", "0,0,60,60"));
    assertEquals(1, run.exitCode());
    assertEquals("", run.printed());
    assertEquals(PICTURES - ManyPictures.BROKEN, run.out().lines().count());
    assertTrue(run.out().startsWith("cell1.png: "), run.out());
    assertEquals(ManyPictures.BROKEN, run.err().lines().count());
    run.err().lines().forEach(PlainSentence::check);
  }

  /** The process is killed as by a power cut; what was finished is whole, and the rest is asked. */
  @Test
  void goesOnAfterAKill() throws Exception {
    Path results = folder.resolve("results");
    Process child = start("child.txt");
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(4);
    while (finished(results).size() < 4 && child.isAlive() && System.nanoTime() < end) {
      Thread.sleep(20);
    }
    child.destroyForcibly().waitFor();
    Map<Path, FileTime> before = finished(results);
    int asked = PICTURES - ManyPictures.BROKEN;
    assertTrue(before.size() >= 4 && before.size() < asked, before.size() + " were finished");
    before.keySet().forEach(SavedResult::read);
    assertFalse(Files.exists(results.resolve("tokens.csv")), "tables come at the end");

    CliRun run = CliRun.of(arguments("--length", "60"));
    assertEquals(asked, run.out().lines().count());
    List<String> rows = Files.readAllLines(results.resolve("batch.csv"));
    assertEquals(asked, rows.stream().filter(r -> r.contains(",done,")).count());
    Map<Path, FileTime> after = finished(results);
    assertEquals(asked, after.size());
    before.forEach((result, time) -> assertEquals(time, after.get(result)));
    try (Stream<Path> files = Files.walk(results)) {
      assertEquals(
          List.of(),
          files.filter(f -> f.getFileName().toString().startsWith(".vlm-visualizer")).toList());
    }
    CliRun again =
        CliRun.of(arguments("--length", "60", "--output", folder.resolve("2").toString()));
    // The picture over which the first one was killed comes last.
    assertEquals(again.out().lines().sorted().toList(), run.out().lines().sorted().toList());
    assertEquals(
        Files.readString(folder.resolve("2/tokens.csv")),
        Files.readString(results.resolve("tokens.csv")));
  }

  /** Two runs share the work; when one is killed, the other takes over what it had begun. */
  @Test
  void twoRunsShareAFolder() throws Exception {
    Path results = folder.resolve("results");
    Process first = start("first.txt");
    Process second = start("second.txt");
    Process third = start("third.txt");
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(4);
    while (finished(results).size() < 3 && third.isAlive() && System.nanoTime() < end) {
      Thread.sleep(20);
    }
    third.destroyForcibly().waitFor();
    assertEquals(1, first.waitFor());
    assertEquals(1, second.waitFor());
    int asked = PICTURES - ManyPictures.BROKEN;
    assertEquals(asked, finished(results).size());
    for (String name : List.of("first.txt", "second.txt")) {
      List<String> lines = Files.readAllLines(folder.resolve(name));
      assertEquals(PICTURES, lines.size(), String.join("\n", lines));
    }
    List<String> rows = Files.readAllLines(results.resolve("batch.csv"));
    assertEquals(asked, rows.stream().filter(r -> r.contains(",done,")).count());
    try (Stream<Path> files = Files.walk(results)) {
      assertEquals(
          List.of(),
          files.filter(f -> f.getFileName().toString().startsWith(".vlm-visualizer")).toList());
    }
    CliRun.of(arguments("--length", "60", "--output", folder.resolve("alone").toString()));
    assertEquals(
        Files.readString(folder.resolve("alone/tokens.csv")),
        Files.readString(results.resolve("tokens.csv")));
  }

  private Process start(String log) throws IOException {
    return new ProcessBuilder(
            JavaProcess.command(List.of(), AttentionCli.class, arguments("--length", "60")))
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve(log).toFile())
        .start();
  }

  /** Folders of results with a run.json, and its time. */
  private static Map<Path, FileTime> finished(Path results) throws IOException {
    Map<Path, FileTime> found = new HashMap<>();
    if (!Files.isDirectory(results)) {
      return found;
    }
    try (Stream<Path> folders = Files.list(results)) {
      for (Path run : folders.map(f -> f.resolve("run.json")).filter(Files::exists).toList()) {
        found.put(run.getParent(), Files.getLastModifiedTime(run));
      }
    }
    return found;
  }
}

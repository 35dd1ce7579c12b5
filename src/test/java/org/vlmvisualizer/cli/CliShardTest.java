package org.vlmvisualizer.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.Claims;
import org.vlmvisualizer.JavaProcess;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.Signals;
import org.vlmvisualizer.ask.ManyPictures;
import org.vlmvisualizer.core.FileTree;

/** A folder of pictures shared out among jobs. */
class CliShardTest {
  private static final int PICTURES = 14;
  private static final int ASKED = PICTURES - ManyPictures.BROKEN;
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
    // The processes are started elsewhere.
    all.set(
        all.indexOf("--model") + 1,
        CliRun.GOLDEN.resolve("checkpoint").toAbsolutePath().toString());
    return all;
  }

  private List<String> shard(String shard, String... options) {
    List<String> all = arguments(options);
    all.addAll(List.of("--shard", shard));
    return all;
  }

  private CliRun merge(String output) {
    return CliRun.of(List.of("--merge", folder.resolve(output).toString()));
  }

  /** The tables of an output folder. */
  private Map<String, String> tables(String output) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(output))) {
      return files
          .filter(file -> file.toString().endsWith(".csv"))
          .collect(Collectors.toMap(f -> f.getFileName().toString(), CliShardTest::text));
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Map<String, String> inOneGo() throws IOException {
    assertEquals(
        1, CliRun.of(arguments("--output", folder.resolve("alone").toString())).exitCode());
    return tables("alone");
  }

  private List<Path> hidden() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("results"))) {
      return files.filter(f -> f.getFileName().toString().startsWith(".vlm-")).toList();
    }
  }

  @Test
  void tablesOfShardsAreThoseOfOneRun() throws Exception {
    for (String shard : List.of("2/3", "3/3", "1/3", "2/3", "1/1", "17/17")) {
      CliRun run = CliRun.of(shard(shard));
      assertEquals(0, run.exitCode(), run.err());
      assertFalse(Files.exists(folder.resolve("results/batch.csv")), "tables come with --merge");
    }
    CliRun merged = merge("results");
    assertEquals(0, merged.exitCode(), merged.err());
    assertTrue(
        merged.out().contains("%d answers, %d failures".formatted(ASKED, ManyPictures.BROKEN)),
        merged.out());
    assertEquals(inOneGo(), tables("results"));
    merge("results");
    assertEquals(tables("alone"), tables("results"));
    merge("alone");
    assertEquals(tables("results"), tables("alone"));
    assertEquals(List.of(), hidden());
  }

  /** Each packs its own; shards that are sent again find it there. */
  @Test
  void shardsPackTheirResults() throws Exception {
    for (String shard : List.of("1/2", "2/2", "1/2")) {
      List<String> all = shard(shard);
      all.addAll(List.of("--pack", "zip", "--files", "maps"));
      CliRun run = CliRun.of(all);
      assertEquals(0, run.exitCode(), run.err());
    }
    CliRun merged = merge("results");
    assertEquals(0, merged.exitCode(), merged.err());
    assertEquals(inOneGo(), tables("results"));
    try (Stream<Path> files = Files.list(folder.resolve("results"))) {
      // Beside them the three tables, the list, and the folders of those that failed.
      assertEquals(2 + 3 + 1 + ManyPictures.BROKEN, files.count());
    }
    assertTrue(Files.exists(folder.resolve("results/part-0002.zip")));
    List<String> all = new ArrayList<>(List.of("--pack", "zip"));
    all.addAll(List.of("--merge", folder.resolve("alone").toString()));
    assertEquals(0, CliRun.of(all).exitCode());
    assertEquals(tables("results"), tables("alone"));
    assertTrue(Files.exists(folder.resolve("alone/part-0001.zip")));
    assertEquals(List.of(), hidden());
  }

  /** A picture changed and fails now; then it is as it was. */
  @Test
  void theLatestOfAPictureCounts() throws Exception {
    CliRun.of(shard("1/1"));
    Path picture = pictures.resolve("cell1.png");
    Path aside = folder.resolve("aside");
    Files.move(picture, aside);
    Files.writeString(picture, "no picture");
    CliRun.of(shard("1/1"));
    assertTrue(merge("results").out().contains((ASKED - 1) + " answers"));
    assertEquals(inOneGo(), tables("results"));
    Files.delete(picture);
    Files.move(aside, picture);
    CliRun.of(shard("1/1"));
    assertTrue(merge("results").out().contains(ASKED + " answers"));
    assertEquals(inOneGo(), tables("results"));
  }

  @Test
  void whatIsMissingIsSaid() throws Exception {
    CliRun.of(shard("1/2"));
    CliRun merged = merge("results");
    assertEquals(1, merged.exitCode());
    PlainSentence.check(merged.err());
    assertTrue(merged.err().contains("7 of 14 pictures have no answer"), merged.err());
    assertEquals(
        7,
        text(folder.resolve("results/batch.csv"))
            .lines()
            .filter(r -> r.contains(",pending,"))
            .count());
  }

  @Test
  void severalQuestionsAreMergedEach() throws Exception {
    for (String shard : List.of("1/2", "2/2")) {
      List<String> all = shard(shard);
      all.addAll(List.of("--prompt", "Where is it?"));
      assertEquals(0, CliRun.of(all).exitCode());
    }
    assertEquals(2, merge("results").out().lines().count());
    assertEquals(3, tables("results/q1").size());
    assertEquals(3, tables("results/q2").size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0/0", "101/100", "0/3", "-1/3", "3", "1/2/3", "1.5/2", ""})
  void aWrongShardIsRefused(String shard) throws Exception {
    assertTrue(CliRun.refusal(1, folder, shard(shard)).contains("'" + shard + "'"));
  }

  @Test
  void otherWrongInputIsRefused() throws Exception {
    List<String> again = shard("1/2");
    again.add("--again");
    CliRun.refusal(1, folder, again);
    CliRun.refusal(1, folder, arguments("--hours", "soon"));
    List<String> single = CliRun.arguments(folder, "--shard", "1/2");
    assertTrue(CliRun.refusal(1, folder, single).contains("--shard"));
    List<String> merge = List.of("--merge", pictures.toString());
    assertTrue(CliRun.refusal(1, folder, merge).contains("pictures.json"));
    CliRun.of(shard("1/2"));
    String sentence = CliRun.refusal(1, folder, shard("1/2", "--prompt", "Something else?"));
    assertTrue(sentence.contains("'What is in the picture?'"), sentence);
    Files.writeString(folder.resolve("results/pictures.json"), "{\"pictures\": 3}");
    CliRun.refusal(1, folder, List.of("--merge", folder.resolve("results").toString()));
  }

  @Test
  void noPictureIsBegunWhenTheHoursAreOver() throws Exception {
    CliRun run = CliRun.of(shard("1/1", "--hours", "0"));
    assertEquals(0, run.exitCode());
    PlainSentence.check(run.err());
    assertEquals("", run.out());
    assertEquals(0, CliRun.of(shard("1/1", "--hours", "9.5")).exitCode());
    merge("results");
    assertEquals(inOneGo(), tables("results"));
  }

  private Process start(String log, List<String> arguments) throws IOException {
    return new ProcessBuilder(JavaProcess.command(List.of(), AttentionCli.class, arguments))
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve(log).toFile())
        .start();
  }

  private interface Seen {
    boolean isTrue() throws IOException;
  }

  private static void await(Process process, Seen seen) throws Exception {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(4);
    while (!seen.isTrue() && process.isAlive()) {
      assertTrue(System.nanoTime() < end, "nothing came of it");
      Thread.sleep(2);
    }
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void askedToEndItFinishesThePictureAtHand() throws Exception {
    Process job = start("job.txt", shard("1/1", "--length", "60"));
    await(job, () -> Files.exists(folder.resolve("results/cell2-png/run.json")));
    job.destroy(); // SIGTERM
    assertEquals(0, job.waitFor(), text(folder.resolve("job.txt")));
    assertTrue(text(folder.resolve("job.txt")).contains("the same command goes on"));
    assertEquals(List.of(), hidden());
    CliRun.of(shard("1/1", "--length", "60"));
    merge("results");
    CliRun.of(arguments("--length", "60", "--output", folder.resolve("alone").toString()));
    assertEquals(tables("alone"), tables("results"));
  }

  private void keepFirst(int count) throws IOException {
    FileTree.delete(pictures);
    ManyPictures.write(pictures, count);
  }

  /** Java crashes over a picture, for real, once and again; all others have their answers. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aPictureThatCrashesJavaTwiceIsPassedOver() throws Exception {
    // Long answers: threads that do not crash go on until Java has written its report.
    keepFirst(5);
    Path claim = folder.resolve("results/.vlm-visualizer-cell3-png.claim");
    int crashes = 0;
    while (!Files.exists(folder.resolve("results/cell3-png/failed.json"))) {
      Process job = start("job.txt", shard("1/1", "--length", "400"));
      // After the first crash it comes last.
      Path before = folder.resolve(crashes == 0 ? "results" : "results/cell5-tif/run.json");
      await(job, () -> Files.exists(before) && Claims.isOf(claim, job.pid()));
      Signals.send(job.pid(), Signals.SEGV);
      // The report lies where the next Java is started, as in practice.
      crashes += job.waitFor() == 0 ? 0 : 1;
      assertTrue(crashes < 10, "it is tried again and again");
    }
    assertTrue(crashes >= 2, crashes + " crashes");
    String before = text(folder.resolve("results/cell3-png/failed.json"));
    CliRun next = CliRun.of(shard("1/1", "--length", "400"));
    assertTrue(next.err().contains("cell3.png: Java ended again and again"), next.err());
    assertArrayEquals(
        before.getBytes(), Files.readAllBytes(folder.resolve("results/cell3-png/failed.json")));
    CliRun merged = merge("results");
    assertEquals(List.of(), hidden());
    assertTrue(merged.out().contains("4 answers, 1 failures"), merged.out());
  }

  @Test
  void killsAtRandomMomentsLoseNothing() throws Exception {
    new KilledShards(folder.resolve("killed"), System.nanoTime()).kill(20);
  }
}

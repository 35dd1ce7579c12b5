package org.vlmvisualizer.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.vlmvisualizer.JavaProcess;
import org.vlmvisualizer.ask.ManyPictures;
import org.vlmvisualizer.core.FileTree;
import org.vlmvisualizer.output.ResultPacks;
import org.vlmvisualizer.output.SavedResult;

/**
 * Shards that are killed at random moments, as by a node that dies, and started again until all
 * pictures have their answers; then all over again. Some move results into packs. After each kill,
 * whatever counts as a result is read whole; after each end, the tables are those of a run that
 * nobody disturbed.
 *
 * <p>{@code KilledShards FOLDER KILLS [SEED]} does it for longer than the tests.
 */
final class KilledShards {
  private static final int PICTURES = 14;
  private static final int SHARDS = 2;

  private final Path folder;
  private final Random random;
  private final Map<String, String> undisturbed;
  private int kills;
  private int ends;
  private int read;
  private double longest = 2; // seconds of a shard that nobody kills

  KilledShards(Path folder, long seed) throws IOException {
    this.folder = folder;
    random = new Random(seed);
    ManyPictures.write(folder.resolve("pictures"), PICTURES);
    CliRun.of(arguments("undisturbed"));
    undisturbed = tables("undisturbed");
  }

  public static void main(String[] arguments) throws Exception {
    long seed = arguments.length > 2 ? Long.parseLong(arguments[2]) : 1;
    KilledShards shards = new KilledShards(Path.of(arguments[0]), seed);
    int count = Integer.parseInt(arguments[1]);
    for (int kills = 0; kills < count; kills += 20) {
      System.out.println(shards.kill(Math.min(20, count - kills)));
    }
  }

  /**
   * Kills some.
   *
   * @return what came of it, in words
   * @throws AssertionError if a half-written result was read as whole, or the tables differ
   */
  String kill(int count) throws Exception {
    int until = kills + count;
    while (kills < until) {
      for (int shard = 1; shard <= SHARDS; shard++) {
        runOrKill(shard);
      }
      if (isComplete()) {
        FileTree.delete(folder.resolve("results"));
        ends++;
      }
    }
    while (!isComplete()) {
      for (int shard = 1; shard <= SHARDS; shard++) {
        start(shard).waitFor();
      }
    }
    FileTree.delete(folder.resolve("results"));
    return "%d kills, %d whole results read, %d times complete with the same tables"
        .formatted(kills, read, ++ends);
  }

  private void runOrKill(int shard) throws Exception {
    Process process = start(shard);
    long start = System.nanoTime();
    long moment = (long) (random.nextDouble() * longest * 1000);
    if (process.waitFor(moment, TimeUnit.MILLISECONDS)) {
      longest = 0.7 * longest + 0.3 * 1.2 * (System.nanoTime() - start) / 1e9;
      return;
    }
    process.destroyForcibly().waitFor();
    kills++;
    longest *= 1.1; // or a slow computer would never get to the end
    readAll();
  }

  private Process start(int shard) throws IOException {
    List<String> arguments = arguments("results");
    arguments.addAll(List.of("--shard", shard + "/" + SHARDS));
    if (random.nextBoolean()) {
      arguments.addAll(List.of("--pack", "zip"));
    }
    return new ProcessBuilder(
            JavaProcess.command(
                List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1"), AttentionCli.class, arguments))
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("log.txt").toFile())
        .start();
  }

  private List<String> arguments(String output) {
    return CliRun.arguments(
        folder,
        "--image",
        folder.resolve("pictures").toString(),
        "--output",
        folder.resolve(output).toString());
  }

  /** All that a later run or a person would take for a result. */
  private void readAll() throws IOException {
    Path results = folder.resolve("results");
    try (Stream<Path> all = Files.list(folder.resolve("undisturbed"));
        ResultPacks packs = ResultPacks.in(results)) {
      for (Path result : all.filter(Files::isDirectory).toList()) {
        String name = result.getFileName().toString();
        if (packs.run(name).isPresent()) {
          SavedResult.read(results.resolve(name)); // throws where it is not whole
          read++;
        }
      }
    }
  }

  private boolean isComplete() throws IOException {
    if (!Files.exists(folder.resolve("results/pictures.json"))) {
      return false;
    }
    CliRun merged = CliRun.of(List.of("--merge", folder.resolve("results").toString()));
    if (merged.exitCode() != 0) {
      return false;
    }
    Map<String, String> tables = tables("results");
    if (!tables.equals(undisturbed)) {
      throw new AssertionError("after %d kills the tables differ: %s".formatted(kills, tables));
    }
    return true;
  }

  private Map<String, String> tables(String output) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(output))) {
      return files
          .filter(file -> file.toString().endsWith(".csv"))
          .collect(Collectors.toMap(f -> f.getFileName().toString(), KilledShards::text));
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package org.vlmvisualizer.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.vlmvisualizer.ask.BatchRun;
import org.vlmvisualizer.ask.Shard;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.output.BatchList;
import org.vlmvisualizer.output.BatchRow;
import org.vlmvisualizer.output.Claim;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** A folder of pictures shared out among the jobs of a cluster. */
final class ShardOptions {
  /** The process whose place this one takes, and how many ended so far: scripts/attention. */
  private static final String CRASHED = "VLM_VISUALIZER_CRASHED";

  private static final int MOST_CRASHES = 3;

  /** Folders of several questions' results. */
  private static final String QUESTION = "q%d";

  @Option(
      names = "--shard",
      paramLabel = "PART/PARTS",
      description =
          "of a folder, ask about every PARTS-th picture from the PART-th on, as one of several jobs that share --output; the tables are made by --merge")
  private String shard;

  // "help" lets it do without the required options.
  @Option(
      names = "--merge",
      help = true,
      paramLabel = "FOLDER",
      converter = AttentionCli.Folder.class,
      description =
          "write the tables over all pictures of the shards in an output folder, and stop",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  private Path merge;

  @Option(
      names = "--hours",
      paramLabel = "H",
      description =
          "of a folder, begin no picture after H hours; started again, the same command goes on")
  private String hours;

  private BooleanSupplier stop = () -> false;

  /** Whether tables are asked for and nothing else. */
  boolean isMerge() {
    return merge != null;
  }

  /** The part to ask about, or null for all pictures. */
  Shard shard() {
    return shard == null ? null : Shard.of(shard);
  }

  /**
   * @throws InputException if an option for folders is given, and the question is not about one
   */
  void requireFolder(boolean isFolder) {
    if (!isFolder && (shard != null || hours != null)) {
      throw new InputException(
          "Expected a folder of pictures with %s, found something else; give one folder as --image."
              .formatted(shard != null ? "--shard" : "--hours"));
    }
  }

  /**
   * Begins to count the hours, and to wait for the system's request to end.
   *
   * @param again whether pictures with answers are asked about, too
   * @param results folders, one for each question
   * @throws InputException if the program would do what one before it has done, or crash as it did
   */
  void start(boolean again, List<Path> results) {
    if (shard != null && again) {
      throw new InputException(
          "Expected --shard without --again, since a job that is started again goes on where it ended; choose another --output to ask anew.");
    }
    countCrash(results);
    BooleanSupplier asked = StopSignal.await();
    long end = System.nanoTime() + budget().toNanos();
    stop = () -> asked.getAsBoolean() || System.nanoTime() - end > 0;
  }

  private Duration budget() {
    if (hours == null) {
      return Duration.ofDays(10_000);
    }
    if (!hours.matches("\\d{1,4}(\\.\\d{1,6})?")) {
      throw new InputException(
          "Expected --hours as a number such as 11.5, found '%s'.".formatted(hours));
    }
    return Duration.ofMillis(Math.round(Double.parseDouble(hours) * 3_600_000));
  }

  /** Whether no other picture is to be begun. */
  boolean isOver() {
    return stop.getAsBoolean();
  }

  /** What a program that crashed had begun counts against that picture. */
  private static void countCrash(List<Path> results) {
    String crashed = System.getenv(CRASHED);
    if (crashed == null || !crashed.matches("\\d{1,18} \\d{1,9}")) {
      return;
    }
    String[] numbers = crashed.split(" ");
    boolean begun = false;
    for (Path folder : results) {
      begun |= Files.isDirectory(folder) && Claim.crashed(folder, Long.parseLong(numbers[0]));
    }
    if (!begun && Integer.parseInt(numbers[1]) >= MOST_CRASHES) {
      throw new InputException(
          "Java ended unexpectedly again and again, and no picture was to blame; look at what it wrote before this, and whether there is memory for the model.");
    }
  }

  /**
   * Writes the tables of each question.
   *
   * @param packing whether results are moved into packs before
   * @return the exit code
   */
  int merge(boolean packing, PrintWriter out, PrintWriter err) {
    int code = CommandLine.ExitCode.OK;
    for (Path folder : questions()) {
      List<BatchRow> rows = BatchRun.merge(folder, packing);
      long pending = count(rows, BatchRow.Status.PENDING);
      out.println(
          "%s: %d answers, %d failures"
              .formatted(
                  folder, count(rows, BatchRow.Status.DONE), count(rows, BatchRow.Status.FAILED)));
      if (pending > 0) {
        err.println(
            "%s: %d of %d pictures have no answer yet; run their shards again, and then --merge."
                .formatted(folder, pending, rows.size() - count(rows, BatchRow.Status.SKIPPED)));
        code = CommandLine.ExitCode.SOFTWARE;
      }
    }
    return code;
  }

  private static long count(List<BatchRow> rows, BatchRow.Status status) {
    return rows.stream().filter(row -> row.status() == status).count();
  }

  private List<Path> questions() {
    List<Path> found = new ArrayList<>();
    for (int i = 1; Files.exists(place(i).resolve(BatchList.FILE)); i++) {
      found.add(place(i));
    }
    return found.isEmpty() ? List.of(merge) : found;
  }

  private Path place(int question) {
    return merge.resolve(QUESTION.formatted(question));
  }
}

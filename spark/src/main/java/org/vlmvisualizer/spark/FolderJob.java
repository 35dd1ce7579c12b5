package org.vlmvisualizer.spark;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.CollectionAccumulator;
import org.vlmvisualizer.ask.Asker;
import org.vlmvisualizer.ask.BatchPicture;
import org.vlmvisualizer.ask.BatchRun;
import org.vlmvisualizer.ask.ListedPicture;
import org.vlmvisualizer.ask.ModelKeeper;
import org.vlmvisualizer.ask.PictureFolder;
import org.vlmvisualizer.ask.PictureTask;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.output.BatchRow;

/**
 * One question about all pictures of a folder, in the driver. What is not finished on disk is
 * handed out in rounds: executors that were lost, and pictures that another job had, leave some for
 * the next one. The tables are made from what is on disk.
 */
final class FolderJob {
  /** Rounds in a row that finish nothing, after which it is given up. */
  private static final int IDLE_ROUNDS = 3;

  private static final int SMALLEST_PART = 8;
  private static final int LARGEST_PART = 64;
  private static final int PARTS = 4000;
  private static final int LOOK_MS = 200;

  private final Question question;
  private final PictureTask task;
  private final PictureFolder pictures;
  private final JavaSparkContext spark;
  private final Set<Integer> failed = new HashSet<>();

  /**
   * @param question in the precision of all executors
   * @throws InputException if the question cannot be asked of the model
   */
  FolderJob(
      Question question, Checkpoint checkpoint, PictureFolder pictures, JavaSparkContext spark) {
    this.question = question;
    this.pictures = pictures;
    this.spark = spark;
    Asker asker = new Asker(new ModelKeeper(), checkpoint, question.options(), engine -> {});
    task = new PictureTask(asker, Path.of(question.output()), true).saving(question.files());
  }

  /**
   * Asks about all that have no answer yet, and writes the tables.
   *
   * @return whether each has an answer or a failure now
   * @throws InputException if the model cannot be loaded or nothing can be written; the tables are
   *     written all the same
   */
  boolean run(PrintWriter out, PrintWriter err) {
    task.requireSameQuestion();
    task.list(pictures);
    boolean complete;
    try {
      complete = askAll(err);
    } catch (InputException e) {
      writeTables(out, err, e);
      throw e;
    }
    writeTables(out, err);
    return complete;
  }

  /** Behind what ended the job, which is what is told. */
  private void writeTables(PrintWriter out, PrintWriter err, InputException end) {
    try {
      writeTables(out, err);
    } catch (InputException e) {
      end.addSuppressed(e);
    }
  }

  /** Whether all are finished. */
  private boolean askAll(PrintWriter err) {
    List<BatchPicture> left = left();
    int idle = 0;
    for (int round = 1; !left.isEmpty() && idle < IDLE_ROUNDS; round++) {
      err.println(
          "%s: round %d, %d of %d pictures"
              .formatted(question.output(), round, left.size(), pictures.pictures().size()));
      ask(left, round > 1, err);
      int before = left.size();
      left = left();
      idle = left.size() < before ? 0 : idle + 1;
    }
    return left.isEmpty();
  }

  /** Those that are not finished on disk. */
  private List<BatchPicture> left() {
    return pictures.pictures().parallelStream()
        .filter(picture -> task.earlier(picture, failed.contains(picture.frame())).isEmpty())
        .toList();
  }

  private void ask(List<BatchPicture> left, boolean last, PrintWriter err) {
    List<ListedPicture> all = left.stream().map(this::listed).toList();
    CollectionAccumulator<Integer> failures = spark.sc().collectionAccumulator("failed pictures");
    CollectionAccumulator<String> ends = spark.sc().collectionAccumulator("ends");
    int parts = parts(all.size(), last ? 1 : SMALLEST_PART);
    JavaFutureAction<Void> job =
        spark
            .parallelize(all, parts)
            .foreachPartitionAsync(new PictureWork(question, last, failures, ends));
    await(job, ends, err);
    failed.addAll(failures.value());
    if (!ends.value().isEmpty()) {
      throw new InputException(ends.value().get(0));
    }
  }

  private ListedPicture listed(BatchPicture picture) {
    return pictures.listed().get(picture.frame() - 1);
  }

  /**
   * Few pictures a part at the end, where some are dear: those over which executors are lost.
   *
   * @param smallest pictures of a part
   */
  static int parts(int pictures, int smallest) {
    int size = Math.max(smallest, Math.min(LARGEST_PART, pictures / PARTS));
    return (pictures + size - 1) / size;
  }

  /** Until the job is done, or has no sense any more. */
  private void await(
      JavaFutureAction<Void> job, CollectionAccumulator<String> ends, PrintWriter err) {
    while (true) {
      try {
        job.get(LOOK_MS, TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException e) {
        if (!ends.value().isEmpty()) {
          job.cancel(true);
          return;
        }
      } catch (ExecutionException e) {
        err.println("Spark ended the round early: " + firstLine(e.getCause()));
        requireSpark();
        return;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InputException("The job was interrupted; the same command goes on.", e);
      }
    }
  }

  private void requireSpark() {
    if (spark.sc().isStopped()) {
      throw new InputException(
          "Spark stopped before all pictures were asked about; look at its log, and start the same command again, which goes on.");
    }
  }

  /** What Spark says of a failure, without its lists of lines of code. */
  static String firstLine(Throwable failure) {
    return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
  }

  private void writeTables(PrintWriter out, PrintWriter err) {
    List<BatchRow> rows = BatchRun.merge(Path.of(question.output()), question.packing());
    out.println(
        "%s: %d answers, %d failures"
            .formatted(
                question.output(),
                count(rows, BatchRow.Status.DONE),
                count(rows, BatchRow.Status.FAILED)));
    long pending = count(rows, BatchRow.Status.PENDING);
    if (pending > 0) {
      err.println(
          "%s: %d of %d pictures have no answer yet; start the same command again, which goes on."
              .formatted(question.output(), pending, pictures.pictures().size()));
    }
  }

  private static long count(List<BatchRow> rows, BatchRow.Status status) {
    return rows.stream().filter(row -> row.status() == status).count();
  }
}

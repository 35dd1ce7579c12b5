package org.vlmvisualizer.ask;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.BatchList;
import org.vlmvisualizer.output.BatchRow;
import org.vlmvisualizer.output.BatchTables;
import org.vlmvisualizer.output.ResultPacks;
import org.vlmvisualizer.output.SavedFiles;

/**
 * One question about many pictures, one after the other: a {@link PictureTask} each. A picture that
 * fails is a row with its error, not the end; so is one that is too large for Java's memory. Other
 * Errors of Java end the run, since they are no picture's. A cancel keeps what was done. Nothing of
 * a picture stays in memory but its row.
 *
 * <p>With an output folder, the tables over all pictures are written at the end, however that
 * comes; of a shard, by {@link #merge}, when all shards are done. Several runs may share the
 * folder.
 */
public final class BatchRun {
  private final PictureTask task;
  private final Path output;
  private boolean packing;
  private BooleanSupplier stop = () -> false;

  /**
   * What came of it all.
   *
   * @param rows one per picture, in order
   * @param cancelled whether it ended before its pictures did
   */
  public record Outcome(List<BatchRow> rows, boolean cancelled) {
    /** How many have a status. */
    public long count(BatchRow.Status status) {
      return rows.stream().filter(row -> row.status() == status).count();
    }

    /**
     * @throws InputException if there are failures and no answer at all, with the first failure
     */
    public void requireAnswer() {
      long failed = count(BatchRow.Status.FAILED);
      if (failed > 0 && count(BatchRow.Status.DONE) == 0) {
        BatchRow first =
            rows.stream().filter(r -> r.status() == BatchRow.Status.FAILED).findFirst().get();
        throw new InputException(
            failed == 1
                ? first.error()
                : "None of %d pictures could be asked about. The first, %s: %s"
                    .formatted(failed, first.picture(), first.error()));
      }
    }
  }

  /**
   * @param output for results, or null to save none
   * @param resume whether pictures are left out whose folder has the whole answer to this question
   */
  public BatchRun(Asker asker, Path output, boolean resume) {
    this.output = output;
    task = new PictureTask(asker, output, resume);
  }

  /** To write these files of each result; earlier results with more will do. */
  public BatchRun saving(SavedFiles files) {
    task.saving(files);
    return this;
  }

  /** To move results into packs: whenever there are many, and at the end. */
  public BatchRun packing(boolean wanted) {
    packing = wanted && output != null;
    return this;
  }

  /** To end the run when the picture at hand is finished, as if it were cancelled then. */
  public BatchRun until(BooleanSupplier stop) {
    this.stop = stop;
    task.until(stop);
    return this;
  }

  /** Asks about pictures that carry nothing into the tables. */
  public Outcome run(
      List<BatchPicture> pictures,
      List<String> skipped,
      Progress progress,
      BiConsumer<BatchRow, AttentionResult> ready) {
    return run(new PictureFolder(pictures, skipped), progress, ready);
  }

  /**
   * Asks about all of them.
   *
   * @param ready told of each picture, in order but for those that another run had or that a
   *     program ended over: its row, and its answer if it was asked now; what it throws ends the
   *     run
   * @throws InputException if the model cannot be loaded or nothing can be written
   */
  public Outcome run(
      PictureFolder folder, Progress progress, BiConsumer<BatchRow, AttentionResult> ready) {
    task.list(folder);
    List<BatchPicture> pictures = folder.pictures();
    Rows rows = new Rows(pictures);
    try (task) {
      boolean cancelled;
      try {
        cancelled = !askAll(pictures, rows, progress, ready);
      } catch (RuntimeException | Error e) {
        writeTables(rows, folder, e);
        throw e;
      }
      writeTables(rows, folder);
      return new Outcome(rows.all(), cancelled);
    }
  }

  /**
   * Asks about some of them, and writes no tables.
   *
   * @param folder all pictures that the shards are of
   * @throws InputException if the model cannot be loaded, nothing can be written, or the output
   *     folder is one of another question
   */
  public Outcome run(
      Shard shard,
      PictureFolder folder,
      Progress progress,
      BiConsumer<BatchRow, AttentionResult> ready) {
    task.requireSameQuestion();
    task.list(folder);
    List<BatchPicture> own = shard.of(folder.pictures());
    Rows rows = new Rows(own);
    try (task) {
      boolean cancelled = !askAll(own, rows, progress, ready);
      return new Outcome(rows.all(), cancelled);
    }
  }

  /**
   * Writes the tables over all pictures of the shards that wrote to a folder. The same pictures
   * give the same bytes, however they were shared out and how often they were asked about.
   *
   * @param packing whether results are moved into packs before
   * @return the rows
   * @throws InputException if no shard wrote to it, or the tables cannot be written
   */
  public static List<BatchRow> merge(Path output, boolean packing) {
    BatchList list = FinishedPictures.list(output);
    if (packing) {
      try (ResultPacks packs = ResultPacks.in(output)) {
        packs.pack(list.pictures().stream().map(BatchList.Entry::folder).toList(), () -> {});
      }
    }
    List<BatchRow> rows = FinishedPictures.rows(output, list);
    BatchTables.write(output, rows, list.columns());
    return rows;
  }

  /** Rows of pictures in their order, of which each comes when it comes. */
  private final class Rows {
    private final List<BatchPicture> pictures;
    private final Map<Integer, BatchRow> byFrame = new HashMap<>();

    private Rows(List<BatchPicture> pictures) {
      this.pictures = pictures;
    }

    private List<BatchRow> all() {
      return pictures.stream().map(this::row).toList();
    }

    /** Another run may have asked about it meanwhile. */
    private BatchRow row(BatchPicture picture) {
      return byFrame.computeIfAbsent(
          picture.frame(),
          frame ->
              task.earlier(picture)
                  .orElseGet(
                      () -> BatchRow.pending(frame, picture.name()).carrying(picture.carried())));
    }
  }

  /**
   * @return whether all have their rows
   */
  private boolean askAll(
      List<BatchPicture> pictures,
      Rows rows,
      Progress progress,
      BiConsumer<BatchRow, AttentionResult> ready) {
    List<String> unpacked = new ArrayList<>();
    boolean ended =
        isAsked(
            pictures,
            progress,
            done -> {
              rows.byFrame.put(done.row().frame(), done.row());
              ready.accept(done.row(), done.result());
              if (packing && done.row().status() == BatchRow.Status.DONE) {
                unpacked.add(done.row().folder());
                packMany(unpacked);
              }
            });
    if (packing) {
      task.pack(unpacked, () -> progress.update("waiting for another run", 0, 1));
    }
    return ended;
  }

  /** Folders of earlier runs, and of those that run beside, are among them. */
  private void packMany(List<String> unpacked) {
    if (unpacked.size() == ResultPacks.PICTURES) {
      task.pack(unpacked, () -> {});
      unpacked.clear();
    }
  }

  private boolean isAsked(
      List<BatchPicture> pictures, Progress progress, Consumer<PictureTask.Done> ready) {
    try {
      List<BatchPicture> others = ask(pictures, pictures.size(), progress, false, ready);
      ask(others, pictures.size(), progress, true, ready);
      return true;
    } catch (CancellationException e) {
      return false;
    }
  }

  /**
   * @return those whose turn comes last
   */
  private List<BatchPicture> ask(
      List<BatchPicture> pictures,
      int total,
      Progress progress,
      boolean last,
      Consumer<PictureTask.Done> ready) {
    List<BatchPicture> others = new ArrayList<>();
    for (BatchPicture picture : pictures) {
      if (stop.getAsBoolean()) {
        throw new CancellationException();
      }
      PictureTask.Done done = task.run(picture, of(picture, total, progress), last);
      if (done == null) {
        others.add(picture);
      } else {
        ready.accept(done);
      }
    }
    return others;
  }

  /** The bar shows the pictures, the text what is done with this one. */
  private static Progress of(BatchPicture picture, int total, Progress progress) {
    return (stage, done, steps) ->
        progress.update(
            "%d of %d, %s: %s %d/%d"
                .formatted(picture.frame(), total, picture.name(), stage, done, steps),
            picture.frame() - 1,
            total);
  }

  /** Behind what ended the run, which is what is told. */
  private void writeTables(Rows rows, PictureFolder folder, Throwable end) {
    try {
      writeTables(rows, folder);
    } catch (InputException e) {
      end.addSuppressed(e);
    }
  }

  private void writeTables(Rows rows, PictureFolder folder) {
    if (output != null) {
      List<BatchRow> all = new ArrayList<>(rows.all());
      folder.skipped().forEach(name -> all.add(BatchRow.skipped(name)));
      BatchTables.write(output, all, folder.columns());
    }
  }
}

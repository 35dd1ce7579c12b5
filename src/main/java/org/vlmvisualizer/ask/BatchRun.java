package org.vlmvisualizer.ask;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.output.AnswerRois;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.BatchRow;
import org.vlmvisualizer.output.BatchTables;
import org.vlmvisualizer.output.Claim;
import org.vlmvisualizer.output.ResultFiles;
import org.vlmvisualizer.output.SavedResult;

/**
 * One question about many pictures, one after the other. A picture that fails, whatever it throws,
 * is a row with its error, not the end; so is one that is too large for Java's memory. Other Errors
 * of Java end the run, since they are no picture's. A cancel keeps what was done. Nothing of a
 * picture stays in memory but its row.
 *
 * <p>With an output folder, each picture has a folder of results in it, written whole or not at
 * all, and the tables over all pictures are written at the end, however that comes. Several runs
 * may share the folder: each picture is one run's at a time ({@link Claim}).
 */
public final class BatchRun {
  /** Name in run.json of what an answer depends on, by which a later run knows it again. */
  private static final String KEY = "batch";

  private final Asker asker;
  private final Path output;
  private final boolean resume;
  private final JsonObject question;

  /**
   * What came of it all.
   *
   * @param rows one per picture, in order
   * @param cancelled whether the user ended it
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
    this.asker = asker;
    this.output = output;
    this.resume = resume && output != null;
    question = asker.identity();
  }

  /**
   * Asks about all of them.
   *
   * @param skipped rows for batch.csv beside the pictures' own
   * @param ready told of each picture, in order but for those that another run had: its row, and
   *     its answer if it was asked now; what it throws ends the run
   * @throws InputException if the model cannot be loaded or the tables cannot be written
   */
  public Outcome run(
      List<BatchPicture> pictures,
      List<BatchRow> skipped,
      Progress progress,
      BiConsumer<BatchRow, AttentionResult> ready) {
    BatchRow[] rows = new BatchRow[pictures.size()];
    boolean cancelled = false;
    try {
      List<BatchPicture> others = new ArrayList<>();
      for (BatchPicture picture : pictures) {
        // Without resume, the answer of another run would not count, so its end is waited for.
        if (!ask(picture, rows, of(pictures, picture, progress), !resume, ready)) {
          others.add(picture);
        }
      }
      for (BatchPicture picture : others) {
        ask(picture, rows, of(pictures, picture, progress), true, ready);
      }
    } catch (CancellationException e) {
      cancelled = true;
    } finally {
      for (BatchPicture picture : pictures) {
        if (rows[picture.frame() - 1] == null) {
          rows[picture.frame() - 1] = unasked(picture);
        }
      }
      writeTables(List.of(rows), skipped);
    }
    return new Outcome(List.of(rows), cancelled);
  }

  /**
   * Asks about one picture, unless that was done before.
   *
   * @param wait for a run that has it, or leave it to that run
   * @return whether it has its row
   */
  private boolean ask(
      BatchPicture picture,
      BatchRow[] rows,
      Progress progress,
      boolean wait,
      BiConsumer<BatchRow, AttentionResult> ready) {
    Answer answer = answer(picture, progress, wait);
    if (answer == null) {
      return false;
    }
    rows[picture.frame() - 1] = answer.row();
    ready.accept(answer.row(), answer.result());
    return true;
  }

  /** Another run may have asked about it meanwhile. */
  private BatchRow unasked(BatchPicture picture) {
    BatchRow earlier = earlier(picture);
    return earlier == null ? BatchRow.pending(picture.frame(), picture.name()) : earlier;
  }

  /** The bar shows the pictures, the text what is done with this one. */
  private static Progress of(List<BatchPicture> pictures, BatchPicture picture, Progress progress) {
    int total = pictures.size();
    return (stage, done, steps) ->
        progress.update(
            "%d of %d, %s: %s %d/%d"
                .formatted(picture.frame(), total, picture.name(), stage, done, steps),
            picture.frame() - 1,
            total);
  }

  /** A picture's row, and its answer if it was asked about now. */
  private record Answer(BatchRow row, AttentionResult result) {}

  /** Null where another run has the picture and is not waited for. */
  private Answer answer(BatchPicture picture, Progress progress, boolean wait) {
    progress.update("opening", 0, 1);
    if (output == null) {
      return asked(picture, progress, null);
    }
    Claim claim;
    try {
      ResultFiles.removeLeftovers(output.resolve(picture.folder()));
      BatchRow earlier = earlier(picture);
      if (earlier != null) {
        return new Answer(earlier, null);
      }
      claim =
          wait
              ? Claim.await(
                  output, picture.folder(), () -> progress.update("waiting for another run", 0, 1))
              : Claim.take(output, picture.folder());
    } catch (InputException e) {
      return failed(picture, e);
    }
    if (claim == null) {
      return null;
    }
    try (claim) {
      BatchRow earlier = earlier(picture); // the other run may have been faster
      return earlier == null ? asked(picture, progress, claim) : new Answer(earlier, null);
    }
  }

  private Answer asked(BatchPicture picture, Progress progress, Claim claim) {
    JsonObject key;
    BatchPicture.Content content;
    try {
      key = key(picture); // before it is read: should it change meanwhile, it will be asked again
      content = picture.content().apply(progress);
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      return failed(picture, e);
    }
    asker.load(progress); // its failure is no picture's
    try {
      AttentionResult result = asker.ask(content.input(), progress);
      return new Answer(save(picture, key, content.note(), result, claim), result);
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      return failed(picture, e);
    }
  }

  private static Answer failed(BatchPicture picture, Throwable cause) {
    String sentence = PictureFailure.sentence(cause);
    return new Answer(BatchRow.failed(picture.frame(), picture.name(), sentence), null);
  }

  private JsonObject key(BatchPicture picture) {
    JsonObject key = question.deepCopy();
    key.add("picture", picture.identity().get());
    return key;
  }

  /** The row of the answer that the picture's folder holds, or null. */
  private BatchRow earlier(BatchPicture picture) {
    if (!resume) {
      return null;
    }
    Optional<JsonObject> run = SavedResult.run(output.resolve(picture.folder()));
    if (run.isEmpty() || !run.get().has(KEY) || !isSame(run.get().get(KEY), picture)) {
      return null;
    }
    return BatchRow.done(
        picture.frame(),
        picture.name(),
        picture.folder(),
        run.get().getAsJsonArray("tokens").size(),
        run.get().get("answer").getAsString(),
        note("from an earlier run", run.get()));
  }

  /** What is known of a picture, why it has no answer, and which boxes of that are no ROIs. */
  private static String note(String known, JsonObject run) {
    Stream<String> leftOut =
        Stream.of(AttentionResult.ANSWER_LEFT_OUT, AnswerRois.LEFT_OUT)
            .filter(run::has)
            .map(why -> run.get(why).getAsString());
    return Stream.concat(Stream.of(known), leftOut)
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining("; "));
  }

  private boolean isSame(JsonElement key, BatchPicture picture) {
    try {
      return key(picture).equals(key);
    } catch (InputException e) {
      return false; // the picture is gone, which will be said when it is opened
    }
  }

  private BatchRow save(
      BatchPicture picture, JsonObject key, String note, AttentionResult result, Claim claim) {
    if (output != null) {
      Path folder = output.resolve(picture.folder());
      claim.check();
      result.run().add(KEY, key);
      result.write(folder, result.heatmaps());
    }
    return BatchRow.done(
        picture.frame(),
        picture.name(),
        output == null ? "" : picture.folder(),
        result.maps().size(),
        result.answer(),
        note(note, result.run()));
  }

  private void writeTables(List<BatchRow> rows, List<BatchRow> others) {
    if (output != null) {
      List<BatchRow> all = new ArrayList<>(rows);
      all.addAll(others);
      BatchTables.write(output, all);
    }
  }
}

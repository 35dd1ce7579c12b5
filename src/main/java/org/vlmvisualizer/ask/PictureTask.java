package org.vlmvisualizer.ask;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.BatchList;
import org.vlmvisualizer.output.BatchRow;
import org.vlmvisualizer.output.Claim;
import org.vlmvisualizer.output.FailedResult;
import org.vlmvisualizer.output.ResultFiles;
import org.vlmvisualizer.output.ResultPacks;
import org.vlmvisualizer.output.SavedFiles;

/**
 * One unit of work of a run over many pictures: a picture in, a finished folder of results out. The
 * folder's name depends on the picture alone, it is written whole or not at all, and the same
 * question about the same picture gives the same tables, whoever asks it and how often. Runs on
 * several computers may share the output folder: a picture is one run's at a time ({@link Claim}).
 *
 * <p>What a picture fails with, whatever is thrown, is its row and not the end of the run. So is a
 * picture over which Java itself ended, again and again.
 */
public final class PictureTask implements AutoCloseable {
  private static final String HOPELESS =
      "Java ended again and again while it worked on this picture, so it is passed over. Ask about it by itself, or with --again (resume=false).";

  private final Asker asker;
  private final Path output;
  private final ResultPacks results; // null without an output folder
  private final boolean resume;
  private final JsonObject question;
  private SavedFiles files = SavedFiles.ALL;
  private BooleanSupplier stop = () -> false;

  /**
   * A picture's row, and its answer if it was asked about now.
   *
   * @param result null if it was not
   */
  public record Done(BatchRow row, AttentionResult result) {}

  /**
   * @param output for results, or null to save none
   * @param resume whether pictures are left out whose folder has the whole answer to this question
   * @throws InputException if the output folder has a pack of results that cannot be read
   */
  public PictureTask(Asker asker, Path output, boolean resume) {
    this.asker = asker;
    this.output = output;
    results = output == null ? null : ResultPacks.in(output);
    this.resume = resume && output != null;
    question = asker.identity();
  }

  /** Which files are written; earlier results with more will do. */
  public PictureTask saving(SavedFiles some) {
    files = some;
    return this;
  }

  /**
   * Moves results into packs.
   *
   * @param folders of pictures
   * @param poll called while another run packs
   * @throws InputException if that cannot be written
   */
  public void pack(List<String> folders, Runnable poll) {
    results.pack(folders, poll);
  }

  /** What is asked later opens packs of results again. */
  @Override
  public void close() {
    if (results != null) {
      results.close();
    }
  }

  /** Ends waiting and loading, but not an answer that was begun. */
  public void until(BooleanSupplier stop) {
    this.stop = stop;
  }

  /**
   * @throws InputException if the output folder is one of another question, and its answers are not
   *     to be replaced
   */
  public void requireSameQuestion() {
    BatchList.read(output)
        .filter(list -> resume && !list.question().equals(question))
        .ifPresent(list -> refuse(list.question()));
  }

  private void refuse(JsonObject other) {
    throw new InputException(
        "Expected an output folder of this question with these options, found one of '%s' in %s; choose another folder."
            .formatted(
                other.has("question") ? other.get("question").getAsString() : "another", output));
  }

  /**
   * Asks about a picture, unless that was done before.
   *
   * @param last whether all others had their turn: then another run that has the picture is waited
   *     for, and a picture is tried over which a program ended
   * @return null if its turn comes last
   * @throws InputException if the model cannot be loaded, or nothing can be written any more
   * @throws CancellationException if {@code progress} cancels
   */
  public Done run(BatchPicture picture, Progress progress, boolean last) {
    Progress until = until(progress);
    until.update("opening", 0, 1);
    if (output == null) {
      return asked(picture, progress, null);
    }
    ResultFiles.removeLeftovers(output.resolve(picture.folder()));
    Optional<BatchRow> earlier = earlier(picture);
    if (earlier.isPresent()) {
      return new Done(earlier.get(), null);
    }
    if (!last && Claim.wasLost(output, picture.folder())) {
      return null;
    }
    // Before the claim: should Java end while it loads the model, it is not the picture's fault.
    asker.load(until);
    Claim claim;
    try {
      claim = last ? await(picture, until) : Claim.take(output, picture.folder());
    } catch (InputException e) {
      requireRoom(e);
      return failed(picture, JsonNull.INSTANCE, e);
    }
    if (claim == null) {
      return null;
    }
    try (claim) {
      return claimed(picture, progress, claim, last);
    }
  }

  private Progress until(Progress progress) {
    return (stage, done, steps) -> {
      if (stop.getAsBoolean()) {
        throw new CancellationException();
      }
      progress.update(stage, done, steps);
    };
  }

  private Claim await(BatchPicture picture, Progress progress) {
    return Claim.await(
        output, picture.folder(), () -> progress.update("waiting for another run", 0, 1));
  }

  private Done claimed(BatchPicture picture, Progress progress, Claim claim, boolean last) {
    Optional<BatchRow> earlier = earlier(picture); // another run may have been faster
    if (earlier.isPresent()) {
      return new Done(earlier.get(), null);
    }
    if (resume && claim.isHopeless()) {
      Done passedOver = hopeless(picture);
      claim.finish();
      return passedOver;
    }
    if (claim.wasLost() && !last) {
      return null;
    }
    Done done = asked(picture, progress, claim);
    claim.finish();
    return done;
  }

  /**
   * Writes the list of all pictures into the output folder, for tables to be made by it, and
   * removes what killed runs left there.
   *
   * @throws InputException if it cannot be written, or a picture would be asked nothing
   */
  public void list(PictureFolder folder) {
    if (folder.pictures().stream().anyMatch(picture -> picture.question().isEmpty())) {
      asker.request().requireQuestion();
    }
    if (output != null) {
      folder.pictures().stream()
          .map(picture -> output.resolve(picture.folder()).getParent())
          .distinct()
          .forEach(ResultFiles::removeLeftovers);
      List<BatchList.Entry> entries = folder.pictures().stream().map(PictureTask::entry).toList();
      new BatchList(question, entries, folder.skipped(), folder.columns()).write(output);
    }
  }

  /** The row of what is on disk: of a whole answer, or of a picture that is passed over. */
  Optional<BatchRow> earlier(BatchPicture picture) {
    return earlier(picture, false);
  }

  /**
   * The row of what is on disk.
   *
   * @param failed whether a failure that is worth another try counts, too
   * @return empty if the picture is to be asked about
   */
  public Optional<BatchRow> earlier(BatchPicture picture, boolean failed) {
    if (!resume) {
      return Optional.empty();
    }
    BatchList.Entry entry = entry(picture);
    Predicate<JsonElement> same = keyOrNone(picture)::equals;
    return FinishedPictures.done(results, picture.frame(), entry, same, files)
        .map(this::forgettingFailure)
        .or(() -> FinishedPictures.failed(output, picture.frame(), entry, same, !failed));
  }

  /** Of the picture as it was meanwhile, or of a run that was killed when it had an answer. */
  private BatchRow forgettingFailure(BatchRow done) {
    FailedResult.remove(output.resolve(done.folder()));
    return done;
  }

  private static BatchList.Entry entry(BatchPicture picture) {
    return new BatchList.Entry(
        picture.name(), picture.folder(), picture.question(), picture.carried());
  }

  /** Of a picture that is gone, the key under which that is kept. */
  private JsonObject keyOrNone(BatchPicture picture) {
    try {
      return key(picture);
    } catch (InputException e) {
      return keyOfNone(picture);
    }
  }

  private JsonObject keyOfNone(BatchPicture picture) {
    return FinishedPictures.key(asked(picture), new JsonObject());
  }

  private JsonObject key(BatchPicture picture) {
    return FinishedPictures.key(asked(picture), picture.identity().get());
  }

  private JsonObject asked(BatchPicture picture) {
    return FinishedPictures.asked(question, picture.question());
  }

  private Done asked(BatchPicture picture, Progress progress, Claim claim) {
    JsonElement key = keyOfNone(picture);
    BatchPicture.Content content;
    try {
      key = key(picture); // before it is read: should it change meanwhile, it will be asked again
      content = picture.content().apply(progress);
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      return failed(picture, key, e);
    }
    asker.load(until(progress)); // its failure is no picture's
    AttentionResult result;
    try {
      result = asker.ask(content.input(), picture.question(), progress);
      if (!content.note().isEmpty()) {
        result.run().addProperty(FinishedPictures.NOTE, content.note());
      }
      if (output != null) {
        claim.check();
        save(output.resolve(picture.folder()), key, result);
      }
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      requireRoom(e);
      return failed(picture, key, e);
    }
    return new Done(row(picture, result), result);
  }

  private void save(Path folder, JsonElement key, AttentionResult result) {
    result.run().add(FinishedPictures.KEY, key);
    result.write(folder, files);
    FailedResult.remove(folder);
  }

  /** Where nothing can be written any more, it was not the picture's fault. */
  private void requireRoom(Throwable cause) {
    if (output != null
        && cause instanceof InputException
        && cause.getCause() instanceof IOException) {
      ResultFiles.requireRoom(output);
    }
  }

  private BatchRow row(BatchPicture picture, AttentionResult result) {
    return BatchRow.done(
            picture.frame(),
            picture.name(),
            output == null ? "" : picture.folder(),
            result.maps().size(),
            result.answer(),
            FinishedPictures.note(result.run()))
        .carrying(picture.carried());
  }

  private Done hopeless(BatchPicture picture) {
    new FailedResult(key(picture), HOPELESS, true).write(output.resolve(picture.folder()));
    return failed(picture, HOPELESS);
  }

  private Done failed(BatchPicture picture, JsonElement key, Throwable cause) {
    String sentence = PictureFailure.sentence(cause);
    if (output != null && !key.isJsonNull()) {
      new FailedResult(key, sentence, false).write(output.resolve(picture.folder()));
    }
    return failed(picture, sentence);
  }

  private static Done failed(BatchPicture picture, String sentence) {
    BatchRow row = BatchRow.failed(picture.frame(), picture.name(), sentence);
    return new Done(row.carrying(picture.carried()), null);
  }
}

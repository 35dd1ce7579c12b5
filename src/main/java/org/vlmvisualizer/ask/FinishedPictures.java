package org.vlmvisualizer.ask;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.output.AnswerRois;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.BatchList;
import org.vlmvisualizer.output.BatchRow;
import org.vlmvisualizer.output.FailedResult;
import org.vlmvisualizer.output.ResultPacks;
import org.vlmvisualizer.output.SavedFiles;

/**
 * What the folders of results of many pictures say: each has a whole result with its run.json, or
 * failed.json, or neither. A result is told from that of another question, and of a picture that
 * has changed since, by the key that either file has.
 */
public final class FinishedPictures {
  /** Name of the key in run.json and failed.json. */
  static final String KEY = "batch";

  /** Name in run.json of what is to be known of the picture. */
  static final String NOTE = "picture_note";

  private static final String PICTURE = "picture";

  private FinishedPictures() {}

  /**
   * The list of pictures in a folder of results.
   *
   * @throws InputException if it has none
   */
  static BatchList list(Path output) {
    return BatchList.read(output)
        .orElseThrow(
            () ->
                new InputException(
                    "Expected a folder that shards were written to, with %s in it, found none in %s."
                        .formatted(BatchList.FILE, output)));
  }

  /**
   * Rows for the tables over all pictures, in the order of their list.
   *
   * @param output folder of all results
   */
  static List<BatchRow> rows(Path output, BatchList list) {
    List<BatchRow> rows = new ArrayList<>();
    try (ResultPacks results = ResultPacks.in(output)) {
      for (BatchList.Entry picture : list.pictures()) {
        rows.add(row(output, results, rows.size() + 1, picture, list.question()));
      }
    }
    list.skipped().forEach(name -> rows.add(BatchRow.skipped(name)));
    return rows;
  }

  private static BatchRow row(
      Path output, ResultPacks results, int frame, BatchList.Entry picture, JsonObject question) {
    JsonObject asked = asked(question, picture.question());
    Predicate<JsonElement> same = key -> isAbout(key, asked);
    // A failure beside an answer is newer: the picture changed.
    return failed(output, frame, picture, same, false)
        .or(() -> done(results, frame, picture, same, SavedFiles.TABLE))
        .orElseGet(() -> BatchRow.pending(frame, picture.name()).carrying(picture.carried()));
  }

  /** Whether a key is that of a question about any picture. */
  private static boolean isAbout(JsonElement key, JsonObject question) {
    if (!key.isJsonObject()) {
      return false;
    }
    JsonObject asked = key.getAsJsonObject().deepCopy();
    asked.remove(PICTURE);
    return asked.equals(question);
  }

  /**
   * The question that a picture is asked.
   *
   * @param question that of the run
   * @param own the picture's, or empty
   */
  static JsonObject asked(JsonObject question, String own) {
    if (own.isEmpty()) {
      return question;
    }
    JsonObject asked = question.deepCopy();
    asked.addProperty("question", own);
    return asked;
  }

  /** The key of a question about a picture. */
  static JsonObject key(JsonObject question, JsonObject picture) {
    JsonObject key = question.deepCopy();
    key.add(PICTURE, picture);
    return key;
  }

  /**
   * The row of a picture that has a whole result with the right key.
   *
   * @param files that are wanted of it
   */
  static Optional<BatchRow> done(
      ResultPacks results,
      int frame,
      BatchList.Entry picture,
      Predicate<JsonElement> isSame,
      SavedFiles files) {
    return results
        .run(picture.folder())
        .filter(run -> run.has(KEY) && isSame.test(run.get(KEY)) && files.areIn(run))
        .map(run -> done(frame, picture, run));
  }

  private static BatchRow done(int frame, BatchList.Entry picture, JsonObject run) {
    return BatchRow.done(
            frame,
            picture.name(),
            picture.folder(),
            run.getAsJsonArray("tokens").size(),
            run.get("answer").getAsString(),
            note(run))
        .carrying(picture.carried());
  }

  /** What is known of the picture, why it has no answer, and which of its boxes are no ROIs. */
  static String note(JsonObject run) {
    return Stream.of(NOTE, AttentionResult.ANSWER_LEFT_OUT, AnswerRois.LEFT_OUT)
        .filter(run::has)
        .map(why -> run.get(why).getAsString())
        .collect(Collectors.joining("; "));
  }

  /**
   * The row of a picture that failed under the right key.
   *
   * @param hopeless those alone that are not worth another try
   */
  static Optional<BatchRow> failed(
      Path output,
      int frame,
      BatchList.Entry picture,
      Predicate<JsonElement> isSame,
      boolean hopeless) {
    return FailedResult.read(output.resolve(picture.folder()))
        .filter(failed -> isSame.test(failed.key()) && (failed.hopeless() || !hopeless))
        .map(
            failed ->
                BatchRow.failed(frame, picture.name(), failed.error()).carrying(picture.carried()));
  }
}

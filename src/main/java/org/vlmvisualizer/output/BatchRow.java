package org.vlmvisualizer.output;

import java.util.List;
import java.util.Locale;

/**
 * What came of one picture of many.
 *
 * @param frame number of the picture, from 1; 0 for a file that is none
 * @param picture its name
 * @param status what came of it
 * @param folder name of the folder with its results, empty where there are none
 * @param tokens length of the answer, thoughts included
 * @param answer running text, without thoughts
 * @param note what else is to be known, or empty
 * @param error one sentence, or empty
 * @param carried what it brings into the tables, behind our columns
 */
public record BatchRow(
    int frame,
    String picture,
    Status status,
    String folder,
    int tokens,
    String answer,
    String note,
    String error,
    List<String> carried) {

  /** What came of a picture. */
  public enum Status {
    /** It has an answer. */
    DONE,
    /** It has none; the error says why. */
    FAILED,
    /** It was not asked about: the run was cancelled before. */
    PENDING,
    /** A file that is not expected to be a picture. */
    SKIPPED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static final List<String> COLUMNS =
      List.of("frame", "picture", "status", "folder", "tokens", "answer", "note", "error");

  /** A picture with its answer. */
  public static BatchRow done(
      int frame, String picture, String folder, int tokens, String answer, String note) {
    return new BatchRow(frame, picture, Status.DONE, folder, tokens, answer, note, "", List.of());
  }

  /** A picture without. */
  public static BatchRow failed(int frame, String picture, String error) {
    return new BatchRow(frame, picture, Status.FAILED, "", 0, "", "", error, List.of());
  }

  /** A picture whose turn did not come. */
  public static BatchRow pending(int frame, String picture) {
    return new BatchRow(frame, picture, Status.PENDING, "", 0, "", "", "", List.of());
  }

  /** A file that is no picture. */
  public static BatchRow skipped(String file) {
    return new BatchRow(0, file, Status.SKIPPED, "", 0, "", "", "", List.of());
  }

  /** The same with what its picture brings. */
  public BatchRow carrying(List<String> cells) {
    return new BatchRow(frame, picture, status, folder, tokens, answer, note, error, cells);
  }

  /** One line: the picture, and its answer or its error. */
  public String text() {
    return TokenText.visible(picture)
        + ": "
        + TokenText.visible(status == Status.DONE ? answer.strip() : error);
  }

  List<Object> values() {
    return List.of(frame, picture, status.toString(), folder, tokens, answer, note, error);
  }
}

package org.vlmvisualizer.output;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Keep;
import org.vlmvisualizer.core.MatrixChoice;
import org.vlmvisualizer.core.Words;

/** Which files of a result are written, where there are many; each more than the one before. */
public enum SavedFiles {
  /** What tables over all pictures are made from: tokens.csv, words.csv and run.json. */
  TABLE,
  /** The maps, too, a pixel per patch: patches.tif, and one of each view. */
  MAPS,
  /** Everything. */
  ALL;

  /**
   * Reads the word of dialogs, macros and the command line.
   *
   * @param keep what is kept of layers and heads
   * @throws InputException if it is none of these, or there would be no file for what is kept
   */
  public static SavedFiles of(Words words, Keep keep) {
    SavedFiles files = words.choice("files", values());
    if (files != ALL && keep != Keep.NOTHING) {
      throw new InputException(
          "Expected files=all with keep=%s, found files=%s; nothing would be left of what is kept."
              .formatted(Words.word(keep), Words.word(files)));
    }
    return files;
  }

  /**
   * Whether a result has these files.
   *
   * @param run what its run.json says
   */
  public boolean areIn(JsonObject run) {
    JsonPrimitive last = new JsonPrimitive(this == ALL ? ResultFiles.PICTURE : ResultFiles.PATCHES);
    return this == TABLE || run.getAsJsonArray("files").contains(last);
  }

  /** Whether a question's matrix is to be made: it is in a file of its own. */
  public MatrixChoice matrix() {
    return this == ALL ? MatrixChoice.SHORT : MatrixChoice.NEVER;
  }

  boolean haveMaps() {
    return this != TABLE;
  }
}

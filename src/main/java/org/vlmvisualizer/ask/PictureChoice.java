package org.vlmvisualizer.ask;

import ij.gui.Roi;
import org.vlmvisualizer.core.Words;
import org.vlmvisualizer.picture.PlaneChoice;

/**
 * Which of many pictures are asked about.
 *
 * @param subfolders whether those in the folders of a folder are, too
 * @param planes which of a file's own
 * @param region the part of each, or null for all of it
 */
public record PictureChoice(boolean subfolders, PlaneChoice planes, Roi region) {
  /** The pictures of the folder itself, each file the first of its planes. */
  public static PictureChoice plain(Roi region) {
    return new PictureChoice(false, PlaneChoice.FIRST, region);
  }

  /**
   * Reads {@code subfolders} and {@code planes}.
   *
   * @throws org.vlmvisualizer.core.InputException if a word is not one of those expected
   */
  public static PictureChoice of(Words words, Roi region) {
    return new PictureChoice(
        words.isSecond("subfolders", "false", "true"),
        words.choice("planes", PlaneChoice.values()),
        region);
  }

  /** The option that is not as it is by default; empty if none is. */
  public String unusual() {
    if (subfolders) {
      return "subfolders";
    }
    return planes == PlaneChoice.FIRST ? "" : "planes";
  }
}

package org.vlmvisualizer.output;

import ij.ImagePlus;
import ij.measure.ResultsTable;
import java.nio.file.Path;
import java.util.List;

/** What is shown and saved of one answer, be it about one picture or about several. */
public interface Answer {
  /** As it is about each picture, in order. */
  List<AttentionResult> results();

  /** About the first picture, with the whole-sequence matrix. */
  default AttentionResult first() {
    return results().get(0);
  }

  /**
   * Slices are tokens, frames are pictures.
   *
   * @throws org.vlmvisualizer.core.InputException if they do not fit into memory
   */
  default ImagePlus heatmaps() {
    return heatmaps(null);
  }

  /**
   * The same, with the planes that are there already.
   *
   * @param shown heatmaps of fewer tokens of the same answer; null for none
   * @throws org.vlmvisualizer.core.InputException if the others do not fit into memory
   */
  ImagePlus heatmaps(ImagePlus shown);

  /** A row per token, of each picture. */
  ResultsTable resultsTable();

  /** A row per word, of each picture. */
  ResultsTable wordsTable();

  /**
   * Writes everything into a folder.
   *
   * @param heatmaps what {@link #heatmaps()} gave
   * @return the files
   * @throws org.vlmvisualizer.core.InputException if the folder cannot be written
   */
  List<Path> write(Path folder, ImagePlus heatmaps);
}

package org.vlmvisualizer.output;

import ij.ImagePlus;
import ij.measure.ResultsTable;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vlmvisualizer.core.AtomicFile;

/**
 * One answer to one question about several pictures: a hyperstack and a table of all, and the
 * files.
 *
 * @param pictures in the order of the prompt, at least one
 * @param source what is common to all pictures
 * @param time whether they are time points, so that the frame interval is kept
 */
public record CommonAnswer(List<Part> pictures, SourceFrame source, boolean time)
    implements Answer {
  /** Name in run.json of the list of pictures; only such an answer has it. */
  public static final String PICTURES = "pictures";

  /**
   * The answer as it is about one of the pictures.
   *
   * @param name what people call the picture
   * @param folder name of the folder for its results
   * @param position slice or time point in its image, from 1; 0 of an image by itself
   */
  public record Part(String name, String folder, int position, AttentionResult result) {}

  @Override
  public List<AttentionResult> results() {
    return pictures.stream().map(Part::result).toList();
  }

  /** A token's maps sum to 1 over all pictures. */
  @Override
  public ImagePlus heatmaps(ImagePlus shown) {
    return series().heatmaps(shown);
  }

  /** As {@link AttentionSeries#table}. */
  public DataTable table() {
    return series().table();
  }

  @Override
  public ResultsTable resultsTable() {
    return table().toResultsTable();
  }

  @Override
  public ResultsTable wordsTable() {
    return series().wordsTable();
  }

  private AttentionSeries series() {
    AttentionSeries series = new AttentionSeries(source, time, pictures.size());
    pictures.forEach(part -> series.add(part.name, part.position, part.result));
    return series;
  }

  /**
   * Writes a folder of results per picture, without the matrix, and then heatmaps.tif, tokens.csv,
   * words.csv and attention-matrix.tif of all.
   *
   * @param heatmaps what {@link #heatmaps()} gave
   * @return the files of all, without those of each picture
   * @throws org.vlmvisualizer.core.InputException if they cannot be written
   */
  @Override
  public List<Path> write(Path folder, ImagePlus heatmaps) {
    for (Part part : pictures) {
      AttentionResult result = part.result.withoutMatrix();
      result.write(folder.resolve(part.folder), result.heatmaps());
    }
    Map<String, AtomicFile.Writer> writers = new LinkedHashMap<>();
    writers.put(ResultFiles.HEATMAPS, file -> TiffFile.write(heatmaps, file));
    writers.put(ResultFiles.TOKENS, file -> WholeFile.text(file, table().toCsv()));
    writers.put(ResultFiles.WORDS, file -> WholeFile.text(file, series().words().toCsv()));
    if (first().matrix() != null) {
      writers.put(ResultFiles.MATRIX, file -> TiffFile.write(first().matrixImage(), file));
    }
    List<Path> files = ResultFiles.write(folder, writers);
    if (first().matrix() == null) {
      ResultFiles.removeEarlier(folder, ResultFiles.MATRIX);
    }
    return files;
  }
}

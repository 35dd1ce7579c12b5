package org.vlmvisualizer.cli;

import org.vlmvisualizer.analysis.AnalysisRequest;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Words;
import org.vlmvisualizer.output.SavedFiles;
import picocli.CommandLine.Option;

/** What is written of the results of many pictures. */
public final class FileOptions {
  private static final String FILES = "files";
  private static final String ALL = Words.word(SavedFiles.ALL);

  @Option(
      names = "--files",
      description =
          "of a folder, the files of each picture: table (what the tables are made from), maps (patches.tif, too), all")
  private String files = ALL;

  /**
   * @param what is not asked about with these options
   * @throws InputException if one of them is given all the same
   */
  static void refuse(Words words, String what) {
    if (!words.of(FILES).equals(ALL)) {
      throw new InputException(
          "Expected a folder of pictures with --files %s, found %s; give one folder as --image."
              .formatted(words.of(FILES), what));
    }
  }

  /**
   * The files of each picture.
   *
   * @param words of the options of a command that has these
   * @throws InputException as {@link SavedFiles#of}
   */
  public static SavedFiles saved(Words words, AnalysisRequest question) {
    return SavedFiles.of(words, question.keep());
  }
}

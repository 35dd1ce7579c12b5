package org.vlmvisualizer.cli;

import java.util.List;
import org.vlmvisualizer.core.Words;
import org.vlmvisualizer.output.SavedFiles;
import picocli.CommandLine.Option;

/** What is written of the results of many pictures. */
public final class FileOptions {
  private static final String FILES = "files";
  private static final String PACK = "pack";
  private static final String NONE = "none";

  /** Names of these options. */
  public static final List<String> NAMES = List.of(FILES, PACK);

  private static final String ALL = Words.word(SavedFiles.ALL);

  @Option(
      names = "--files",
      description =
          "of a folder, the files of each picture: table (what the tables are made from), maps (patches.tif, too), all")
  private String files = ALL;

  @Option(
      names = "--pack",
      description =
          "of a folder, one file for the results of up to 1,000 pictures, part-0001.zip and so on, or a folder for each: none, zip")
  private String pack = NONE;

  /**
   * @param what is not asked about with these options
   * @throws org.vlmvisualizer.core.InputException if one of them is given all the same
   */
  static void refuse(Words words, String what) {
    refuse(words, FILES, ALL, what);
    refuse(words, PACK, NONE, what);
  }

  private static void refuse(Words words, String option, String usual, String what) {
    if (!words.of(option).equals(usual)) {
      throw FolderOptions.refusal(option + " " + words.of(option), what);
    }
  }
}

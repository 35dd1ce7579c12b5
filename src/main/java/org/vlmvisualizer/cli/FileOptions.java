package org.vlmvisualizer.cli;

import java.util.List;
import java.util.Map;
import org.vlmvisualizer.analysis.AnalysisRequest;
import org.vlmvisualizer.core.InputException;
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
   * @throws InputException if one of them is given all the same
   */
  static void refuse(Words words, String what) {
    for (Map.Entry<String, String> usual : Map.of(FILES, ALL, PACK, NONE).entrySet()) {
      String option = usual.getKey();
      if (!words.of(option).equals(usual.getValue())) {
        throw new InputException(
            "Expected a folder of pictures with --%s %s, found %s; give one folder as --image."
                .formatted(option, words.of(option), what));
      }
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

  /**
   * Whether results are moved into packs.
   *
   * @throws InputException if that is asked for by another word than those expected
   */
  public static boolean packing(Words words) {
    return words.isSecond(PACK, NONE, "zip");
  }
}

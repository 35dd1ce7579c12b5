package org.vlmvisualizer.cli;

import ij.gui.Roi;
import java.nio.file.Path;
import org.vlmvisualizer.ask.PictureChoice;
import org.vlmvisualizer.ask.PictureFolder;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.Words;
import picocli.CommandLine.Option;

/** Which pictures of a folder, or of a list, are asked about. PictureChoice reads them by name. */
public final class FolderOptions {
  @Option(names = "--subfolders", description = "of a folder, look into the folders in it, too")
  private boolean subfolders;

  @Option(
      names = "--planes",
      description =
          "of files with several images or planes, in a folder or a list: the first plane, the first of each image (series), or all: first, series, all")
  private String planes = "first";

  /**
   * @param what is not asked about with these options
   * @throws InputException if one of them is given all the same
   */
  static void refuse(Words words, String what) {
    String given = PictureChoice.of(words, null).unusual();
    if (!given.isEmpty()) {
      throw refusal(given, what);
    }
  }

  /**
   * @param given an option and its value
   * @param what is not asked about with it
   */
  static InputException refusal(String given, String what) {
    return new InputException(
        "Expected a folder of pictures with --%s, found %s; give one folder as --image."
            .formatted(given, what));
  }

  /**
   * The pictures of a folder or a list.
   *
   * @param words of the options of a command that has these
   * @param questions that are asked about each
   * @throws InputException as {@link PictureFolder#of}, or if pictures of a list have questions of
   *     their own and there are several for all
   */
  public static PictureFolder pictures(
      Path source, Words words, Roi region, Path output, int questions, Progress progress) {
    PictureFolder pictures =
        PictureFolder.of(source, PictureChoice.of(words, region), output, progress);
    if (pictures.hasQuestions() && questions > 1) {
      throw new InputException(
          "Expected one --prompt with a list that has questions of its own, found %d; it is asked where the list has none."
              .formatted(questions));
    }
    return pictures;
  }
}

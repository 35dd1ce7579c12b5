package org.vlmvisualizer.ask;

import ij.gui.Roi;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.picture.FileKinds;

/**
 * The pictures of a folder, in the order of its {@link FolderFiles}, or of a list ({@link
 * PictureList}). A file with several planes is one picture or several, by the {@link
 * PictureChoice}.
 *
 * @param pictures files that by their names are pictures, or planes of them
 * @param skipped the other files, those that belong to a picture, and folders that are passed over
 * @param columns names of what the pictures carry into the tables; none of a folder
 * @param listed the pictures as words, in the same order; none of pictures that are no files
 */
public record PictureFolder(
    List<BatchPicture> pictures,
    List<String> skipped,
    List<String> columns,
    List<ListedPicture> listed) {

  /** Pictures that are no files. */
  PictureFolder(List<BatchPicture> pictures, List<String> skipped) {
    this(pictures, skipped, List.of(), List.of());
  }

  private static PictureFolder of(
      List<ListedPicture> listed, List<String> skipped, List<String> columns, Roi region) {
    List<BatchPicture> pictures = listed.stream().map(picture -> picture.picture(region)).toList();
    return new PictureFolder(pictures, skipped, columns, listed);
  }

  /**
   * Lists a folder's own pictures, each file as its first plane.
   *
   * @param region the part of each picture to ask about, or null for all of it
   * @throws InputException if it is no folder, cannot be read or has no pictures
   */
  public static PictureFolder of(Path folder, Roi region) {
    return of(folder, PictureChoice.plain(region), null, Progress.NONE);
  }

  /**
   * Lists a folder or reads a list. Where more than the first planes are wanted, files that may
   * have some are opened.
   *
   * @param output folder for results, which is passed over; or null
   * @param progress may cancel
   * @throws InputException if it is neither, cannot be read or has no pictures
   */
  public static PictureFolder of(
      Path source, PictureChoice choice, Path output, Progress progress) {
    PictureFiles pictures = new PictureFiles(choice, progress);
    if (PictureList.isList(source)) {
      if (choice.subfolders()) {
        throw new InputException(
            "Expected a folder of pictures with subfolders, found the list %s; leave subfolders out."
                .formatted(source));
      }
      PictureList list = PictureList.read(source);
      list.addTo(pictures);
      return of(pictures.pictures(), List.of(), list.columns(), choice.region());
    }
    return inFolder(source, choice, output, pictures);
  }

  private static PictureFolder inFolder(
      Path folder, PictureChoice choice, Path output, PictureFiles pictures) {
    requireNoZarr(folder);
    FolderFiles found = FolderFiles.of(folder, choice.subfolders(), output);
    List<String> names = new ArrayList<>(found.files());
    names.removeIf(name -> !FileKinds.isPicture(last(name)));
    Set<String> parts = pictures.partsOfOthers(folder, names);
    names.removeAll(parts);
    for (String name : names) {
      pictures.add(folder, name, ResultFolders.plain(name), "", List.of());
    }
    if (names.isEmpty()) {
      throw new InputException(
          "Expected a folder with pictures (such as TIFF, PNG, JPEG), found none in %s."
              .formatted(folder));
    }
    Set<String> asked = new HashSet<>(names);
    List<String> skipped = new ArrayList<>(found.files());
    skipped.removeIf(asked::contains);
    skipped.addAll(found.passedOver());
    return of(pictures.pictures(), List.copyOf(skipped), List.of(), choice.region());
  }

  private static void requireNoZarr(Path folder) {
    Path name = folder.getFileName();
    if (name != null && FileKinds.isZarr(name.toString())) {
      throw FileKinds.zarrRefusal(folder.toString());
    }
  }

  private static String last(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  /** Whether a text names a folder or a list that is there. */
  public static boolean isMany(String text) {
    try {
      return FileTrouble.isFolder(text) || PictureList.isList(Path.of(text));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /** Whether some pictures are asked a question of their own. */
  public boolean hasQuestions() {
    return pictures.stream().anyMatch(picture -> !picture.question().isEmpty());
  }

  /** The plain name of the folder for a picture's results. */
  public static String folderName(String name) {
    return ResultFolders.plain(name);
  }
}

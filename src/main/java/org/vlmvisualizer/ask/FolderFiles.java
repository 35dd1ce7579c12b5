package org.vlmvisualizer.ask;

import ij.util.StringSorter;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.output.BatchTables;
import org.vlmvisualizer.output.ResultFiles;
import org.vlmvisualizer.picture.FileKinds;

/**
 * The files of a folder, by their paths relative to it with / between, in the order that people
 * count in: 2.png before 10.png, a folder's own files before those of its folders. Hidden ones are
 * passed over. A folder that is an image in Zarr or N5 is a file here.
 *
 * <p>Of the folders in it, those are not looked into that hold results, and links: they may lead
 * out or in circles.
 */
final class FolderFiles {
  private final Path output;
  private final boolean subfolders;
  private final List<String> files = new ArrayList<>();
  private final List<String> passedOver = new ArrayList<>();

  private FolderFiles(boolean subfolders, Path output) {
    this.subfolders = subfolders;
    this.output = output;
  }

  /**
   * @param subfolders whether folders in it are looked into
   * @param output folder for results, which is passed over; or null
   * @throws InputException if it is no folder, or one of them cannot be read
   */
  static FolderFiles of(Path folder, boolean subfolders, Path output) {
    if (!Files.isDirectory(folder)) {
      throw new InputException("Expected a folder with pictures, found none: " + folder + ".");
    }
    FolderFiles found = new FolderFiles(subfolders, output);
    found.look(folder, "");
    return found;
  }

  List<String> files() {
    return files;
  }

  /** Folders that were not looked into, beside the output folder and hidden ones. */
  List<String> passedOver() {
    return passedOver;
  }

  /**
   * @param place of the folder relative to the outer one: empty, or with / behind
   */
  private void look(Path inside, String place) {
    Map<String, Path> folders = new HashMap<>();
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(inside)) {
      for (Path path : all) {
        String name = path.getFileName().toString();
        if (name.startsWith(".")) {
          continue;
        }
        if (!Files.isDirectory(path) || FileKinds.isZarr(name)) {
          names.add(name);
        } else if (subfolders && isToLookInto(inside, path, place + name + "/")) {
          folders.put(name, path);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new InputException(
          "The folder %s cannot be read (%s). Check its permissions."
              .formatted(inside, FileTrouble.reason(e)),
          e);
    }
    for (String name : sorted(names)) {
      files.add(place + name);
    }
    for (String name : sorted(folders.keySet())) {
      look(folders.get(name), place + name + "/");
    }
  }

  private static String[] sorted(Collection<String> names) {
    return StringSorter.sortNumerically(names.stream().sorted().toArray(String[]::new));
  }

  private boolean isToLookInto(Path outer, Path inner, String place) throws IOException {
    if (output != null && Files.exists(output) && Files.isSameFile(inner, output)) {
      return false;
    }
    if (isLink(outer, inner) || ResultFiles.areIn(inner) || BatchTables.areIn(inner)) {
      passedOver.add(place);
      return false;
    }
    return true;
  }

  /** Junctions of Windows are no symbolic links to Java, but lead elsewhere as well. */
  private static boolean isLink(Path outer, Path inner) throws IOException {
    return Files.isSymbolicLink(inner)
        || !outer.toRealPath().equals(inner.toRealPath().getParent());
  }
}

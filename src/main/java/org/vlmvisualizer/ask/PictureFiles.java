package org.vlmvisualizer.ask;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.LocaleText;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.picture.FileKinds;
import org.vlmvisualizer.picture.FilePlane;
import org.vlmvisualizer.picture.FilePlanes;
import org.vlmvisualizer.picture.PlaneChoice;

/** Makes pictures of files, one of each or one of each plane, and gives each its folder. */
final class PictureFiles {
  private final PictureChoice choice;
  private final Progress progress;
  private final ResultFolders folders = new ResultFolders();
  private final List<ListedPicture> pictures = new ArrayList<>();
  private final Map<Path, Looked> looked = new HashMap<>();

  /**
   * What is known of a file.
   *
   * @param planes its first if they cannot be known
   * @param files that it is read from beside itself
   * @param refusal why its planes cannot be known, or empty
   */
  private record Looked(List<FilePlane> planes, Set<Path> files, String refusal) {
    private static final Looked UNKNOWN = refused("");

    private static Looked refused(String why) {
      return new Looked(List.of(FilePlane.FIRST), Set.of(), why);
    }
  }

  PictureFiles(PictureChoice choice, Progress progress) {
    this.choice = choice;
    this.progress = progress;
  }

  List<ListedPicture> pictures() {
    return List.copyOf(pictures);
  }

  /**
   * Adds a file.
   *
   * @param name of the picture: its path relative to the folder, with / between
   * @param result folder for its results, if it has one plane and no other picture has that folder
   * @param question of its own, or empty
   * @param carried what it brings into the tables
   */
  void add(Path folder, String name, String result, String question, List<String> carried) {
    Looked found = look(folder, name);
    String parts = parts(found.files);
    for (FilePlane plane : found.planes) {
      String called = (name + " " + plane.text()).strip();
      String place = plane.folder().isEmpty() ? result : result + "/" + plane.folder();
      String own = question.isEmpty() ? called : called + "\n" + question;
      pictures.add(
          new ListedPicture(
              pictures.size() + 1,
              called,
              folders.of(place, own),
              folder.toString(),
              name,
              plane,
              parts,
              found.refusal,
              question,
              carried));
    }
  }

  /**
   * Of some files, those that are no pictures of their own, since they belong to another of them: a
   * plate's, or an image's that is kept in several. Known where files are opened for their planes.
   *
   * @param names relative to the folder, with / between
   */
  Set<String> partsOfOthers(Path folder, List<String> names) {
    Set<String> parts = new HashSet<>();
    if (choice.planes() == PlaneChoice.FIRST) {
      return parts;
    }
    Map<Path, String> byPath = new HashMap<>();
    for (String name : names) {
      if (isReadable(name)) {
        byPath.put(folder.resolve(name).toAbsolutePath().normalize(), name);
      }
    }
    for (String name : names) {
      if (FileKinds.mayHaveParts(name) && !parts.contains(name)) {
        look(folder, name).files.stream()
            .map(byPath::get)
            .filter(part -> part != null && !part.equals(name))
            .forEach(parts::add);
      }
    }
    return parts;
  }

  private static boolean isReadable(String name) {
    return name.indexOf(LocaleText.UNREADABLE) < 0;
  }

  private Looked look(Path folder, String name) {
    if (!isReadable(name)) {
      // Said when its turn comes; Java cannot even make a path of the name.
      return Looked.UNKNOWN;
    }
    return looked.computeIfAbsent(folder.resolve(name), file -> open(file, name));
  }

  private Looked open(Path file, String name) {
    if (choice.planes() != PlaneChoice.FIRST) {
      progress.update("looking into " + name, looked.size(), looked.size() + 1);
    }
    try {
      FilePlanes planes = FilePlanes.of(file, choice.planes(), progress);
      return new Looked(planes.planes(), planes.files(), "");
    } catch (InputException e) {
      return Looked.refused(e.getMessage());
    }
  }

  /** How many files, of how many bytes in all, and how new the newest is. */
  private static String parts(Set<Path> files) {
    if (files.isEmpty()) {
      return "";
    }
    long bytes = 0;
    long newest = 0;
    for (Path file : files) {
      bytes += file.toFile().length(); // 0 of one that is missing, as some plates' are
      newest = Math.max(newest, file.toFile().lastModified());
    }
    return "%d files, %d bytes, %s".formatted(files.size(), bytes, Instant.ofEpochMilli(newest));
  }
}

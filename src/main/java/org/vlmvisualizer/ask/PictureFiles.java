package org.vlmvisualizer.ask;

import com.google.gson.JsonObject;
import ij.gui.Roi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.LocaleText;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.picture.FileKinds;
import org.vlmvisualizer.picture.FilePlane;
import org.vlmvisualizer.picture.FilePlanes;
import org.vlmvisualizer.picture.PlaneChoice;
import org.vlmvisualizer.picture.PlaneReader;

/** Makes pictures of files, one of each or one of each plane, and gives each its folder. */
final class PictureFiles {
  private final PictureChoice choice;
  private final Progress progress;
  private final ResultFolders folders = new ResultFolders();
  private final List<BatchPicture> pictures = new ArrayList<>();
  private final Map<Path, Looked> looked = new HashMap<>();

  /**
   * A file's planes, or why they cannot be known.
   *
   * @param parts tells the files that it is read from beside itself from what they were
   */
  private record Looked(FilePlanes planes, String parts, InputException refusal) {}

  PictureFiles(PictureChoice choice, Progress progress) {
    this.choice = choice;
    this.progress = progress;
  }

  List<BatchPicture> pictures() {
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
    if (found.refusal != null) {
      Source source = new Source(folder, name, FilePlane.FIRST, "");
      add(
          name,
          source,
          result,
          question,
          carried,
          progress -> {
            throw found.refusal;
          });
      return;
    }
    for (FilePlane plane : found.planes.planes()) {
      Source source = new Source(folder, name, plane, found.parts);
      add(
          (name + " " + plane.text()).strip(),
          source,
          plane.folder().isEmpty() ? result : result + "/" + plane.folder(),
          question,
          carried,
          progress -> read(source, choice.region(), progress));
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
        Looked found = look(folder, name);
        if (found.refusal == null) {
          found.planes.files().stream()
              .map(byPath::get)
              .filter(part -> part != null && !part.equals(name))
              .forEach(parts::add);
        }
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
      return new Looked(new FilePlanes(List.of(FilePlane.FIRST), Set.of()), "", null);
    }
    return looked.computeIfAbsent(folder.resolve(name), file -> open(file, name));
  }

  private Looked open(Path file, String name) {
    if (choice.planes() != PlaneChoice.FIRST) {
      progress.update("looking into " + name, looked.size(), looked.size() + 1);
    }
    try {
      FilePlanes planes = FilePlanes.of(file, choice.planes(), progress);
      return new Looked(planes, parts(planes.files()), null);
    } catch (InputException e) {
      return new Looked(null, "", e);
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

  /** What a picture is read from. */
  private record Source(Path folder, String name, FilePlane plane, String parts) {
    /**
     * @throws InputException if Java cannot name it
     */
    Path file() {
      LocaleText.require(name);
      return folder.resolve(name);
    }
  }

  private void add(
      String name,
      Source source,
      String result,
      String question,
      List<String> carried,
      Function<Progress, BatchPicture.Content> content) {
    String own = question.isEmpty() ? name : name + "\n" + question;
    pictures.add(
        new BatchPicture(
            pictures.size() + 1,
            name,
            folders.of(result, own),
            0,
            () -> identity(name, source, choice.region()),
            content,
            question,
            carried));
  }

  private static BatchPicture.Content read(Source source, Roi region, Progress progress) {
    PlaneReader.Read read =
        PlaneReader.read(source.file().toAbsolutePath(), source.plane, region, progress);
    return new BatchPicture.Content(read.input(), read.leftOut());
  }

  /** Reading all of a file to know whether it changed would take as long as opening it. */
  private static JsonObject identity(String name, Source source, Roi region) {
    Path file = source.file();
    try {
      JsonObject identity = new JsonObject();
      identity.addProperty("file", name);
      identity.addProperty("size", Files.size(file));
      identity.addProperty("modified", Files.getLastModifiedTime(file).toString());
      identity.addProperty("region", region == null ? "all" : region.getBounds().toString());
      if (source.plane.bioFormats()) {
        identity.addProperty("reader", "Bio-Formats");
        identity.addProperty("parts", source.parts);
      }
      return identity;
    } catch (IOException e) {
      throw new InputException(
          "The file %s cannot be read (%s). Was it moved or deleted?"
              .formatted(file, FileTrouble.reason(e)),
          e);
    }
  }
}

package org.vlmvisualizer.output;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import ij.ImagePlus;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.vlmvisualizer.core.AtomicFile;
import org.vlmvisualizer.core.FileTree;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.View;

/**
 * The results of one run as files in a folder, all of them or none: they are written into a hidden
 * folder inside it and moved to their places when all are complete. Files of an earlier run with
 * the same names are replaced; other files are not touched.
 */
public final class ResultFiles {
  static final String HEATMAPS = "heatmaps.tif";
  static final String RUN = "run.json";
  static final String PICTURE = "picture.png";
  static final String PATCHES = "patches.tif";
  static final String TOKENS = "tokens.csv";
  static final String WORDS = "words.csv";
  static final String METHODS = "methods.txt";
  static final String RATIO = "attention-ratio.png";
  static final String MONTAGE = "montage.png";
  static final String MATRIX = "attention-matrix.tif";
  static final String ROIS = "answer-rois.zip";
  private static final List<String> OPTIONAL =
      List.of(
          HEATMAPS,
          METHODS,
          RATIO,
          MONTAGE,
          MATRIX,
          PICTURE,
          PATCHES,
          patches(View.OVERVIEW),
          patches(View.TILES),
          KeptImages.HEADS,
          KeptImages.SHARES,
          KeptImages.VISION,
          ROIS);
  private static final String FRESH = "new";
  private static final String EARLIER = "earlier";
  private static final int TRIES = 5;
  private static final int LITTLE = 1 << 24; // more than most results
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().serializeNulls().create();

  private ResultFiles() {}

  /** Whether a folder has a result, or what is left of one. */
  public static boolean areIn(Path folder) {
    return Stream.of(RUN, TOKENS).allMatch(name -> Files.isRegularFile(folder.resolve(name)));
  }

  /** The maps of one view, a pixel per cell. */
  static String patches(View view) {
    return patches(view.name());
  }

  private static String patches(String view) {
    return "patches-" + view + ".tif";
  }

  /**
   * Makes sure, before any long work, that results can be written. Leaves nothing behind.
   *
   * @param folder made on trial if missing
   * @throws InputException if it is a file, cannot be made or cannot be written to
   */
  public static void prepare(Path folder) {
    Path existing = nearestExisting(folder);
    try {
      make(folder);
    } finally {
      removeEmpty(folder, existing);
    }
  }

  /** Makes the folder and writes to it on trial. */
  private static void make(Path folder) {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new InputException("Expected a folder for the results, found a file: " + folder + ".");
    }
    IOException cause = null;
    for (int i = 0; i < TRIES; i++) {
      try {
        Files.createDirectories(folder);
        // Trying is the only sure test: permission bits say little on Windows and network drives.
        Files.delete(Files.createFile(Scratch.in(folder)));
        return;
      } catch (NoSuchFileException e) {
        cause = e; // another run removed the folder that it had made on trial
      } catch (IOException e) {
        cause = e;
        break;
      }
    }
    throw new InputException(
        "The folder for the results cannot be %s: %s (%s). Choose another one."
            .formatted(
                Files.isDirectory(folder) ? "written to" : "made",
                folder,
                FileTrouble.reason(cause)),
        cause);
  }

  /**
   * Makes sure that results can still be written to a folder.
   *
   * @throws InputException if not even 16 MB can be, as where the disk is full
   */
  public static void requireRoom(Path folder) {
    Path trial = Scratch.in(folder);
    try {
      Files.write(trial, new byte[LITTLE]);
    } catch (IOException e) {
      throw new InputException(
          "Nothing can be written to %s any more (%s). Make room, and run it again: it goes on where it ended."
              .formatted(folder, FileTrouble.reason(e)),
          e);
    } finally {
      try {
        Files.deleteIfExists(trial);
      } catch (IOException e) {
        // Removed as a leftover later.
      }
    }
  }

  private static Path nearestExisting(Path folder) {
    Path path = folder.toAbsolutePath().normalize();
    while (path.getParent() != null && Files.notExists(path)) {
      path = path.getParent();
    }
    return path;
  }

  /** Removes the folder and those above it, up to one that was there before; none with content. */
  static void removeEmpty(Path folder, Path existing) {
    Path path = folder.toAbsolutePath().normalize();
    try {
      for (; !path.equals(existing) && path.startsWith(existing); path = path.getParent()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      // Someone else uses it by now.
    }
  }

  /**
   * Writes heatmaps.tif, tokens.csv, words.csv, methods.txt ({@link MethodsText}),
   * attention-ratio.png, montage.png, attention-matrix.tif where there is one, picture.png,
   * patches.tif (the maps, a pixel per patch), the files of {@link KeptImages} where layers or
   * heads were kept, answer-rois.zip where boxes or points were found, and run.json.
   *
   * @return the files, run.json last
   * @throws InputException if they cannot be written; then the folder is as it was before
   */
  static List<Path> write(Path folder, AttentionResult result, ImagePlus heatmaps) {
    Map<String, AtomicFile.Writer> writers = writers(result, heatmaps, SavedFiles.ALL);
    List<Path> files = write(folder, writers);
    removeEarlier(folder, writers.keySet());
    return files;
  }

  /**
   * Writes some of these files; what is left out is not made, either.
   *
   * @throws InputException if they cannot be written; then the folder is as it was before
   */
  static void write(Path folder, AttentionResult result, SavedFiles files) {
    ImagePlus heatmaps = files == SavedFiles.ALL ? result.heatmaps() : null;
    Map<String, AtomicFile.Writer> writers = writers(result, heatmaps, files);
    if (Files.exists(folder) || !writeNew(folder, writers)) {
      write(folder, writers);
      removeEarlier(folder, writers.keySet());
    }
  }

  /**
   * Writes a folder that is not there yet, at one stroke.
   *
   * @return whether that was possible; where it was not, nothing is written
   */
  private static boolean writeNew(Path folder, Map<String, AtomicFile.Writer> writers) {
    Path parent = folder.toAbsolutePath().getParent();
    Path existing = nearestExisting(parent);
    Path fresh = Scratch.in(parent);
    boolean moved = false;
    try {
      Files.createDirectories(fresh);
      writeAll(writers, fresh);
      moved = isMoved(fresh, folder);
      return moved;
    } catch (IOException e) {
      throw unwritten(folder, e);
    } finally {
      if (!moved) {
        remove(fresh);
        removeEmpty(parent, existing);
      }
    }
  }

  private static void remove(Path fresh) {
    try {
      FileTree.delete(fresh);
    } catch (IOException e) {
      // Left for the next run.
    }
  }

  /** Another run may have made the folder meanwhile; and on Windows, a virus scanner reads it. */
  private static boolean isMoved(Path fresh, Path folder) {
    try {
      Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** What this run leaves out: an earlier run's would be taken for this one's. */
  private static void removeEarlier(Path folder, Set<String> written) {
    removeEarlier(
        folder, OPTIONAL.stream().filter(name -> !written.contains(name)).toArray(String[]::new));
  }

  /** Removes files of an earlier run. */
  static void removeEarlier(Path folder, String... names) {
    try {
      for (String name : names) {
        Files.deleteIfExists(folder.resolve(name));
      }
    } catch (IOException e) {
      throw unwritten(folder, e);
    }
  }

  /**
   * Writes files, all or none.
   *
   * @param writers by the files' names
   * @throws InputException if they cannot be written; then the folder is as it was before
   */
  public static List<Path> write(Path folder, Map<String, AtomicFile.Writer> writers) {
    Path existing = nearestExisting(folder);
    boolean written = false;
    try {
      make(folder);
      List<Path> files = writeInto(folder, writers);
      written = true;
      return files;
    } catch (IOException e) {
      throw unwritten(folder, e);
    } finally {
      if (!written) {
        removeEmpty(folder, existing);
      }
    }
  }

  private static InputException unwritten(Path folder, IOException e) {
    return new InputException(
        "The results could not be written to %s (%s). Is a file open elsewhere or the disk full?"
            .formatted(folder, FileTrouble.reason(e)),
        e);
  }

  /** On all cores; returns when nothing is written any more. */
  private static void writeAll(Map<String, AtomicFile.Writer> writers, Path folder)
      throws IOException {
    List<Throwable> failures =
        writers.entrySet().parallelStream()
            .map(writer -> failure(writer.getValue(), folder.resolve(writer.getKey())))
            .filter(Objects::nonNull)
            .toList();
    for (Throwable failure : failures) {
      if (failure instanceof IOException e) {
        throw e;
      } else if (failure instanceof Error e) {
        throw e;
      }
      throw (RuntimeException) failure;
    }
  }

  private static Throwable failure(AtomicFile.Writer writer, Path file) {
    try {
      writer.write(file);
      return null;
    } catch (IOException | RuntimeException | Error e) {
      return e; // a parallel stream would throw it while others still write
    }
  }

  private static List<Path> writeInto(Path folder, Map<String, AtomicFile.Writer> writers)
      throws IOException {
    Scratch.removeLeftovers(folder);
    Path temporary = Files.createDirectory(Scratch.in(folder));
    Path fresh = Files.createDirectory(temporary.resolve(FRESH));
    Path earlier = Files.createDirectory(temporary.resolve(EARLIER));
    try {
      writeAll(writers, fresh);
      moveIntoPlace(writers.keySet(), temporary, folder);
      FileTree.delete(earlier);
      return writers.keySet().stream().map(folder::resolve).toList();
    } finally {
      FileTree.delete(fresh);
      // After a failure that could not be undone, earlier results stay here: then this throws.
      Files.deleteIfExists(earlier);
      Files.delete(temporary);
    }
  }

  /**
   * @param heatmaps null where they are not wanted
   */
  private static Map<String, AtomicFile.Writer> writers(
      AttentionResult result, ImagePlus heatmaps, SavedFiles files) {
    Map<String, AtomicFile.Writer> writers = new LinkedHashMap<>();
    boolean all = files == SavedFiles.ALL;
    if (all) {
      writers.put(HEATMAPS, file -> TiffFile.write(heatmaps, file));
    }
    writers.put(TOKENS, file -> WholeFile.text(file, result.table().toCsv()));
    writers.put(WORDS, file -> WholeFile.text(file, result.words().toCsv()));
    if (all) {
      putFigures(writers, result);
    }
    if (files.haveMaps()) {
      writers.put(PATCHES, file -> TiffFile.write(result.patches(), file));
      putImages(writers, result.viewPatches());
    }
    if (all) {
      putImages(writers, result.keptImages());
    }
    if (AnswerRois.count(result) > 0) {
      writers.put(ROIS, file -> AnswerRois.write(result, file));
    }
    // Last, so that a folder with a run.json of this run has everything else of it.
    writers.put(RUN, file -> WholeFile.text(file, json(result, files, writers.keySet())));
    return writers;
  }

  private static void putFigures(Map<String, AtomicFile.Writer> writers, AttentionResult result) {
    writers.put(METHODS, file -> WholeFile.text(file, MethodsText.of(result) + "\n"));
    if (Fonts.areThere()) {
      writers.put(RATIO, file -> PngFile.write(RatioPlot.picture(result.plot()), file));
      writers.put(MONTAGE, file -> PngFile.write(result.montage(), file));
    }
    if (result.matrix() != null) {
      writers.put(MATRIX, file -> TiffFile.write(result.matrixImage(), file));
    }
    writers.put(PICTURE, file -> PngFile.write(result.picture(), file));
  }

  private static void putImages(
      Map<String, AtomicFile.Writer> writers, Map<String, ImagePlus> images) {
    images.forEach((name, image) -> writers.put(name, file -> TiffFile.write(image, file)));
  }

  private static String json(AttentionResult result, SavedFiles saved, Set<String> names) {
    JsonObject run = result.run().deepCopy();
    JsonObject image = ResultJson.image(result.source(), result.rendering());
    if (saved != SavedFiles.ALL) {
      ResultJson.putChecksum(image, result.source());
    }
    run.add("image", image);
    ResultJson.putSigned(run, result.maps());
    ResultJson.putPlaces(run, result.maps());
    run.add("tokens", ResultJson.tokens(result.maps()));
    if (result.kept() != null) {
      run.add("kept", ResultJson.kept(result.kept()));
    }
    JsonArray files = new JsonArray();
    names.forEach(files::add);
    run.add("files", files);
    return GSON.toJson(run) + "\n";
  }

  /** Earlier files step aside first, so that a failure half-way can put them back. */
  private static void moveIntoPlace(Set<String> names, Path temporary, Path folder)
      throws IOException {
    Set<String> begun = new LinkedHashSet<>();
    try {
      // First away and last to come: wherever this ends, a run.json has its other files beside it.
      if (names.contains(RUN) && Files.exists(folder.resolve(RUN))) {
        begun.add(RUN);
        move(folder.resolve(RUN), temporary.resolve(EARLIER).resolve(RUN));
      }
      for (String name : names) {
        begun.add(name);
        if (Files.exists(folder.resolve(name))) {
          move(folder.resolve(name), temporary.resolve(EARLIER).resolve(name));
        }
        move(temporary.resolve(FRESH).resolve(name), folder.resolve(name));
      }
    } catch (IOException e) {
      for (String name : begun) {
        putBack(name, temporary, folder, e);
      }
      throw e;
    }
  }

  private static void putBack(String name, Path temporary, Path folder, IOException cause) {
    try {
      if (Files.notExists(temporary.resolve(FRESH).resolve(name))) {
        Files.deleteIfExists(folder.resolve(name));
      }
      if (Files.exists(temporary.resolve(EARLIER).resolve(name))) {
        move(temporary.resolve(EARLIER).resolve(name), folder.resolve(name));
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    if (Files.isDirectory(from)) {
      throw new FileAlreadyExistsException(from.toString(), null, "is a folder");
    }
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Removes what a run that was killed while it wrote left in a folder. */
  public static void removeLeftovers(Path folder) {
    Scratch.removeLeftovers(folder);
  }
}

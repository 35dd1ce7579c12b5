package org.vlmvisualizer.output;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import ij.ImagePlus;
import ij.gui.Plot;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.vlmvisualizer.core.InputException;

/**
 * The results of one run as files in a folder, all of them or none: they are written into a hidden
 * folder inside it and moved to their places when all are complete. Files of an earlier run with
 * the same names are replaced; other files are not touched.
 */
public final class ResultFiles {
  private static final String TEMPORARY = ".vlm-visualizer-";
  private static final String FRESH = "new";
  private static final String EARLIER = "earlier";
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().serializeNulls().create();

  private ResultFiles() {}

  /**
   * What is written.
   *
   * @param heatmaps to {@code heatmaps.tif}
   * @param tokens to {@code tokens.csv}
   * @param ratio to {@code attention-ratio.png}
   * @param montage to {@code montage.png}
   * @param matrix to {@code attention-matrix.tif}; null if there is none
   * @param run to {@code run.json}, with the list of files added as {@code files}
   */
  public record Results(
      ImagePlus heatmaps,
      TokenTable tokens,
      Plot ratio,
      BufferedImage montage,
      ImagePlus matrix,
      JsonObject run) {}

  @FunctionalInterface
  private interface Writer {
    void write(Path file) throws IOException;
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
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new InputException(
          "The folder for the results cannot be made: %s (%s). Choose another one."
              .formatted(folder, reason(e)),
          e);
    }
    try {
      // Trying is the only sure test: permission bits say little on Windows and network drives.
      Files.delete(Files.createTempFile(folder, TEMPORARY, ".tmp"));
    } catch (IOException e) {
      throw new InputException(
          "The folder for the results cannot be written to: %s (%s). Choose another one."
              .formatted(folder, reason(e)),
          e);
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
  private static void removeEmpty(Path folder, Path existing) {
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
   * Writes all files.
   *
   * @return the files, run.json last
   * @throws InputException if they cannot be written; then the folder is as it was before
   */
  public static List<Path> write(Path folder, Results results) {
    Path existing = nearestExisting(folder);
    boolean written = false;
    try {
      make(folder);
      List<Path> files = writeInto(folder, results);
      written = true;
      return files;
    } catch (IOException e) {
      throw new InputException(
          "The results could not be written to %s (%s). Is a file open elsewhere or the disk full?"
              .formatted(folder, reason(e)),
          e);
    } finally {
      if (!written) {
        removeEmpty(folder, existing);
      }
    }
  }

  private static List<Path> writeInto(Path folder, Results results) throws IOException {
    Path temporary = Files.createTempDirectory(folder, TEMPORARY);
    Path fresh = Files.createDirectory(temporary.resolve(FRESH));
    Path earlier = Files.createDirectory(temporary.resolve(EARLIER));
    try {
      Map<String, Writer> writers = writers(results);
      for (Map.Entry<String, Writer> writer : writers.entrySet()) {
        writer.getValue().write(fresh.resolve(writer.getKey()));
      }
      moveIntoPlace(writers.keySet(), temporary, folder);
      deleteFiles(earlier);
      return writers.keySet().stream().map(folder::resolve).toList();
    } finally {
      deleteFiles(fresh);
      // After a failure that could not be undone, earlier results stay here: then this throws.
      Files.deleteIfExists(earlier);
      Files.delete(temporary);
    }
  }

  private static Map<String, Writer> writers(Results results) {
    Map<String, Writer> writers = new LinkedHashMap<>();
    writers.put("heatmaps.tif", file -> TiffFile.write(results.heatmaps(), file));
    writers.put("tokens.csv", file -> Files.writeString(file, results.tokens().toCsv()));
    writers.put("attention-ratio.png", file -> writePng(RatioPlot.picture(results.ratio()), file));
    writers.put("montage.png", file -> writePng(results.montage(), file));
    if (results.matrix() != null) {
      writers.put("attention-matrix.tif", file -> TiffFile.write(results.matrix(), file));
    }
    // Last, so that a folder with a run.json of this run has everything else of it.
    writers.put("run.json", file -> Files.writeString(file, json(results.run(), writers)));
    return writers;
  }

  private static String json(JsonObject run, Map<String, Writer> writers) {
    JsonObject withFiles = run.deepCopy();
    JsonArray files = new JsonArray();
    writers.keySet().forEach(files::add);
    withFiles.add("files", files);
    return GSON.toJson(withFiles) + "\n";
  }

  private static void writePng(BufferedImage image, Path file) throws IOException {
    if (!ImageIO.write(image, "png", file.toFile())) {
      throw new IOException("this Java cannot write PNG");
    }
  }

  /** Earlier files step aside first, so that a failure half-way can put them back. */
  private static void moveIntoPlace(Set<String> names, Path temporary, Path folder)
      throws IOException {
    List<String> begun = new ArrayList<>();
    try {
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

  private static void deleteFiles(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}

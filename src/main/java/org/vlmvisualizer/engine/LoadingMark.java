package org.vlmvisualizer.engine;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.vlmvisualizer.core.ProcessMark;
import org.vlmvisualizer.core.UserCache;

/**
 * A small file that lies on disk while native code is loaded. A crash in native code ends the whole
 * program without a Java exception; the mark that then stays behind tells the next start.
 *
 * <p>The file is named by its {@link ProcessMark}, since a home folder may be shared: marks of
 * other computers and of programs that still run are left alone. It holds what was going on.
 */
public final class LoadingMark implements AutoCloseable {
  private static final String SUFFIX = ".txt";

  /** Where a crash came before the mark was written. */
  private static final String UNKNOWN = "PyTorch was being loaded";

  /** Null where no file can be written. */
  private final Path file;

  private LoadingMark(Path file) {
    this.file = file;
  }

  /** The folder of all marks, in the user's cache. */
  public static Path folder() {
    return UserCache.folder("loading");
  }

  /**
   * Lays a mark; {@link #close} removes it, as does an orderly end of the program. Where the folder
   * cannot be written, there is no mark, and no harm.
   *
   * @param what the end of a sentence that starts "the last start crashed while"
   */
  static LoadingMark set(Path folder, String what) {
    Path file = null;
    try {
      Files.createDirectories(folder);
      file = Files.createTempFile(folder, ProcessMark.own() + "_", SUFFIX);
      file.toFile().deleteOnExit();
      Files.writeString(file, what);
    } catch (IOException | SecurityException e) {
      // A home that can only be read: then a crash is not remembered.
    }
    return new LoadingMark(file);
  }

  @Override
  public void close() {
    if (file != null) {
      remove(file);
    }
  }

  /** What was going on when an earlier program on this computer crashed, if one did. */
  static Optional<String> leftBehind(Path folder) {
    return marksOfTheDead(folder).stream().map(LoadingMark::text).findFirst();
  }

  /** Removes what {@link #leftBehind} tells of. */
  static void clear(Path folder) {
    marksOfTheDead(folder).forEach(LoadingMark::remove);
  }

  private static List<Path> marksOfTheDead(Path folder) {
    List<Path> dead = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return dead;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*_*" + SUFFIX)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        String mark = name.substring(0, name.lastIndexOf('_'));
        if (ProcessMark.isHere(mark) && !ProcessMark.isAlive(mark)) {
          dead.add(file);
        }
      }
    } catch (IOException | SecurityException e) {
      // What cannot be read is no mark.
    }
    return dead;
  }

  private static String text(Path file) {
    try {
      String text = Files.readString(file);
      return text.isEmpty() ? UNKNOWN : text;
    } catch (IOException e) {
      return UNKNOWN;
    }
  }

  private static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // Then the next start takes the CPU, and says why.
    }
  }
}

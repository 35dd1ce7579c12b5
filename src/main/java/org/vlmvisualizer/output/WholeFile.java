package org.vlmvisualizer.output;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vlmvisualizer.core.AtomicFile;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;

/** One file, written whole or not at all. An earlier file of that name stays until then. */
public final class WholeFile {
  private WholeFile() {}

  /**
   * Writes beside the file and then moves into place; missing folders are made.
   *
   * @throws InputException if it cannot be written
   */
  static void write(Path file, AtomicFile.Writer writer) {
    Path target = file.toAbsolutePath();
    if (Files.isDirectory(target) || target.getParent() == null) {
      throw new InputException("Expected the name of a file, found a folder: " + file + ".");
    }
    try {
      Files.createDirectories(target.getParent());
      Scratch.removeLeftovers(target.getParent());
      AtomicFile.replace(target, Scratch.in(target.getParent()), writer);
    } catch (IOException e) {
      throw new InputException(
          "%s could not be written (%s). Choose another folder, or make room on the disk."
              .formatted(file, FileTrouble.reason(e)),
          e);
    }
  }

  /**
   * Writes {@link #text} in the same way.
   *
   * @throws InputException if it cannot be written
   */
  public static void write(Path file, String text) {
    write(file, part -> text(part, text));
  }

  /** Writes text as UTF-8, with ? for half characters: the title of an image may have them. */
  public static void text(Path file, String text) throws IOException {
    Files.write(file, text.getBytes(StandardCharsets.UTF_8));
  }
}

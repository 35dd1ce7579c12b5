package org.vlmvisualizer.core;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A file that other programs see whole or not at all. */
public final class AtomicFile {
  private AtomicFile() {}

  /** Puts content into the file that it is given. */
  @FunctionalInterface
  public interface Writer {
    void write(Path file) throws IOException;
  }

  /**
   * Writes a part and moves it into the file's place; an earlier file stays until then.
   *
   * @param part in the file's folder, of a name that nothing else writes to; gone afterwards
   */
  public static void replace(Path file, Path part, Writer writer) throws IOException {
    try {
      writer.write(part);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}

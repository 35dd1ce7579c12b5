package org.vlmvisualizer.core;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A file, or a folder with all that is in it. */
public final class FileTree {
  private FileTree() {}

  /**
   * Deletes it; of links, the links themselves. A folder that cannot be read stops it before
   * anything is deleted.
   *
   * @return the bytes of its files
   */
  public static long delete(Path root) throws IOException {
    long bytes = 0;
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        bytes += Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) ? Files.size(path) : 0;
        Files.deleteIfExists(path); // another program may have been faster
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return bytes;
  }
}

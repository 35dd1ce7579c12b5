package org.vlmvisualizer.output;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.vlmvisualizer.core.FileTree;
import org.vlmvisualizer.core.ProcessMark;

/**
 * Hidden files and folders that are there while something is written. Their names tell which
 * program writes, so that what a killed one left can be removed, and nothing else.
 */
final class Scratch {
  static final String PREFIX = ".vlm-visualizer-";

  /** Whether a program on another computer still runs cannot be told; writing takes minutes. */
  private static final Duration FOREIGN = Duration.ofDays(1);

  private Scratch() {}

  /** A path in the folder that nothing else has. */
  static Path in(Path folder) {
    // Not by createTempFile, whose files nobody else may read.
    return folder.resolve(PREFIX + ProcessMark.own() + "_" + UUID.randomUUID() + ".tmp");
  }

  /** Removes what killed programs left in a folder, as far as that is allowed. */
  static void removeLeftovers(Path folder) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DirectoryStream<Path> inside = Files.newDirectoryStream(folder, PREFIX + "*")) {
      for (Path left : inside) {
        if (!left.toString().endsWith(Claim.SUFFIX) && isLeft(left)) {
          FileTree.delete(left);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // Another user's, or removed by another program meanwhile; leftovers do no harm.
    }
  }

  private static boolean isLeft(Path path) throws IOException {
    String mark = path.getFileName().toString().substring(PREFIX.length()).split("_(?=[^_]*$)")[0];
    if (ProcessMark.isHere(mark)) {
      return !ProcessMark.isAlive(mark);
    }
    Instant changed = Files.getLastModifiedTime(path).toInstant();
    return changed.isBefore(Instant.now().minus(FOREIGN));
  }
}

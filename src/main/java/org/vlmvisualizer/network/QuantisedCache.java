package org.vlmvisualizer.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.vlmvisualizer.checkpoint.Safetensors;
import org.vlmvisualizer.checkpoint.StoredTensor;
import org.vlmvisualizer.core.InputException;

/**
 * Quantised matrices on disk, so that a second start reads them instead of quantising again: one
 * safetensors file per matrix, in a folder that appears only when all of it is written.
 *
 * <p>A cache is a convenience: where it cannot be written, for want of room or of rights, the run
 * goes on without it.
 */
final class QuantisedCache implements AutoCloseable {
  private static final String PART = ".part-";
  private static final String SUFFIX = ".safetensors";

  private static final Pattern LEFT_OVER = Pattern.compile(".*" + PART + "(\\d{1,18})-.*");

  private final Path folder;
  private final boolean complete;
  private Path part;
  private boolean damaged;

  /**
   * @param folder of one checkpoint, precision and group size
   */
  QuantisedCache(Path folder) {
    this.folder = folder;
    this.complete = Files.isDirectory(folder);
    if (!complete) {
      begin();
    }
  }

  private void begin() {
    try {
      Files.createDirectories(folder.getParent());
      deleteLeftOvers();
      String mark = PART + ProcessHandle.current().pid() + "-";
      part = Files.createTempDirectory(folder.getParent(), folder.getFileName() + mark);
    } catch (IOException e) {
      part = null;
    }
  }

  /** Parts of processes that were killed. Those that live are another Fiji's. */
  private void deleteLeftOvers() throws IOException {
    List<Path> parts;
    try (Stream<Path> beside = Files.list(folder.getParent())) {
      parts = beside.filter(p -> p.getFileName().toString().contains(PART)).toList();
    }
    for (Path left : parts) {
      Matcher name = LEFT_OVER.matcher(left.getFileName().toString());
      if (name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()) {
        delete(left);
      }
    }
  }

  /**
   * A matrix and its scales, or null if the cache does not hold them.
   *
   * @param name canonical name of the first of the matrices that were stacked
   */
  StoredTensor[] read(String name) {
    Path file = folder.resolve(name + SUFFIX);
    if (!complete || !Files.exists(file)) {
      return null;
    }
    try {
      List<StoredTensor> tensors = Safetensors.list(file);
      if (tensors.size() == 2) {
        return tensors.toArray(StoredTensor[]::new);
      }
    } catch (InputException broken) {
      damaged = true;
    }
    return null;
  }

  /** Whether {@link #write} would keep anything. */
  boolean isWriting() {
    return part != null;
  }

  /**
   * Keeps a matrix.
   *
   * @param tensors the matrix, then its scales
   */
  void write(String name, Safetensors.Content... tensors) {
    try {
      Safetensors.write(part.resolve(name + SUFFIX), tensors);
    } catch (IOException e) {
      close();
    }
  }

  /** Puts what was written in place, all at once. */
  void finish() {
    if (part == null) {
      return;
    }
    try {
      Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
      part = null;
    } catch (IOException e) {
      // Another Fiji was faster, or the disk is full.
      close();
    }
  }

  /**
   * Removes what was not finished, and a cache with a broken file: the next start writes it anew.
   */
  @Override
  public void close() {
    if (damaged) {
      delete(folder);
    }
    if (part != null) {
      delete(part);
      part = null;
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      // Tried again at the next start.
      return;
    }
  }
}

package org.vlmvisualizer.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;

/** What goes wrong on the disk, as one sentence with its remedy. */
final class DiskFaults {
  private DiskFaults() {}

  /** A file could not be written. */
  static InputException write(Path file, IOException failure) {
    return new InputException(
        "Expected to write into %s, but that failed (%s; %s free); make room or choose another folder with HF_HUB_CACHE (for PyTorch, DJL_CACHE_DIR): what was downloaded is kept."
            .formatted(file.getParent(), FileTrouble.reason(failure), Amounts.bytes(free(file))),
        failure);
  }

  /** A file could not be read. */
  static InputException read(Path file, IOException failure) {
    return new InputException(
        "Expected to read %s, but that failed (%s); check who may read that folder, or choose another with HF_HUB_CACHE (for PyTorch, DJL_CACHE_DIR)."
            .formatted(file, FileTrouble.reason(failure)),
        failure);
  }

  /**
   * Opening a pipe waits for ever, and writing through a link changes a file that is not the
   * cache's; Python makes neither.
   *
   * @throws InputException if there is something at {@code path}, and it is no file of its own
   */
  static void requireFileOrNothing(Path path) {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new InputException(
          "Expected a file of an earlier download or nothing at %s, found a link, folder, pipe or device; delete it and run again."
              .formatted(path));
    }
  }

  /**
   * Bytes that this user may still write to the disk of a file or folder, which need not exist yet.
   */
  static long free(Path path) {
    Path existing = path.toAbsolutePath();
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    // Not by its FileStore, which Java does not find where / is no mount point, as after chroot.
    return existing.toFile().getUsableSpace();
  }
}

package org.vlmvisualizer.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where files lie while they come, and once they are whole. */
interface BlobFolder {
  /** The place of the whole file. */
  Path blob(RepoFile file);

  /** Held while a file is downloaded. */
  Path lock(RepoFile file);

  /** Whether the file is there, all of it. Its hash was checked when it came. */
  default boolean has(RepoFile file) {
    return isWhole(blob(file), file);
  }

  /** The place of a file that is not whole yet. */
  default Path incomplete(RepoFile file) {
    return blob(file).resolveSibling(file.etag() + ".incomplete");
  }

  /** Bytes that an earlier run left of a file that is not whole. */
  default long begun(RepoFile file) {
    Path part = incomplete(file);
    try {
      return Files.isRegularFile(part) ? Math.min(Files.size(part), file.size()) : 0;
    } catch (IOException e) {
      throw DiskFaults.read(part, e);
    }
  }

  /** Deletes what has come of a file. */
  default void discard(RepoFile file) {
    try {
      Files.deleteIfExists(incomplete(file));
    } catch (IOException e) {
      throw DiskFaults.write(incomplete(file), e);
    }
  }

  /** Whether a file is there with all its bytes. */
  static boolean isWhole(Path path, RepoFile file) {
    try {
      return Files.isRegularFile(path) && Files.size(path) == file.size();
    } catch (IOException e) {
      throw DiskFaults.read(path, e);
    }
  }
}

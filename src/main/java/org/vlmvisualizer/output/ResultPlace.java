package org.vlmvisualizer.output;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the files of one result lie: in a folder, or in a {@link ResultPack}. */
interface ResultPlace {
  /** Bytes of a file; 0 if there is none. */
  long size(String file) throws IOException;

  /**
   * A whole file.
   *
   * @throws java.nio.file.NoSuchFileException if there is none
   * @throws IOException if it is damaged
   */
  byte[] read(String file) throws IOException;

  /** In a folder. */
  static ResultPlace of(Path folder) {
    return new ResultPlace() {
      @Override
      public long size(String file) throws IOException {
        Path path = folder.resolve(file);
        return Files.isRegularFile(path) ? Files.size(path) : 0;
      }

      @Override
      public byte[] read(String file) throws IOException {
        return Files.readAllBytes(folder.resolve(file));
      }
    };
  }
}

package org.vlmvisualizer.picture;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The chunks of a PNG file. */
final class PngFile {
  private static final int SIGNATURE = 8;
  private static final int CHECKSUM = 4;
  private static final int END = 0x49454e44; // IEND

  private PngFile() {}

  /**
   * ImageJ refuses one that is cut inside its pixels, but as if it were no PNG.
   *
   * @throws org.vlmvisualizer.core.InputException if it ends inside a chunk or before the last one
   */
  static void check(Path file, String shownAs) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      in.skipNBytes(SIGNATURE);
      int chunk;
      do {
        int length = in.readInt();
        chunk = in.readInt();
        if (chunk != END) {
          in.skipNBytes(Integer.toUnsignedLong(length) + CHECKSUM);
        }
      } while (chunk != END);
    } catch (EOFException e) {
      throw CutShort.refused(
          shownAs, "its %,d bytes have no last chunk (IEND)".formatted(Files.size(file)));
    }
  }
}

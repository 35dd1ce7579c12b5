package org.vlmvisualizer.picture;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vlmvisualizer.core.InputException;

/** The header of a Windows bitmap. */
final class BmpFile {
  private static final int HEADERS = 54;
  private static final int MAX_COLOURS = 256;

  private BmpFile() {}

  /**
   * @throws InputException if its sizes cannot be, or the pixels of an uncompressed one are not all
   *     there
   */
  static void check(Path file, String shownAs) throws IOException {
    ByteBuffer header;
    try (InputStream in = Files.newInputStream(file)) {
      header = ByteBuffer.wrap(in.readNBytes(HEADERS)).order(ByteOrder.LITTLE_ENDIAN);
    }
    long length = Files.size(file);
    CutShort.check(HEADERS, length, shownAs);
    long width = header.getInt(18);
    long height = Math.abs((long) header.getInt(22)); // negative where the first row is on top
    int bits = header.getShort(28);
    boolean compressed = header.getInt(30) != 0;
    long colours = Integer.toUnsignedLong(header.getInt(46));
    Size.check(width, height, 4, 1, shownAs);
    if (bits <= 8 && colours > MAX_COLOURS) {
      throw new InputException(
          "Expected a bitmap of at most %d colours, found %,d in %s, which is damaged. Copy or download it again."
              .formatted(MAX_COLOURS, colours, shownAs));
    }
    if (!compressed) {
      long row = (width * bits + 31) / 32 * 4;
      CutShort.check(Integer.toUnsignedLong(header.getInt(10)) + row * height, length, shownAs);
    }
  }
}

package org.vlmvisualizer.command;

import ij.io.FileInfo;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/**
 * Whether a picture file ends too early, as after a broken download. ImageJ 1.54p opens such TIFF
 * and JPEG files without a word and shows the missing part in black or grey.
 */
final class CutShort {
  private static final int TAIL = 1 << 16;

  private CutShort() {}

  /** Whether the file begins as a JPEG and has no end-of-image marker (FF D9) near its end. */
  static boolean jpeg(Path path) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      if (file.length() < 2 || file.readUnsignedShort() != 0xffd8) {
        return false;
      }
      byte[] tail = new byte[(int) Math.min(TAIL, file.length())];
      file.seek(file.length() - tail.length);
      file.readFully(tail);
      for (int i = tail.length - 2; i >= 0; i--) {
        if (tail[i] == (byte) 0xff && tail[i + 1] == (byte) 0xd9) {
          return false;
        }
      }
      return true;
    }
  }

  /**
   * Whether a strip of pixels reaches beyond the end of a TIFF file.
   *
   * @param info what ImageJ read of the file's header; null for formats without
   * @param length of the file in bytes
   */
  static boolean tiff(FileInfo info, long length) {
    if (info == null
        || info.fileFormat != FileInfo.TIFF
        || info.stripOffsets == null
        || info.stripLengths == null) {
      return false;
    }
    int strips = Math.min(info.stripOffsets.length, info.stripLengths.length);
    for (int i = 0; i < strips; i++) {
      long end =
          Integer.toUnsignedLong(info.stripOffsets[i])
              + Integer.toUnsignedLong(info.stripLengths[i]);
      if (end > length) {
        return true;
      }
    }
    return false;
  }
}

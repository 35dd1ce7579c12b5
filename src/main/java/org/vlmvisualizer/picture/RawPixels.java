package org.vlmvisualizer.picture;

import ij.io.FileInfo;

/** Pixels that lie in a file as ImageJ's {@link FileInfo} describes them. */
final class RawPixels {
  private static final int STK = 9999; // ImageJ's number of slices where it does not know any

  private RawPixels() {}

  /**
   * @param length of the file in bytes
   * @throws org.vlmvisualizer.core.InputException if a pixel or a strip of them lies beyond it
   */
  static void check(FileInfo info, long length, String shownAs) {
    CutShort.check(endOfStrips(info), length, shownAs);
    if (info.compression == FileInfo.COMPRESSION_NONE && strips(info) < 2) {
      long slices = info.nImages == STK ? 1 : Math.max(1, info.nImages);
      CutShort.check(
          info.getOffset() + slices * (bytes(info) + info.getGap()) - info.getGap(),
          length,
          shownAs);
    }
  }

  /** Bytes of a slice in the file. */
  private static long bytes(FileInfo info) {
    long pixels = (long) info.width * info.height;
    return switch (info.fileType) {
      case FileInfo.BITMAP -> (info.width + 7L) / 8 * info.height;
      case FileInfo.GRAY10_UNSIGNED -> pixels * 10 / 8;
      case FileInfo.GRAY12_UNSIGNED -> pixels * 12 / 8;
      case FileInfo.GRAY24_UNSIGNED -> pixels * 3;
      default -> pixels * info.getBytesPerPixel();
    };
  }

  private static int strips(FileInfo info) {
    return info.stripOffsets == null || info.stripLengths == null
        ? 0
        : Math.min(info.stripOffsets.length, info.stripLengths.length);
  }

  private static long endOfStrips(FileInfo info) {
    long end = 0;
    for (int i = 0; i < strips(info); i++) {
      end =
          Math.max(
              end,
              Integer.toUnsignedLong(info.stripOffsets[i])
                  + Integer.toUnsignedLong(info.stripLengths[i]));
    }
    return end;
  }
}

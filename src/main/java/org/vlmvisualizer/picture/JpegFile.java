package org.vlmvisualizer.picture;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The markers of a JPEG file. */
final class JpegFile {
  private static final int START_OF_SCAN = 0xffda;
  private static final int END_OF_IMAGE = 0xffd9;

  private JpegFile() {}

  /**
   * @throws org.vlmvisualizer.core.InputException if no end of image follows the first scan (one
   *     before it ends the preview that cameras put in)
   */
  static void check(Path file, String shownAs) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      in.readShort();
      int marker = in.readUnsignedShort();
      while (marker != START_OF_SCAN) {
        if (marker >> 8 != 0xff) {
          return; // Damaged: left to ImageJ to refuse.
        }
        if (marker == 0xffff) { // a filling byte
          marker = 0xff00 | in.readUnsignedByte();
        } else {
          in.skipNBytes(Math.max(0, in.readUnsignedShort() - 2));
          marker = in.readUnsignedShort();
        }
      }
      if (hasEnd(in)) {
        return;
      }
    } catch (EOFException e) {
      // Cut before its first scan.
    }
    throw CutShort.refused(
        shownAs, "its %,d bytes have no end-of-image marker".formatted(Files.size(file)));
  }

  /** In the pixels' own data, a byte FF is followed by 00. */
  private static boolean hasEnd(InputStream in) throws IOException {
    byte[] buffer = new byte[1 << 16];
    int last = 0;
    for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
      for (int i = 0; i < n; i++) {
        last = (last << 8 | buffer[i] & 0xff) & 0xffff;
        if (last == END_OF_IMAGE) {
          return true;
        }
      }
    }
    return false;
  }
}

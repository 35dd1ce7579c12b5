package org.vlmvisualizer.picture;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The blocks of a GIF file. */
final class GifFile {
  private static final int IMAGE = 0x2c;
  private static final int EXTENSION = 0x21;
  private static final int COLOUR = 4; // bytes per pixel in ImageJ

  private GifFile() {}

  /**
   * @throws org.vlmvisualizer.core.InputException if it ends inside a block, or all frames together
   *     take more than the memory
   */
  static void check(Path file, String shownAs) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      in.skipNBytes(6);
      int width = littleEndianShort(in);
      int height = littleEndianShort(in);
      int packed = in.readUnsignedByte();
      in.skipNBytes(2);
      skipColours(in, packed);
      int frames = 0;
      for (int block = in.read(); block == IMAGE || block == EXTENSION; block = in.read()) {
        if (block == EXTENSION) {
          in.skipNBytes(1);
        } else {
          frames++;
          in.skipNBytes(8);
          skipColours(in, in.readUnsignedByte());
          in.skipNBytes(1);
        }
        for (int n = in.readUnsignedByte(); n > 0; n = in.readUnsignedByte()) {
          in.skipNBytes(n);
        }
      }
      Size.check(width, height, COLOUR, frames, shownAs);
    } catch (EOFException e) {
      throw CutShort.refused(
          shownAs, "its %,d bytes end inside of a block".formatted(Files.size(file)));
    }
  }

  /** A table of colours follows where the highest bit says so. */
  private static void skipColours(DataInputStream in, int packed) throws IOException {
    in.skipNBytes((packed & 0x80) == 0 ? 0 : 3L * (2 << (packed & 7)));
  }

  private static int littleEndianShort(DataInputStream in) throws IOException {
    return in.readUnsignedByte() | in.readUnsignedByte() << 8;
  }
}

package org.vlmvisualizer.output;

import java.awt.image.BufferedImage;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.ImageIO;
import org.vlmvisualizer.core.RgbPicture;

/**
 * Writes pictures as PNG (W3C's Portable Network Graphics, second edition): 8 bits of red, green
 * and blue, each row as its difference from the one above. Java's own writer takes more than twice
 * the time for files of about the same size.
 */
public final class PngFile {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final byte[] RGB_OF_8_BITS = {8, 2, 0, 0, 0};
  private static final byte UP = 2;
  private static final int CHUNK = 1 << 15;

  private final DataOutputStream out;
  private final byte[] chunk = new byte[CHUNK];
  private int filled;

  /** Pixels row by row. */
  @FunctionalInterface
  private interface Rows {
    /**
     * @param bytes takes red, green and blue of each pixel, from 1 on
     */
    void read(int y, byte[] bytes);
  }

  private PngFile(DataOutputStream out) {
    this.out = out;
  }

  /** Without a copy of the picture. */
  static void write(RgbPicture picture, Path file) throws IOException {
    int stride = 3 * picture.width();
    write(
        picture.width(),
        picture.height(),
        (y, bytes) -> System.arraycopy(picture.rgb(), y * stride, bytes, 1, stride),
        file);
  }

  /**
   * Whole or not at all.
   *
   * @throws org.vlmvisualizer.core.InputException if it cannot be written
   */
  public static void whole(BufferedImage image, Path file) {
    WholeFile.write(file, part -> write(image, part));
  }

  static void write(BufferedImage image, Path file) throws IOException {
    if (image.getType() == BufferedImage.TYPE_INT_RGB) {
      int[] pixels = new int[image.getWidth()];
      write(image.getWidth(), image.getHeight(), (y, bytes) -> row(image, y, pixels, bytes), file);
    } else if (!ImageIO.write(image, "png", file.toFile())) {
      throw new IOException("this Java cannot write PNG");
    }
  }

  private static void row(BufferedImage image, int y, int[] pixels, byte[] bytes) {
    image.getRaster().getDataElements(0, y, pixels.length, 1, pixels);
    for (int x = 0; x < pixels.length; x++) {
      bytes[3 * x + 1] = (byte) (pixels[x] >> 16);
      bytes[3 * x + 2] = (byte) (pixels[x] >> 8);
      bytes[3 * x + 3] = (byte) pixels[x];
    }
  }

  private static void write(int width, int height, Rows rows, Path file) throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), CHUNK))) {
      PngFile png = new PngFile(out);
      out.write(SIGNATURE);
      byte[] header =
          ByteBuffer.allocate(13).putInt(width).putInt(height).put(RGB_OF_8_BITS).array();
      png.chunk("IHDR", header, header.length);
      png.pixels(width, height, rows);
      png.chunk("IEND", header, 0);
    }
  }

  private void pixels(int width, int height, Rows rows) throws IOException {
    Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    try {
      byte[] above = new byte[1 + 3 * width];
      byte[] row = new byte[1 + 3 * width];
      byte[] filtered = new byte[1 + 3 * width];
      filtered[0] = UP;
      for (int y = 0; y < height; y++) {
        rows.read(y, row);
        for (int i = 1; i < row.length; i++) {
          filtered[i] = (byte) (row[i] - above[i]);
        }
        deflater.setInput(filtered);
        deflate(deflater);
        byte[] next = above;
        above = row;
        row = next;
      }
      deflater.finish();
      deflate(deflater);
      if (filled > 0) {
        chunk("IDAT", chunk, filled);
      }
    } finally {
      deflater.end();
    }
  }

  private void deflate(Deflater deflater) throws IOException {
    int added = 1;
    while (added > 0) {
      if (filled == CHUNK) {
        chunk("IDAT", chunk, filled);
        filled = 0;
      }
      added = deflater.deflate(chunk, filled, CHUNK - filled);
      filled += added;
    }
  }

  private void chunk(String type, byte[] content, int length) throws IOException {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 checksum = new CRC32();
    checksum.update(name);
    checksum.update(content, 0, length);
    out.writeInt(length);
    out.write(name);
    out.write(content, 0, length);
    out.writeInt((int) checksum.getValue());
  }
}

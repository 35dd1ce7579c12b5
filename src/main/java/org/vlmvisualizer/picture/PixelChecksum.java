package org.vlmvisualizer.picture;

import ij.ImagePlus;
import java.awt.Rectangle;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A number that tells pictures apart by the values of their pixels, whatever their names, lookup
 * tables and display ranges.
 */
public final class PixelChecksum {
  private final CRC32C sum = new CRC32C();
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);

  private PixelChecksum() {}

  /** Of the channels that an image shows, in the slice that it shows. */
  public static long of(ImagePlus image) {
    return new DisplayedColours(image, new Rectangle()).checksum();
  }

  /**
   * @param width of the image
   * @param planes pixel arrays of its channels
   */
  static long of(int width, List<Object> planes) {
    PixelChecksum checksum = new PixelChecksum();
    checksum.add(width);
    planes.forEach(checksum::addPlane);
    checksum.flush();
    return checksum.sum.getValue();
  }

  private void addPlane(Object plane) {
    if (plane instanceof byte[] values) {
      flush();
      sum.update(values);
    } else if (plane instanceof short[] values) {
      for (short value : values) {
        add(value);
      }
    } else if (plane instanceof int[] values) {
      for (int value : values) {
        add(value & 0xffffff); // the rest is no colour, and differs with what made the picture
      }
    } else {
      for (float value : (float[]) plane) {
        add(Float.floatToRawIntBits(value));
      }
    }
  }

  private void add(int value) {
    buffer.putInt(value);
    if (!buffer.hasRemaining()) {
      flush();
    }
  }

  private void flush() {
    sum.update(buffer.flip());
    buffer.clear();
  }
}

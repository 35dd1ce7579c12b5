package org.vlmvisualizer.output;

import ij.io.TiffDecoder;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * The 32-bit planes of a TIFF that ImageJ wrote, read one behind the other. Nothing in the file is
 * trusted: it must hold what the caller expects, and all of it, before anything is allocated.
 */
final class FloatPlanes implements Closeable {
  private static final int MAGIC = 42;
  private static final int ENTRY_BYTES = 12;
  private static final int SHORT = 3;
  private static final int FLOAT = 3;
  private static final int MAX_DESCRIPTION = 1 << 16;
  private static final int CHUNK_BYTES = 1 << 20;

  private final String name;
  private final FileChannel channel;
  private final int planeSize;
  private ByteOrder order = ByteOrder.BIG_ENDIAN;
  private long position;

  /** A field of the first image: how many values, and the value or where the values are. */
  private record Field(long count, long value) {}

  private FloatPlanes(Path file, int planeSize) throws IOException {
    name = file.getFileName().toString();
    this.planeSize = planeSize;
    channel = FileChannel.open(file, StandardOpenOption.READ);
  }

  /**
   * @throws IOException if the file is anything else than {@code planes} planes of this size
   */
  static FloatPlanes open(Path file, int width, int height, long planes) throws IOException {
    FloatPlanes opened = new FloatPlanes(file, Math.multiplyExact(width, height));
    try {
      opened.check(width, height, planes);
      return opened;
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private void check(int width, int height, long planes) throws IOException {
    Map<Integer, Field> fields = fields();
    long found = planes(fields.get(TiffDecoder.IMAGE_DESCRIPTION));
    boolean plain =
        value(fields, TiffDecoder.BITS_PER_SAMPLE) == Float.SIZE
            && value(fields, TiffDecoder.SAMPLE_FORMAT) == FLOAT
            && value(fields, TiffDecoder.COMPRESSION) == 1
            && fields.containsKey(TiffDecoder.STRIP_OFFSETS)
            && fields.get(TiffDecoder.STRIP_OFFSETS).count() == 1;
    if (!plain
        || value(fields, TiffDecoder.IMAGE_WIDTH) != width
        || value(fields, TiffDecoder.IMAGE_LENGTH) != height) {
      throw new IOException("%s is no stack of %d x %d floats".formatted(name, width, height));
    }
    position = value(fields, TiffDecoder.STRIP_OFFSETS);
    long bytes = Math.multiplyExact(Math.multiplyExact(planes, (long) planeSize), Float.BYTES);
    if (found != planes || bytes > channel.size() - position) {
      throw new IOException("%s does not hold %d slices".formatted(name, planes));
    }
  }

  private static long value(Map<Integer, Field> fields, int tag) {
    return fields.containsKey(tag) ? fields.get(tag).value() : 1;
  }

  private Map<Integer, Field> fields() throws IOException {
    ByteBuffer header = read(0, 8);
    order = header.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    header.order(order);
    if (header.get(0) != header.get(1) || header.getShort(2) != MAGIC) {
      throw new IOException(name + " is no TIFF");
    }
    long start = Integer.toUnsignedLong(header.getInt(4));
    int count = Short.toUnsignedInt(read(start, 2).getShort(0));
    ByteBuffer entries = read(start + 2, count * ENTRY_BYTES);
    Map<Integer, Field> fields = new HashMap<>();
    for (int at = 0; at < entries.limit(); at += ENTRY_BYTES) {
      int type = entries.getShort(at + 2);
      long values = Integer.toUnsignedLong(entries.getInt(at + 4));
      long value =
          type == SHORT && values == 1
              ? (long) Short.toUnsignedInt(entries.getShort(at + 8))
              : Integer.toUnsignedLong(entries.getInt(at + 8));
      fields.put(Short.toUnsignedInt(entries.getShort(at)), new Field(values, value));
    }
    return fields;
  }

  /** ImageJ lays the planes of a stack one behind the other, and tells their number in words. */
  private long planes(Field description) throws IOException {
    if (description == null || description.count() > MAX_DESCRIPTION) {
      throw new IOException(name + " was not written by ImageJ");
    }
    ByteBuffer bytes = read(description.value(), (int) description.count());
    String text = StandardCharsets.ISO_8859_1.decode(bytes).toString();
    if (!text.startsWith("ImageJ=")) {
      throw new IOException(name + " was not written by ImageJ");
    }
    return text.lines()
        .filter(line -> line.matches("images=\\d{1,9}"))
        .mapToLong(line -> Long.parseLong(line.substring("images=".length())))
        .findFirst()
        .orElse(1);
  }

  /** The next planes, row by row. */
  float[] next(int planes) throws IOException {
    float[] values = new float[Math.multiplyExact(planes, planeSize)];
    for (int done = 0; done < values.length; ) {
      int count = Math.min(values.length - done, CHUNK_BYTES / Float.BYTES);
      ByteBuffer bytes = read(position, count * Float.BYTES);
      bytes.asFloatBuffer().get(values, done, count);
      position += (long) count * Float.BYTES;
      done += count;
    }
    return values;
  }

  /** So many bytes, in the file's order once that is known; allocates no more than there are. */
  private ByteBuffer read(long from, int length) throws IOException {
    byte[] bytes = Channels.newInputStream(channel.position(from)).readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException(name + " is cut short");
    }
    return ByteBuffer.wrap(bytes).order(order);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

package org.vlmvisualizer.benchmark;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import org.vlmvisualizer.checkpoint.StoredTensor.DType;

/**
 * Writes tensors as torch.save does: a zip, its entries uncompressed, begun at multiples of 64
 * bytes and followed by their sizes (local headers hold none), with a pickle of a dictionary and
 * one entry per tensor. Beyond 4 GB, in zip64. Nothing is held in memory.
 *
 * <p>Source: torch 2.7, serialization.py and caffe2/serialize/inline_container.cc; PKWARE APPNOTE
 * 6.3.10.
 */
final class TorchFileWriter {
  private static final int ALIGNMENT = 64;
  private static final long WIDE = 0xFFFFFFFFL;

  /** UTF-8 names; sizes behind the data. */
  private static final short FLAGS = 0x0808;

  private final OutputStream out;
  private final String folder;
  private final ByteArrayOutputStream directory = new ByteArrayOutputStream();
  private long position;
  private int entries;

  private interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private TorchFileWriter(OutputStream out, String folder) {
    this.out = out;
    this.folder = folder;
  }

  static void write(Path file, List<RandomTensor> tensors) throws IOException {
    String folder = file.getFileName().toString().replaceFirst("\\.bin$", "");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
      TorchFileWriter zip = new TorchFileWriter(out, folder);
      byte[] pickle = pickle(tensors);
      zip.add("data.pkl", pickle.length, to -> to.write(pickle));
      zip.add("byteorder", 6, to -> to.write(ascii("little")));
      for (int i = 0; i < tensors.size(); i++) {
        zip.add("data/" + i, tensors.get(i).bytes(), tensors.get(i)::writeTo);
      }
      zip.add("version", 2, to -> to.write(ascii("3\n")));
      zip.finish();
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private void add(String name, long size, Content content) throws IOException {
    byte[] path = ascii(folder + "/" + name);
    long header = position;
    boolean wide = size >= WIDE || header >= WIDE;
    byte[] local = wide ? wideField(size, header) : new byte[0];
    int before = 30 + path.length + local.length + 4;
    int padding = (int) (ALIGNMENT - (header + before) % ALIGNMENT) % ALIGNMENT;
    emit(
        little(30)
            .putInt(0x04034b50)
            .putShort((short) 0)
            .putShort(FLAGS)
            .position(26)
            .putShort((short) path.length)
            .putShort((short) (local.length + 4 + padding)));
    emit(ByteBuffer.wrap(path).position(path.length));
    emit(ByteBuffer.wrap(local).position(local.length));
    emit(little(4 + padding).put(ascii("FB")).putShort((short) padding).position(4 + padding));
    CRC32 crc = new CRC32();
    content.writeTo(new CheckedOutputStream(out, crc));
    position += size;
    ByteBuffer behind = little(wide ? 24 : 16).putInt(0x08074b50).putInt((int) crc.getValue());
    emit(wide ? behind.putLong(size).putLong(size) : behind.putInt((int) size).putInt((int) size));
    list(path, size, header, (int) crc.getValue());
  }

  /** The zip64 field: those of size, stored size and offset that do not fit 32 bits. */
  private static byte[] wideField(long size, long header) {
    ByteBuffer field = little(28).putShort((short) 1).putShort((short) 0);
    if (size >= WIDE) {
      field.putLong(size).putLong(size);
    }
    if (header >= WIDE) {
      field.putLong(header);
    }
    field.putShort(2, (short) (field.position() - 4));
    byte[] bytes = new byte[field.position()];
    field.flip().get(bytes);
    return bytes;
  }

  private void list(byte[] path, long size, long header, int crc) throws IOException {
    byte[] field = size >= WIDE || header >= WIDE ? wideField(size, header) : new byte[0];
    ByteBuffer record =
        little(46)
            .putInt(0x02014b50)
            .putInt(0)
            .putShort(FLAGS)
            .position(16)
            .putInt(crc)
            .putInt((int) Math.min(size, WIDE))
            .putInt((int) Math.min(size, WIDE))
            .putShort((short) path.length)
            .putShort((short) field.length)
            .position(42)
            .putInt((int) Math.min(header, WIDE));
    directory.write(record.array());
    directory.write(path);
    directory.write(field);
    entries++;
  }

  private void finish() throws IOException {
    long start = position;
    int length = directory.size();
    emit(ByteBuffer.wrap(directory.toByteArray()).position(length));
    if (start >= WIDE) {
      long end = position;
      emit(
          little(56)
              .putInt(0x06064b50)
              .putLong(44)
              .putShort((short) 45)
              .putShort((short) 45)
              .putLong(0)
              .putLong(entries)
              .putLong(entries)
              .putLong(length)
              .putLong(start));
      emit(little(20).putInt(0x07064b50).putInt(0).putLong(end).putInt(1));
    }
    emit(
        little(22)
            .putInt(0x06054b50)
            .putInt(0)
            .putShort((short) entries)
            .putShort((short) entries)
            .putInt(length)
            .putInt((int) Math.min(start, WIDE))
            .putShort((short) 0));
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void emit(ByteBuffer filled) throws IOException {
    out.write(filled.array(), 0, filled.position());
    position += filled.position();
  }

  /** A dictionary of tensors, pickled in protocol 2. */
  private static byte[] pickle(List<RandomTensor> tensors) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      bytes.write(new byte[] {(byte) 0x80, 2, '}', '('});
      for (int i = 0; i < tensors.size(); i++) {
        text(bytes, tensors.get(i).name());
        tensor(bytes, tensors.get(i), i);
      }
      bytes.write(ascii("u."));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** _rebuild_tensor_v2((storage, type, key, device, elements), 0, shape, stride, False, {}). */
  private static void tensor(ByteArrayOutputStream bytes, RandomTensor tensor, int key)
      throws IOException {
    bytes.write(ascii("ctorch._utils\n_rebuild_tensor_v2\n(("));
    text(bytes, "storage");
    bytes.write(ascii("ctorch\n" + storage(tensor.type()) + "\n"));
    text(bytes, Integer.toString(key));
    text(bytes, "cpu");
    number(bytes, tensor.elements());
    bytes.write(ascii("tQ"));
    number(bytes, 0);
    long[] shape = tensor.shape();
    long[] stride = new long[shape.length];
    long step = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      stride[i] = step;
      step *= shape[i];
    }
    tuple(bytes, shape);
    tuple(bytes, stride);
    bytes.write(0x89);
    bytes.write(ascii("ccollections\nOrderedDict\n)RtR"));
  }

  private static String storage(DType type) {
    return switch (type) {
      case F32 -> "FloatStorage";
      case F16 -> "HalfStorage";
      case BF16 -> "BFloat16Storage";
      case I64 -> "LongStorage";
      default -> throw new IllegalArgumentException("No storage for " + type);
    };
  }

  private static void text(ByteArrayOutputStream bytes, String text) throws IOException {
    byte[] ascii = ascii(text);
    bytes.write(little(5).put((byte) 'X').putInt(ascii.length).array());
    bytes.write(ascii);
  }

  private static void number(ByteArrayOutputStream bytes, long number) throws IOException {
    bytes.write(little(5).put((byte) 'J').putInt(Math.toIntExact(number)).array());
  }

  private static void tuple(ByteArrayOutputStream bytes, long[] numbers) throws IOException {
    bytes.write('(');
    for (long number : numbers) {
      number(bytes, number);
    }
    bytes.write('t');
  }
}

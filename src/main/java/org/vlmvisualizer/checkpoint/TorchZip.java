package org.vlmvisualizer.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vlmvisualizer.core.CleanText;

/**
 * Where the entries of a PyTorch file lie. PyTorch stores them uncompressed, so each is a run of
 * bytes of the file; an entry that is compressed, encrypted or outside the file is an error, so
 * nothing here can be larger than the file itself.
 *
 * <p>Source: PKWARE APPNOTE 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory),
 * 4.3.14 to 4.3.16 (ends), 4.5.3 (zip64).
 */
final class TorchZip {
  /** A run of bytes of the file. */
  record Entry(long offset, long length) {}

  private static final int LOCAL = 0x04034b50;
  private static final int CENTRAL = 0x02014b50;
  private static final int END = 0x06054b50;
  private static final int END64 = 0x06064b50;
  private static final int LOCATOR64 = 0x07064b50;
  private static final int LOCAL_BYTES = 30;
  private static final int CENTRAL_BYTES = 46;
  private static final int END_BYTES = 22;
  private static final int END64_BYTES = 56;
  private static final int LOCATOR64_BYTES = 20;
  private static final long WIDE = 0xFFFFFFFFL;

  /** A checkpoint in one file has some thousands of entries of about 100 bytes. */
  private static final long MAX_DIRECTORY_BYTES = 8 << 20;

  private final FileChannel channel;
  private final long size;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  private TorchZip(FileChannel channel) throws IOException {
    this.channel = channel;
    this.size = channel.size();
  }

  /**
   * Name to place, without the one top folder that PyTorch puts around its entries.
   *
   * @throws IOException if it is not such a zip; the message says what was found
   */
  static Map<String, Entry> list(FileChannel channel) throws IOException {
    TorchZip zip = new TorchZip(channel);
    zip.readDirectory();
    return zip.entries;
  }

  private void readDirectory() throws IOException {
    long end = findEnd();
    ByteBuffer record = read(end, END_BYTES);
    long length = record.getInt(12) & WIDE;
    long start = record.getInt(16) & WIDE;
    long locator = end - LOCATOR64_BYTES;
    if (locator >= 0 && read(locator, 4).getInt(0) == LOCATOR64) {
      ByteBuffer wide = read(read(locator, LOCATOR64_BYTES).getLong(8), END64_BYTES);
      if (wide.getInt(0) != END64) {
        throw new IOException("its zip64 end is missing");
      }
      length = wide.getLong(40);
      start = wide.getLong(48);
    }
    if (length < 0 || length > MAX_DIRECTORY_BYTES) {
      throw new IOException("its directory of " + length + " bytes is too long");
    }
    ByteBuffer directory = read(start, (int) length);
    while (directory.hasRemaining()) {
      readEntry(directory, start);
    }
    checkOverlap();
  }

  private void checkOverlap() throws IOException {
    List<Entry> ordered = new ArrayList<>(entries.values());
    ordered.sort(Comparator.comparingLong(Entry::offset));
    long end = 0;
    for (Entry entry : ordered) {
      if (entry.offset() < end) {
        throw new IOException("its entries overlap");
      }
      end = entry.offset() + entry.length();
    }
  }

  /** The end record is the last 22 bytes; PyTorch writes no comment behind it. */
  private long findEnd() throws IOException {
    long end = size - END_BYTES;
    if (end < 0 || read(end, 4).getInt(0) != END) {
      throw new IOException("its end is missing, it may be cut short");
    }
    return end;
  }

  private void readEntry(ByteBuffer directory, long directoryStart) throws IOException {
    int at = directory.position();
    if (directory.remaining() < CENTRAL_BYTES || directory.getInt(at) != CENTRAL) {
      throw new IOException("its directory is broken");
    }
    int nameBytes = directory.getShort(at + 28) & 0xFFFF;
    int extraBytes = directory.getShort(at + 30) & 0xFFFF;
    int commentBytes = directory.getShort(at + 32) & 0xFFFF;
    int next = at + CENTRAL_BYTES + nameBytes + extraBytes + commentBytes;
    if (next > directory.limit()) {
      throw new IOException("its directory is broken");
    }
    byte[] bytes = new byte[nameBytes];
    directory.get(at + CENTRAL_BYTES, bytes);
    String name = new String(bytes, StandardCharsets.UTF_8);
    boolean encrypted = (directory.getShort(at + 8) & 1) != 0;
    if (encrypted || directory.getShort(at + 10) != 0) {
      throw new IOException("its entry " + shown(name) + " is compressed or encrypted");
    }
    long[] sizes = wide(directory, at, at + CENTRAL_BYTES + nameBytes, extraBytes);
    if (sizes[0] != sizes[1]) {
      throw new IOException("the sizes of its entry " + shown(name) + " do not agree");
    }
    add(name, sizes[0], sizes[2], directoryStart);
    directory.position(next);
  }

  /** Uncompressed size, compressed size and offset; where they do not fit, from the zip64 field. */
  private static long[] wide(ByteBuffer directory, int at, int extra, int extraBytes)
      throws IOException {
    long[] values = {
      directory.getInt(at + 24) & WIDE,
      directory.getInt(at + 20) & WIDE,
      directory.getInt(at + 42) & WIDE
    };
    int field = extra;
    while (field + 4 <= extra + extraBytes) {
      int id = directory.getShort(field) & 0xFFFF;
      int end = field + 4 + (directory.getShort(field + 2) & 0xFFFF);
      int from = field + 4;
      for (int i = 0; id == 1 && i < values.length; i++) {
        if (values[i] == WIDE) {
          if (from + 8 > Math.min(end, extra + extraBytes)) {
            throw new IOException("its zip64 field is broken");
          }
          values[i] = directory.getLong(from);
          from += 8;
        }
      }
      field = end;
    }
    return values;
  }

  private void add(String name, long length, long header, long directoryStart) throws IOException {
    if (header < 0 || header > directoryStart - LOCAL_BYTES) {
      throw new IOException("its entry " + shown(name) + " lies outside of it");
    }
    ByteBuffer local = read(header, LOCAL_BYTES);
    long offset =
        header + LOCAL_BYTES + (local.getShort(26) & 0xFFFF) + (local.getShort(28) & 0xFFFF);
    if (local.getInt(0) != LOCAL || length < 0 || length > directoryStart - offset) {
      throw new IOException("its entry " + shown(name) + " lies outside of it");
    }
    String inside = name.substring(name.indexOf('/') + 1);
    if (entries.put(inside, new Entry(offset, length)) != null) {
      throw new IOException("its entry " + shown(name) + " is there twice");
    }
  }

  private static String shown(String name) {
    return CleanText.cut(name, 60);
  }

  private ByteBuffer read(long position, int count) throws IOException {
    return WeightFiles.read(channel, position, count);
  }
}

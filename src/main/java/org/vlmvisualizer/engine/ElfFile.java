package org.vlmvisualizer.engine;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Which libraries a shared library of Linux needs.
 *
 * <p>Source: System V ABI, chapters 4 and 5: program headers (PT_LOAD, PT_DYNAMIC) and the dynamic
 * section (DT_NEEDED, DT_STRTAB).
 */
final class ElfFile {
  private static final int HEADER = 64;
  private static final int PROGRAM_HEADER = 56;
  private static final int MAX_DYNAMIC = 1 << 20;
  private static final int MAX_NAME = 256;
  private static final int PT_LOAD = 1;
  private static final int PT_DYNAMIC = 2;
  private static final long DT_NEEDED = 1;
  private static final long DT_STRTAB = 5;

  private final FileChannel file;

  private ElfFile(FileChannel file) {
    this.file = file;
  }

  /**
   * Names of libraries, as the loader looks for them.
   *
   * @throws IOException if it cannot be read, or is no 64-bit library of Linux
   */
  static List<String> needed(Path library) throws IOException {
    try (FileChannel file = FileChannel.open(library)) {
      return new ElfFile(file).needed();
    }
  }

  private List<String> needed() throws IOException {
    ByteBuffer header = read(0, HEADER);
    if (header.getInt(0) != 0x464c457f || header.get(4) != 2 || header.get(5) != 1) {
      throw new IOException("it is no 64-bit library");
    }
    int entry = header.getShort(54) & 0xffff;
    int count = header.getShort(56) & 0xffff;
    if (entry < PROGRAM_HEADER) {
      throw new IOException("its headers are broken");
    }
    ByteBuffer programs = read(header.getLong(32), entry * count);
    ByteBuffer dynamic = null;
    for (int at = 0; at < entry * count; at += entry) {
      if (programs.getInt(at) == PT_DYNAMIC) {
        int length = (int) Math.min(programs.getLong(at + 32), MAX_DYNAMIC);
        dynamic = read(programs.getLong(at + 8), length);
      }
    }
    List<Long> names = new ArrayList<>();
    long strings = -1;
    for (int at = 0; dynamic != null && at + 16 <= dynamic.limit(); at += 16) {
      if (dynamic.getLong(at) == DT_NEEDED) {
        names.add(dynamic.getLong(at + 8));
      } else if (dynamic.getLong(at) == DT_STRTAB) {
        strings = offset(programs, entry, dynamic.getLong(at + 8));
      }
    }
    List<String> needed = new ArrayList<>();
    for (long name : names) {
      needed.add(text(strings + name));
    }
    return needed;
  }

  /** Where in the file lies what is loaded to an address. */
  private static long offset(ByteBuffer programs, int entry, long address) throws IOException {
    for (int at = 0; at + entry <= programs.limit(); at += entry) {
      long start = programs.getLong(at + 16);
      if (programs.getInt(at) == PT_LOAD
          && address >= start
          && address < start + programs.getLong(at + 32)) {
        return programs.getLong(at + 8) + address - start;
      }
    }
    throw new IOException("its table of names lies outside of it");
  }

  private String text(long at) throws IOException {
    ByteBuffer bytes = read(at, (int) Math.min(MAX_NAME, file.size() - at));
    int length = 0;
    while (length < bytes.limit() && bytes.get(length) != 0) {
      length++;
    }
    return new String(bytes.array(), 0, length, StandardCharsets.US_ASCII);
  }

  private ByteBuffer read(long at, int length) throws IOException {
    if (at < 0 || length < 0 || at > file.size() - length) {
      throw new EOFException("it is cut short");
    }
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining() && file.read(bytes, at + bytes.position()) >= 0) {
      continue;
    }
    return bytes.flip();
  }
}

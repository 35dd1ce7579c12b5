package org.vlmvisualizer.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Files for tests, without checked exceptions. */
public final class TestFiles {
  private TestFiles() {}

  public static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Writes a file in place of another. That is deleted first: Linux's ext4 brings a file that is
   * cut and written again to the disk at once, which takes milliseconds, and a new one later.
   */
  public static Path write(Path file, byte[] content) {
    try {
      Files.deleteIfExists(file);
      return Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static void copy(Path from, Path to) {
    try (var files = Files.list(from)) {
      Files.createDirectories(to);
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Text where each character is one byte. */
  public static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** A PyTorch file with a pickle and storages data/0, data/1, … */
  public static byte[] torch(String pickle, List<byte[]> storages, boolean stored) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      put(zip, "archive/data.pkl", latin(pickle), stored);
      put(zip, "archive/byteorder", latin("little"), stored);
      for (int i = 0; i < storages.size(); i++) {
        put(zip, "archive/data/" + i, storages.get(i), stored);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Puts an entry into a zip archive, stored or deflated. */
  public static void put(ZipOutputStream zip, String name, byte[] content, boolean stored)
      throws IOException {
    ZipEntry entry = new ZipEntry(name);
    if (stored) {
      CRC32 crc = new CRC32();
      crc.update(content);
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(content.length);
      entry.setCrc(crc.getValue());
    }
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  /** Pickle instructions that put a tensor on the stack, of numbers up to 255. */
  public static String tensor(
      String type, int storage, int elements, int offset, String shape, String stride) {
    return "ctorch._utils\n_rebuild_tensor_v2\n((X\u0007\0\0\0storagectorch\n"
        + type
        + "\nX\1\0\0\0"
        + storage
        + "X\3\0\0\0cpuK"
        + (char) elements
        + "tQK"
        + (char) offset
        + shape
        + stride
        + "\u0089ccollections\nOrderedDict\n)RtR";
  }

  /** Pickle instructions that put a tuple of two numbers up to 255 on the stack. */
  public static String pair(int first, int second) {
    return "K" + (char) first + "K" + (char) second + "\u0086";
  }

  /** Pickle instructions of a dictionary with one entry named w. */
  public static String dictionary(String value) {
    return "\u0080\u0002}X\1\0\0\0w" + value + "s.";
  }
}

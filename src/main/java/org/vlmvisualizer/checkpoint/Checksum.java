package org.vlmvisualizer.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.vlmvisualizer.core.AtomicFile;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.UserCache;

/**
 * SHA-256 over files. That of large ones is remembered in the user's cache as long as their names,
 * sizes and times stay the same: reading 13 GB takes longer than loading them. As they are read,
 * blobs of a Hugging Face cache are checked: their name is their own SHA-256, and Python, which may
 * have brought them, compares sizes only.
 */
final class Checksum {
  private static final long REMEMBERED_BYTES = 4_000_000;
  private static final int HEX_LENGTH = 64;
  private static final String HASH = "[0-9a-f]{64}";

  private Checksum() {}

  /**
   * In hexadecimal.
   *
   * @throws InputException if a blob is not what its name says
   */
  static String of(List<Path> files) throws IOException {
    long size = 0;
    MessageDigest identity = digest();
    for (Path file : files) {
      size += Files.size(file);
      String line =
          "%s %d %s%n"
              .formatted(file.toRealPath(), Files.size(file), Files.getLastModifiedTime(file));
      identity.update(line.getBytes(StandardCharsets.UTF_8));
    }
    if (size < REMEMBERED_BYTES) {
      return read(files);
    }
    Path remembered = UserCache.folder("checksums").resolve(hex(identity));
    if (Files.exists(remembered) && Files.size(remembered) == HEX_LENGTH) {
      return Files.readString(remembered);
    }
    String checksum = read(files);
    remember(remembered, checksum);
    return checksum;
  }

  private static void remember(Path file, String checksum) {
    try {
      Files.createDirectories(file.getParent());
      Path part = Files.createTempFile(file.getParent(), "checksum", ".part");
      AtomicFile.replace(file, part, p -> Files.writeString(p, checksum));
    } catch (IOException e) {
      // A home that cannot be written to: it is computed again next time.
      return;
    }
  }

  private static String read(List<Path> files) throws IOException {
    MessageDigest all = digest();
    byte[] buffer = new byte[1 << 20];
    for (Path file : files) {
      Path blob = file.toRealPath();
      boolean isBlob =
          blob.getParent().endsWith("blobs") && blob.getFileName().toString().matches(HASH);
      MessageDigest own = digest();
      try (InputStream in = Files.newInputStream(file)) {
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          all.update(buffer, 0, n);
          if (isBlob) {
            own.update(buffer, 0, n);
          }
        }
      }
      if (isBlob) {
        checkBlob(blob, hex(own));
      }
    }
    return hex(all);
  }

  private static void checkBlob(Path blob, String found) {
    if (!blob.endsWith(found)) {
      throw new InputException(
          "Expected the content of %s to have the SHA-256 that is its name, found %s: the file is damaged; delete it and ask again, then it is downloaded anew."
              .formatted(blob, found));
    }
  }

  private static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

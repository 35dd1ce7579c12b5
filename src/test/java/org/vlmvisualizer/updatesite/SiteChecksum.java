package org.vlmvisualizer.updatesite;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * A file's checksum as Fiji's updater computes it: SHA-1. Of a jar, over the names and contents of
 * its entries in the order of their names, so that a jar that was only built again counts as the
 * same: comments in .properties (they hold the date) are left out, and so is the manifest's text.
 */
final class SiteChecksum {
  private SiteChecksum() {}

  /**
   * @param path within Fiji, with slashes; part of the checksum unless the file is a jar
   */
  static String of(String path, Path file) throws IOException {
    MessageDigest sha1 = sha1();
    if (!path.endsWith(".jar")) {
      sha1.update(path.getBytes(StandardCharsets.US_ASCII));
      sha1.update(Files.readAllBytes(file));
      return HexFormat.of().formatHex(sha1.digest());
    }
    try (JarFile jar = new JarFile(file.toFile())) {
      List<JarEntry> entries =
          jar.stream().sorted(Comparator.comparing(JarEntry::getName)).toList();
      for (JarEntry entry : entries) {
        sha1.update(entry.getName().getBytes(StandardCharsets.US_ASCII));
        if (!entry.getName().equals("META-INF/MANIFEST.MF")) {
          update(sha1, jar, entry);
        }
      }
    }
    return HexFormat.of().formatHex(sha1.digest());
  }

  private static void update(MessageDigest sha1, JarFile jar, JarEntry entry) throws IOException {
    try (InputStream in = jar.getInputStream(entry)) {
      if (entry.getName().endsWith(".properties")) {
        sha1.update(withoutComments(in.readAllBytes()));
        return;
      }
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        sha1.update(buffer, 0, n);
      }
    }
  }

  /**
   * Lines without what follows a # at their start; the end of such a line stays. Two quirks of the
   * updater are kept, since its figures are what counts: a line that follows an empty line or a
   * line of # alone is never taken for a comment.
   */
  static byte[] withoutComments(byte[] text) {
    ByteArrayOutputStream kept = new ByteArrayOutputStream(text.length);
    boolean isStart = true;
    for (int i = 0; i < text.length; i++) {
      if (isStart && text[i] == '#') {
        while (i < text.length && text[i] == '#') {
          i++;
        }
        isStart = i < text.length && text[i] != '\n';
        while (i < text.length && text[i] != '\n') {
          i++;
        }
        if (i < text.length) {
          kept.write('\n');
        }
      } else {
        isStart = !isStart && text[i] == '\n';
        kept.write(text[i]);
      }
    }
    return kept.toByteArray();
  }

  private static MessageDigest sha1() {
    try {
      return MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

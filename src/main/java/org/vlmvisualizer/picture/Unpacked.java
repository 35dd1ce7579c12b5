package org.vlmvisualizer.picture;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.vlmvisualizer.core.InputException;

/** The picture inside of a ZIP archive or of a compressed FITS file, as a file of its own. */
final class Unpacked implements AutoCloseable {
  private final Path folder;
  private final Path file;

  private Unpacked(InputStream in, String name, String shownAs, long limit) throws IOException {
    folder = Files.createTempDirectory("picture");
    file = folder.resolve(name.substring(name.lastIndexOf('/') + 1).replaceAll("[^\\w. -]", "_"));
    boolean whole = false;
    try {
      copy(in, shownAs, limit);
      whole = true;
    } finally {
      if (!whole) {
        close();
      }
    }
  }

  /**
   * The first file of an archive if it is one that ImageJ opens; null if the file is no archive.
   *
   * @throws InputException if it is larger than the limit
   */
  static Unpacked of(Path path, String shownAs, Limits limits) throws IOException {
    String name = path.getFileName().toString();
    String lower = name.toLowerCase(Locale.ROOT);
    try (InputStream in = Files.newInputStream(path)) {
      if (lower.endsWith(".fits.gz") || lower.endsWith(".fts.gz")) {
        String inside = name.substring(0, name.length() - 3);
        return new Unpacked(new GZIPInputStream(in), inside, shownAs, limits.bytes());
      }
      if (!lower.endsWith(".zip")) {
        return null;
      }
      ZipInputStream zip = new ZipInputStream(in);
      ZipEntry entry = zip.getNextEntry();
      return entry == null || !entry.getName().matches(".*\\.(tif|dcm)")
          ? null
          : new Unpacked(zip, entry.getName(), shownAs, limits.bytes());
    }
  }

  Path file() {
    return file;
  }

  private void copy(InputStream in, String shownAs, long limit) throws IOException {
    byte[] buffer = new byte[1 << 16];
    long total = 0;
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        total += n;
        if (total > limit) {
          throw new InputException(
              "Expected a picture of at most %,d bytes in %s, found more. Unpack it, and name the file inside."
                  .formatted(limit, shownAs));
        }
        out.write(buffer, 0, n);
      }
    }
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
    Files.deleteIfExists(folder);
  }
}

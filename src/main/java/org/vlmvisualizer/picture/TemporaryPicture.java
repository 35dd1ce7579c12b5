package org.vlmvisualizer.picture;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.vlmvisualizer.core.InputException;

/** A picture that was fetched or unpacked, in a temporary folder of its own until it is closed. */
record TemporaryPicture(Path file) implements AutoCloseable {
  /**
   * @param path in an archive or on a server. Of its last part the name is made: some formats are
   *     told by its end, and it becomes the image's title.
   */
  static TemporaryPicture of(String path) throws IOException {
    String last = path.substring(path.lastIndexOf('/') + 1);
    String name = last.isBlank() ? "picture" : last.replaceAll("[^\\w. -]", "_");
    return new TemporaryPicture(Files.createTempDirectory("picture").resolve(name));
  }

  /**
   * What a compressed FITS file holds, or the first file of a ZIP archive if ImageJ opens such;
   * null if there is none.
   *
   * @throws InputException if it is larger than the limit
   */
  static TemporaryPicture inside(Path path, String shownAs, Limits limits) throws IOException {
    String name = path.getFileName().toString();
    String lower = name.toLowerCase(Locale.ROOT);
    try (InputStream in = Files.newInputStream(path)) {
      if (lower.endsWith(".fits.gz") || lower.endsWith(".fts.gz")) {
        String inside = name.substring(0, name.length() - 3);
        return unpack(new GZIPInputStream(in), inside, shownAs, limits);
      }
      if (!lower.endsWith(".zip")) {
        return null;
      }
      ZipInputStream zip = new ZipInputStream(in);
      ZipEntry entry = zip.getNextEntry();
      return entry == null || !entry.getName().matches(".*\\.(tif|dcm)")
          ? null
          : unpack(zip, entry.getName(), shownAs, limits);
    }
  }

  private static TemporaryPicture unpack(InputStream in, String name, String shownAs, Limits limits)
      throws IOException {
    TemporaryPicture picture = TemporaryPicture.of(name);
    boolean whole = false;
    try {
      picture.write(in, limits.bytes(), () -> {}, () -> tooLong(shownAs, limits));
      whole = true;
      return picture;
    } finally {
      if (!whole) {
        picture.close();
      }
    }
  }

  private static InputException tooLong(String shownAs, Limits limits) {
    return new InputException(
        "Expected a picture of at most %,d bytes in %s, found more. Unpack it, and name the file inside."
            .formatted(limits.bytes(), shownAs));
  }

  /**
   * Writes the file.
   *
   * @param most bytes that are taken
   * @param alive called after each read
   * @throws InputException {@code tooLong}, if there are more
   */
  void write(InputStream in, long most, Runnable alive, Supplier<InputException> tooLong)
      throws IOException {
    byte[] buffer = new byte[1 << 16];
    long total = 0;
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        alive.run();
        total += n;
        if (total > most) {
          throw tooLong.get();
        }
        out.write(buffer, 0, n);
      }
    }
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
    Files.deleteIfExists(file.getParent());
  }
}

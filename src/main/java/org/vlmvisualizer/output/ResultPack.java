package org.vlmvisualizer.output;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.json.StrictJson;

/**
 * Reads what {@link PackWriter} wrote. Nothing in it is trusted: names lead out of no folder,
 * lengths and checksums must be those that the zip tells, and memory is bounded.
 */
final class ResultPack implements Closeable {
  private static final String MARK = "vlm_visualizer_pack";
  private static final int VERSION = 1;
  private static final int MAX_READ = 64 << 20;

  private final Path file;
  private final FileTime time;
  private final ZipFile zip;

  private ResultPack(Path file, FileTime time, ZipFile zip) {
    this.file = file;
    this.time = time;
    this.zip = zip;
  }

  /**
   * @throws InputException if it is none, one of another version, or damaged
   */
  static ResultPack open(Path file) {
    ResultPack pack = null;
    try {
      FileTime time = Files.getLastModifiedTime(file);
      pack = new ResultPack(file, time, new ZipFile(file.toFile(), StandardCharsets.UTF_8));
      pack.check();
      return pack;
    } catch (IOException | RuntimeException e) {
      if (pack != null) {
        pack.close();
      }
      throw e instanceof InputException told ? told : damaged(file, e);
    }
  }

  private void check() throws IOException {
    JsonElement found =
        zip.getEntry(PackWriter.ATTRIBUTES) == null
            ? null
            : StrictJson.object(read(PackWriter.ATTRIBUTES)).get(MARK);
    if (!mark().get(MARK).equals(found)) {
      throw new InputException(
          "Expected a pack of results of version %d, found %s in %s; move it away, or take the version of the plugin that wrote it."
              .formatted(
                  VERSION,
                  found == null ? "another zip" : "one of version " + found.toString(),
                  file));
    }
  }

  /** What its root says. */
  static JsonObject mark() {
    JsonObject mark = new JsonObject();
    mark.addProperty(MARK, VERSION);
    return mark;
  }

  private static InputException damaged(Path file, Exception e) {
    return new InputException(
        "The pack of results %s cannot be read (%s). Move it away to ask about its pictures again."
            .formatted(file, FileTrouble.reason(e)),
        e);
  }

  Path file() {
    return file;
  }

  /** Whether another run has written it anew since. */
  boolean isReplaced() {
    try {
      return !Files.getLastModifiedTime(file).equals(time);
    } catch (IOException e) {
      return true;
    }
  }

  /** Names of the folders in it. */
  Set<String> pictures() {
    Set<String> names = new LinkedHashSet<>();
    String end = "/" + ResultFiles.RUN;
    for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
      String name = all.nextElement().getName();
      if (name.endsWith(end)) {
        names.add(name.substring(0, name.length() - end.length()));
      }
    }
    names.removeIf(name -> !Arrays.stream(name.split("/", -1)).allMatch(ResultPack::isPlain));
    return names;
  }

  /** Whether it names a file or folder in a folder, on any system. */
  private static boolean isPlain(String name) {
    return !name.isBlank()
        && !name.equals(".")
        && !name.equals("..")
        && !name.matches(".*[/\\\\:\\x00].*");
  }

  boolean has(String picture) {
    return zip.getEntry(picture + "/" + ResultFiles.RUN) != null;
  }

  /** The files of one of its pictures. */
  ResultPlace place(String picture) {
    return new ResultPlace() {
      @Override
      public long size(String name) {
        ZipEntry entry = zip.getEntry(picture + "/" + name);
        return entry == null ? 0 : entry.getSize();
      }

      @Override
      public byte[] read(String name) throws IOException {
        return ResultPack.this.read(picture + "/" + name);
      }
    };
  }

  private ZipEntry entry(String name) throws NoSuchFileException {
    ZipEntry entry = zip.getEntry(name);
    if (entry == null) {
      throw new NoSuchFileException(file + "/" + name);
    }
    return entry;
  }

  private byte[] read(String name) throws IOException {
    ZipEntry entry = entry(name);
    if (entry.getSize() > MAX_READ) {
      throw new IOException(name + " is too large");
    }
    CRC32 sum = new CRC32();
    try (InputStream in = new CheckedInputStream(zip.getInputStream(entry), sum)) {
      byte[] bytes = in.readNBytes((int) entry.getSize() + 1);
      requireWhole(entry, bytes.length, sum);
      return bytes;
    }
  }

  private static void requireWhole(ZipEntry entry, long length, CRC32 sum) throws IOException {
    if (length != entry.getSize() || sum.getValue() != entry.getCrc()) {
      throw new IOException(entry.getName() + " is damaged");
    }
  }

  /**
   * Writes the files that a picture's run.json lists, and that itself, into a folder.
   *
   * @throws IOException if they are damaged, or the disk has no room for them
   */
  void unpack(String picture, Path folder) throws IOException {
    JsonObject run = StrictJson.object(place(picture).read(ResultFiles.RUN));
    for (JsonElement name : run.getAsJsonArray("files")) {
      if (!isPlain(name.getAsString())) {
        throw new IOException("a file in it is called " + name);
      }
      unpack(entry(picture + "/" + name.getAsString()), folder.resolve(name.getAsString()));
    }
  }

  private void unpack(ZipEntry entry, Path to) throws IOException {
    if (entry.getSize() > Files.getFileStore(to.getParent()).getUsableSpace()) {
      throw new IOException("no room for " + entry.getName());
    }
    CRC32 sum = new CRC32();
    byte[] buffer = new byte[1 << 16];
    long length = 0;
    try (InputStream in = new CheckedInputStream(zip.getInputStream(entry), sum);
        OutputStream out = Files.newOutputStream(to)) {
      for (int n = in.read(buffer); n >= 0 && length <= entry.getSize(); n = in.read(buffer)) {
        length += n;
        out.write(buffer, 0, n);
      }
    }
    requireWhole(entry, length, sum);
  }

  /** Copies the entries whose names are wanted. */
  void copy(Predicate<String> wanted, PackWriter to) throws IOException {
    for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
      ZipEntry entry = all.nextElement();
      if (wanted.test(entry.getName())) {
        try (InputStream in = zip.getInputStream(entry)) {
          to.copy(entry, in);
        }
      }
    }
  }

  @Override
  public void close() {
    try {
      zip.close();
    } catch (IOException e) {
      // It was read only.
    }
  }
}

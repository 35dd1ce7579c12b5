package org.vlmvisualizer.gpu;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.vlmvisualizer.core.CleanText;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.hub.PackageFiles;

/** Takes the libraries out of a wheel whose hash has been checked. */
final class WheelUnpacker {
  private static final Pattern LICENCE =
      Pattern.compile("[^/]+\\.dist-info/(LICENSE|License\\.txt)");
  private static final int MAX_ENTRIES = 100_000;
  private static final int MB = 1 << 20;

  private final GpuBuild.Wheel wheel;
  private final Path folder;
  private final Progress progress;
  private final byte[] buffer = new byte[MB];
  private long written;

  /**
   * @param folder that the entries' names are relative to
   * @param progress told after each MB; may cancel
   */
  WheelUnpacker(GpuBuild.Wheel wheel, Path folder, Progress progress) {
    this.wheel = wheel;
    this.folder = folder;
    this.progress = progress;
  }

  /**
   * Unpacks what is to be taken; files of an earlier try are replaced.
   *
   * @return size and path of each file, as "123 torch/lib/libtorch.so"
   * @throws InputException if the archive cannot be read, a name in it would leave the folder, it
   *     holds more than announced or nothing to take, or the disk does not take it
   */
  List<String> unpack(Path archive) {
    List<String> files = new ArrayList<>();
    try (ZipFile zip = new ZipFile(archive.toFile())) {
      if (zip.size() > MAX_ENTRIES) {
        throw refused("at most " + MAX_ENTRIES + " entries", zip.size() + " of them");
      }
      List<? extends ZipEntry> entries = Collections.list(zip.entries());
      entries.forEach(entry -> requireWithin(entry.getName()));
      for (ZipEntry entry : entries) {
        boolean isLibrary = wheel.take().matcher(entry.getName()).matches();
        if (isLibrary || LICENCE.matcher(entry.getName()).matches()) {
          long before = written;
          unpack(zip, entry);
          files.add((written - before) + " " + entry.getName());
        }
      }
    } catch (IOException e) {
      throw refused("a zip archive", "one that cannot be read (" + FileTrouble.reason(e) + ")");
    }
    if (files.stream().noneMatch(f -> wheel.take().matcher(f.split(" ", 2)[1]).matches())) {
      throw refused("libraries", "none");
    }
    return files;
  }

  private void unpack(ZipFile zip, ZipEntry entry) throws IOException {
    Path file = folder.resolve(entry.getName());
    try (InputStream in = zip.getInputStream(entry);
        FileOutputStream out = open(file)) {
      for (int n = read(in, entry); n >= 0; n = read(in, entry)) {
        written += n;
        if (written > wheel.unpacked()) {
          throw refused("at most " + wheel.unpacked() + " bytes once unpacked", "more");
        }
        write(out, file, n);
        progress.update(
            "unpacking " + wheel.file().name(),
            (int) (written / MB),
            (int) (wheel.unpacked() / MB) + 1);
      }
      out.getFD().sync();
    }
  }

  private int read(InputStream in, ZipEntry entry) throws IOException {
    try {
      return in.read(buffer);
    } catch (ZipException e) {
      throw new ZipException(CleanText.cut(CleanText.of(entry.getName()), 60) + " is broken");
    }
  }

  private static FileOutputStream open(Path file) {
    try {
      Files.createDirectories(file.getParent());
      Files.deleteIfExists(file); // perhaps a link, whose end would be written to
      return new FileOutputStream(file.toFile());
    } catch (IOException e) {
      throw PackageFiles.unwritable(file, e);
    }
  }

  private void write(FileOutputStream out, Path file, int count) {
    try {
      out.write(buffer, 0, count);
    } catch (IOException e) {
      throw PackageFiles.unwritable(file, e);
    }
  }

  private void requireWithin(String name) {
    boolean leaves =
        name.startsWith("/")
            || name.contains("\\")
            || name.contains(":")
            || name.chars().anyMatch(Character::isISOControl)
            || List.of(name.split("/", -1)).contains("..");
    if (leaves) {
      throw refused("names of files within", CleanText.cut(CleanText.of(name), 60));
    }
  }

  private InputException refused(String expected, String found) {
    return new InputException(
        "Expected %s in %s, found %s; nothing of it is used, choose another index or folder of wheels."
            .formatted(expected, wheel.file().name(), found));
  }
}

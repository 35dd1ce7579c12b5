package org.vlmvisualizer.engine;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vlmvisualizer.core.FileTree;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.LibrarySettings;
import org.vlmvisualizer.core.UserCache;

/**
 * PyTorch for NVIDIA GPUs, as the user had it installed:
 *
 * <pre>
 * pytorch-gpu/2.7.1-cu126-linux-x86_64/torch/lib        PyTorch
 *                                     /nvidia/.../lib   the libraries of CUDA, on Linux
 *                                     /files.txt        size and path of each file; written last
 *                                     /failed.txt       why it did not start, if it did not
 * </pre>
 *
 * PyTorch finds the other libraries by their places beside its own, so the layout stays as it is.
 *
 * @param folder with all of it
 */
public record GpuInstallation(Path folder) {
  /** What is on disk without this file is not whole. */
  public static final String LIST = "files.txt";

  private static final String FAILED = "failed.txt";

  /** Version, build, platform; an unfinished one has an ending behind it. */
  private static final Pattern NAME = Pattern.compile("([\\d.]+)-(cu\\d+)-([a-z]+-[a-z0-9_]+)");

  /** Where installations lie: beside what DJL unpacks, if the user has named a folder for that. */
  public static Path root() {
    LibrarySettings.tell();
    String djl = LibraryPath.setting("DJL_CACHE_DIR");
    return djl == null ? UserCache.folder("pytorch-gpu") : Path.of(djl, "pytorch-gpu");
  }

  /**
   * @param build such as cu126
   * @param platform such as linux-x86_64
   */
  public static GpuInstallation of(String build, String platform) {
    return new GpuInstallation(
        root().resolve(LibraryPath.VERSION + "-" + build + "-" + platform).toAbsolutePath());
  }

  /** This system as in names of installations; another than those of the builds has none. */
  public static String platform() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch");
    String system = os.startsWith("win") ? "win" : os.startsWith("mac") ? "osx" : "linux";
    return system + "-" + (arch.equals("amd64") ? "x86_64" : arch);
  }

  /** The newest that this program can use: whole, and of the version and platform that fit. */
  public static Optional<GpuInstallation> find() {
    return folders().stream()
        .filter(f -> f.getFileName().toString().startsWith(LibraryPath.VERSION + "-"))
        .filter(f -> f.getFileName().toString().endsWith("-" + platform()))
        .map(GpuInstallation::new)
        .filter(GpuInstallation::isWhole)
        .max(Comparator.comparing(GpuInstallation::installed));
  }

  private long installed() {
    return folder.resolve(LIST).toFile().lastModified();
  }

  /** Makes it the newest, and lets it be tried again if it did not start. */
  public void renew() {
    folder.resolve(LIST).toFile().setLastModified(System.currentTimeMillis());
    forgetFailure();
  }

  /** Those of other versions and platforms too, by name. */
  private static List<Path> folders() {
    List<Path> folders = new ArrayList<>();
    if (Files.isDirectory(root())) {
      try (DirectoryStream<Path> all = Files.newDirectoryStream(root().toAbsolutePath())) {
        for (Path folder : all) {
          if (NAME.matcher(folder.getFileName().toString()).matches()) {
            folders.add(folder);
          }
        }
      } catch (IOException e) {
        // What cannot be read cannot be used.
      }
    }
    folders.sort(null);
    return folders;
  }

  /** Such as cu126. */
  public String build() {
    Matcher name = NAME.matcher(folder.getFileName().toString());
    return name.matches() ? name.group(2) : "cuda";
  }

  /** The folder with PyTorch's own libraries. */
  Path libraries() {
    return folder.resolve("torch").resolve("lib");
  }

  /** The runtime library of CUDA 12. */
  Path runtime() {
    return platform().startsWith("win")
        ? libraries().resolve("cudart64_12.dll")
        : folder.resolve("nvidia/cuda_runtime/lib/libcudart.so.12");
  }

  /** Whether every file is there, with its size. */
  public boolean isWhole() {
    try {
      List<String> lines = Files.readAllLines(folder.resolve(LIST));
      for (String line : lines) {
        String[] parts = line.split(" ", 2);
        Path file = folder.resolve(parts[1]);
        if (!Files.isRegularFile(file) || Files.size(file) != Long.parseLong(parts[0])) {
          return false;
        }
      }
      return !lines.isEmpty() && Files.isDirectory(libraries());
    } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException e) {
      return false;
    }
  }

  /** The shared libraries in it. */
  List<Path> sharedLibraries() throws IOException {
    List<Path> all = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve(LIST))) {
      Path file = folder.resolve(line.split(" ", 2)[1]);
      if (file.getFileName().toString().matches(".*\\.(so(\\..*)?|dll)")) {
        all.add(file);
      }
    }
    return all;
  }

  /** Why it did not start the last time, as a clause; empty if it did or was not tried. */
  public Optional<String> failure() {
    try {
      return Files.exists(folder.resolve(FAILED))
          ? Optional.of(Files.readString(folder.resolve(FAILED)))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Remembers a failure, so that the next start takes the CPU. */
  void setFailure(String why) {
    try {
      Files.writeString(folder.resolve(FAILED), why);
    } catch (IOException e) {
      // A folder that can only be read: then it is tried each time.
    }
  }

  /** Lets it be tried again. */
  void forgetFailure() {
    try {
      Files.deleteIfExists(folder.resolve(FAILED));
    } catch (IOException e) {
      // As above.
    }
  }

  /**
   * Deletes them all, whole or not, and what was downloaded for them.
   *
   * @return bytes that became free
   * @throws InputException if PyTorch runs from there, or they cannot be deleted
   */
  public static long remove() {
    if (LibraryPath.installed().isPresent()) {
      throw new InputException(
          "Expected PyTorch for the GPU not to be in use, but it is running; start Fiji again and remove it before the first question.");
    }
    long freed = 0;
    try {
      for (Path folder : folders()) {
        Files.deleteIfExists(folder.resolve(LIST)); // first: half of it is none
      }
      if (Files.exists(root())) {
        freed = FileTree.delete(root());
      }
      return freed;
    } catch (IOException e) {
      throw new InputException(
          "Expected to delete %s, but that failed (%s); close all Fijis that use the GPU and try again."
              .formatted(root(), FileTrouble.reason(e)),
          e);
    }
  }
}

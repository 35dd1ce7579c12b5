package org.vlmvisualizer.network;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.vlmvisualizer.core.UserCache;

/**
 * A small file that lies on disk while native code is loaded. A crash in native code ends the whole
 * program without a Java exception; the mark that then stays behind tells the next start.
 *
 * <p>The file is named after computer and process, since a home folder may be shared: marks of
 * other computers and of programs that still run are left alone. It holds two lines: when the
 * process started (process numbers are used again), and what was going on.
 */
final class LoadingMark implements AutoCloseable {
  /** Calls differ by up to this much in the start of a process. */
  private static final Duration CLOCK_STEP = Duration.ofSeconds(10);

  private static final String SUFFIX = ".txt";

  /** Null where no file can be written. */
  private final Path file;

  private LoadingMark(Path file) {
    this.file = file;
  }

  /** The folder of all marks, in the user's cache. */
  static Path folder() {
    return UserCache.folder("loading");
  }

  /**
   * Lays a mark; {@link #close} removes it, as does an orderly end of the program. Where the folder
   * cannot be written, there is no mark, and no harm.
   *
   * @param what the end of a sentence that starts "the last start crashed while"
   */
  static LoadingMark set(Path folder, String what) {
    Path file = null;
    try {
      Files.createDirectories(folder);
      file = Files.createTempFile(folder, prefix() + ProcessHandle.current().pid() + "-", SUFFIX);
      file.toFile().deleteOnExit();
      Files.writeString(file, started(ProcessHandle.current()) + "\n" + what + "\n");
    } catch (IOException | SecurityException e) {
      // A home that can only be read: then a crash is not remembered.
    }
    return new LoadingMark(file);
  }

  @Override
  public void close() {
    if (file != null) {
      remove(file);
    }
  }

  /** What was going on when an earlier program on this computer crashed, if one did. */
  static Optional<String> leftBehind(Path folder) {
    for (Path file : marksOfTheDead(folder)) {
      List<String> lines = lines(file);
      return Optional.of(lines.size() < 2 ? "PyTorch was being loaded" : lines.get(1));
    }
    return Optional.empty();
  }

  /** Removes what {@link #leftBehind} tells of. */
  static void clear(Path folder) {
    marksOfTheDead(folder).forEach(LoadingMark::remove);
  }

  private static List<Path> marksOfTheDead(Path folder) {
    List<Path> dead = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return dead;
    }
    String prefix = prefix();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        // A longer computer name may start like this one's: what follows must be a number.
        if (name.startsWith(prefix) && name.substring(prefix.length()).matches("\\d{1,18}-.*")) {
          String rest = name.substring(prefix.length());
          long pid = Long.parseLong(rest.substring(0, rest.indexOf('-')));
          if (!isAlive(pid, lines(file))) {
            dead.add(file);
          }
        }
      }
    } catch (IOException | SecurityException e) {
      // What cannot be read is no mark.
    }
    return dead;
  }

  private static boolean isAlive(long pid, List<String> lines) {
    Optional<ProcessHandle> process = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
    if (process.isEmpty()) {
      return false;
    }
    try {
      Instant then = Instant.parse(lines.isEmpty() ? "" : lines.get(0));
      Instant now = Instant.parse(started(process.get()));
      return Duration.between(then, now).abs().compareTo(CLOCK_STEP) < 0;
    } catch (DateTimeParseException e) {
      // This system does not tell when processes started, or the mark is being written.
      return true;
    }
  }

  private static String started(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toString).orElse("unknown");
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of();
    }
  }

  private static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // Then the next start takes the CPU, and says why.
    }
  }

  private static String prefix() {
    return computer().replaceAll("[^A-Za-z0-9.]", "_") + "-";
  }

  private static String computer() {
    try {
      Path name = Path.of("/proc/sys/kernel/hostname");
      return Files.isReadable(name)
          ? Files.readString(name).strip()
          : InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      return "here";
    }
  }
}

package org.vlmvisualizer.output;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import java.util.stream.Stream;
import org.vlmvisualizer.core.FileTree;
import org.vlmvisualizer.core.ProcessMark;

/**
 * Attempts at a result that ended with the program that made them. Each left its claim, which is
 * kept in a hidden folder beside the results until the result is made or given up. A program that
 * crashed is told apart from one that was killed for other reasons, as by a scheduler: Java's own
 * report of the crash is there, or whoever started the program says so.
 */
final class LostAttempts {
  private static final String FOLDER = ".vlm-visualizer";
  private static final String CRASH = ".crash";
  private static final String LOST = ".lost";

  private final Path folder;

  private LostAttempts(Path folder) {
    this.folder = folder;
  }

  /**
   * @param claims folder that the claims are in
   * @param name of the claim, without its suffix
   */
  static LostAttempts of(Path claims, String name) {
    return new LostAttempts(claims.resolve(FOLDER).resolve(name));
  }

  /**
   * Keeps a dead program's claim as an attempt.
   *
   * @param crashed whether it is known that the program crashed
   * @return whether it is gone from its place by this
   */
  boolean add(Path claim, boolean crashed) throws IOException {
    try {
      long pid = ProcessMark.pid(Files.readString(claim));
      String kind = crashed || isReported(claim.getParent(), pid) ? CRASH : LOST;
      Files.createDirectories(folder);
      Files.move(claim, folder.resolve(UUID.randomUUID() + kind), StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (NoSuchFileException e) {
      return false; // another run was faster, with the claim or with the end of all attempts
    }
  }

  /**
   * Java writes it into the folder that it was started in, or into that of temporary files; or
   * where it was told to, beside the results, of several questions above them.
   */
  private static boolean isReported(Path results, long pid) {
    String report = "hs_err_pid" + pid + ".log";
    return Stream.of(
            Path.of(""),
            Path.of(System.getProperty("java.io.tmpdir")),
            results,
            results.resolve(".."))
        .anyMatch(place -> Files.exists(place.resolve(report)));
  }

  /** Whether there are any. */
  boolean any() {
    return Files.isDirectory(folder);
  }

  /** How many ended by a crash. */
  int crashes() {
    return count(CRASH);
  }

  /** How many ended and nobody knows why. */
  int unexplained() {
    return count(LOST);
  }

  private int count(String kind) {
    int count = 0;
    if (!Files.isDirectory(folder)) {
      return count;
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*" + kind)) {
      for (Path ignored : all) {
        count++;
      }
    } catch (IOException | DirectoryIteratorException e) {
      // Cleared by another run meanwhile.
    }
    return count;
  }

  /** All of a folder of results, once there is nothing more to be made in it. */
  static void clearAll(Path claims) throws IOException {
    Path all = claims.resolve(FOLDER);
    if (Files.isDirectory(all)) {
      FileTree.delete(all);
    }
  }

  /** Once the result is made or given up. */
  void clear() {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try {
      FileTree.delete(folder);
      Files.deleteIfExists(folder.getParent());
    } catch (IOException e) {
      // Attempts at other results are still there.
    }
  }
}

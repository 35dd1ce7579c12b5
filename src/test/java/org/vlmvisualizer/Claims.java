package org.vlmvisualizer;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.vlmvisualizer.core.ProcessMark;

/** Claims of programs that work on a picture of many. */
public final class Claims {
  private Claims() {}

  /** Whether a claim is there, and is that of a process. */
  public static boolean isOf(Path claim, long pid) {
    return owner(claim).filter(owner -> owner == pid).isPresent();
  }

  /** The program that has a picture now. */
  public static Optional<Long> owner(Path claim) {
    try {
      return Optional.of(ProcessMark.pid(Files.readString(claim))).filter(pid -> pid > 0);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** A program that has a picture of an output folder now. */
  public static Optional<Long> anyOwner(Path output) throws IOException {
    try (DirectoryStream<Path> claims = Files.newDirectoryStream(output, ".vlm-*.claim")) {
      for (Path claim : claims) {
        Optional<Long> owner = owner(claim);
        if (owner.isPresent()) {
          return owner;
        }
      }
    } catch (NoSuchFileException e) {
      // Not made yet, or on trial only.
    }
    return Optional.empty();
  }
}

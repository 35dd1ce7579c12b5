package org.vlmvisualizer.analysis;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.vlmvisualizer.attribution.LocalizationChoice;
import org.vlmvisualizer.core.AtomicFile;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.HeadMap.Head;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.UserCache;

/** The localization heads that were chosen for a model, by the checksum of its files. */
public final class StoredHeads {
  private static final long MAX_BYTES = 4096;

  private StoredHeads() {}

  private static Path file(String sha256) {
    return UserCache.folder("localization-heads").resolve(sha256 + ".txt");
  }

  /**
   * @throws InputException if they cannot be written
   */
  public static void write(String sha256, List<Head> heads) {
    Path file = file(sha256);
    try {
      Files.createDirectories(file.getParent());
      Path part = file.resolveSibling(sha256 + "." + ProcessHandle.current().pid() + ".part");
      AtomicFile.replace(
          file,
          part,
          target ->
              Files.writeString(
                  target, LocalizationChoice.text(heads) + "\n", StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new InputException(
          "%s could not be written (%s); make room on the disk, or leave out localization-heads."
              .formatted(file, FileTrouble.reason(e)),
          e);
    }
  }

  /**
   * @throws InputException if there are none, or they cannot be read
   */
  public static List<Head> read(String sha256) {
    Path file = file(sha256);
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
        throw new InputException(
            "Expected localization heads that Compare Methods chose over a folder of pictures, found none for this model; run it with method localization-heads, or set localization=token.");
      }
      return LocalizationChoice.parse(Files.readString(file, StandardCharsets.UTF_8)).heads();
    } catch (IOException e) {
      throw new InputException(
          "%s cannot be read (%s); set localization=token.".formatted(file, FileTrouble.reason(e)),
          e);
    }
  }
}

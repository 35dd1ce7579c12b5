package org.vlmvisualizer.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;

/**
 * What the files of some folders were like at a time: names, sizes, times and, where the file
 * system has them, numbers. So a file that was edited, replaced, added or deleted is noticed
 * without reading any; one that got other bytes of the same number with its old time is not.
 *
 * @param folders in full, links followed
 * @param files one line each
 */
public record FolderState(List<Path> folders, List<String> files) {
  /**
   * As they are now.
   *
   * @throws InputException if a folder cannot be read
   */
  public static FolderState of(List<Path> folders) {
    List<Path> real = new ArrayList<>();
    List<String> files = new ArrayList<>();
    for (Path folder : folders) {
      try {
        real.add(folder.toRealPath());
        files.addAll(files(folder.toRealPath()));
      } catch (IOException e) {
        throw new InputException(
            "Expected to read the folder %s, but that failed (%s); check it and its permissions."
                .formatted(folder, FileTrouble.reason(e)),
            e);
      }
    }
    return new FolderState(List.copyOf(real), List.copyOf(files));
  }

  private static List<String> files(Path folder) throws IOException {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        lines.add("%s %d %s %s".formatted(file, now.size(), now.lastModifiedTime(), now.fileKey()));
      }
    }
    return lines;
  }

  /** Whether nothing has changed since. */
  public boolean isCurrent() {
    try {
      return equals(of(folders));
    } catch (InputException e) {
      return false;
    }
  }
}

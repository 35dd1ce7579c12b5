package org.vlmvisualizer.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;

/** A folder that can be read and nothing else, not even by root, who gets a mount of that kind. */
final class ReadOnly implements AutoCloseable {
  private static final boolean MOUNTED = System.getProperty("user.name").equals("root");

  private final Path folder;
  private final Map<String, String> content;

  /**
   * @param original what is in it
   * @param folder where it is to be
   */
  ReadOnly(Path original, Path folder) throws Exception {
    this.folder = folder;
    if (MOUNTED) {
      Files.createDirectory(folder);
      Commands.run("mount", "--bind", original.toString(), folder.toString());
      Commands.run("mount", "-o", "remount,ro,bind", folder.toString());
    } else {
      Commands.run("cp", "-rp", original.toString(), folder.toString());
      Commands.run("chmod", "-R", "a-w", folder.toString());
    }
    content = content();
  }

  void checkUnchanged() throws IOException {
    assertEquals(content, content());
  }

  /** Sizes and times. */
  private Map<String, String> content() throws IOException {
    Map<String, String> all = new TreeMap<>();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes is) {
            all.put(file.toString(), is.size() + " " + is.lastModifiedTime());
            return FileVisitResult.CONTINUE;
          }
        });
    return all;
  }

  @Override
  public void close() throws Exception {
    if (MOUNTED) {
      Commands.run("umount", "--lazy", folder.toString());
    } else {
      Commands.run("chmod", "-R", "u+w", folder.toString());
    }
  }
}

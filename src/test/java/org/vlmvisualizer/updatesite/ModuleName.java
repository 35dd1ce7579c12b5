package org.vlmvisualizer.updatesite;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/**
 * The name that a jar has as a Java module. Fiji starts Java with {@code
 * --module-path=jars/PLATFORM}, and Java does not start at all if a jar there has a name that is no
 * Java name: with a hyphen, or, where the manifest has none and it is made of the file's, with a
 * keyword such as {@code native}.
 */
final class ModuleName {
  private static final String ATTRIBUTE = "Automatic-Module-Name";

  private ModuleName() {}

  /**
   * Writes the name into a jar's manifest. All other entries stay as they are stored, and the same
   * jar becomes the same bytes.
   *
   * @throws IllegalArgumentException if the jar is signed: the signature would no longer hold
   */
  static void set(Path jar, String name) throws IOException {
    FileTime ofJar = Files.getLastModifiedTime(jar);
    try (FileSystem zip = FileSystems.newFileSystem(jar)) {
      Path file = zip.getPath("META-INF", "MANIFEST.MF");
      if (isSigned(file.getParent())) {
        throw new IllegalArgumentException(jar + " is signed, so its manifest cannot be changed");
      }
      Manifest manifest = read(file);
      manifest.getMainAttributes().putIfAbsent(Attributes.Name.MANIFEST_VERSION, "1.0");
      manifest.getMainAttributes().putValue(ATTRIBUTE, name);
      FileTime time = Files.getLastModifiedTime(file);
      try (OutputStream out = Files.newOutputStream(file)) {
        manifest.write(out);
      }
      Files.setLastModifiedTime(file, time);
    }
    Files.setLastModifiedTime(jar, ofJar);
  }

  private static Manifest read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new Manifest(in);
    }
  }

  private static boolean isSigned(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.anyMatch(file -> file.toString().endsWith(".SF"));
    }
  }
}

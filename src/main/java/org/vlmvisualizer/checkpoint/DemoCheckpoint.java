package org.vlmvisualizer.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import org.vlmvisualizer.core.AtomicFile;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.UserCache;

/**
 * The small trained model inside the plugin's jar. Weights are mapped from a file, so it is laid
 * into a folder on first use.
 */
final class DemoCheckpoint {
  private static final String RESOURCES = "/demo-checkpoint/";
  private static final List<String> FILES =
      List.of(
          "config.json",
          "generation_config.json",
          "preprocessor_config.json",
          "chat_template.jinja",
          "tokenizer.json",
          "model.safetensors");

  private DemoCheckpoint() {}

  /**
   * The folder with the demo model, in the user's cache. Files that differ from the jar's, from an
   * older version of the plugin or a broken disk, are replaced.
   *
   * @throws InputException if it cannot be written
   */
  static Path folder() {
    Path folder = UserCache.folder("demo");
    try {
      Files.createDirectories(folder);
      for (String file : FILES) {
        extract(file, folder.resolve(file));
      }
      return folder;
    } catch (IOException e) {
      throw new InputException(
          "Expected to write the demo model into %s, but that failed (%s); make it writable or make room there, or choose the folder of another model."
              .formatted(folder, FileTrouble.reason(e)),
          e);
    }
  }

  private static void extract(String file, Path target) throws IOException {
    if (Files.exists(target) && isSame(resource(file), Files.readAllBytes(target))) {
      return;
    }
    byte[] content;
    try (InputStream in = resource(file).openStream()) {
      content = in.readAllBytes();
    }
    // Moved into place whole, since two programs may do this at once.
    Path part = Files.createTempFile(target.getParent(), file, ".part");
    AtomicFile.replace(target, part, p -> Files.write(p, content));
  }

  /** By length and checksum where a jar tells them: unpacking takes ten times as long. */
  private static boolean isSame(URL resource, byte[] found) throws IOException {
    URLConnection connection = resource.openConnection();
    connection.setUseCaches(false);
    if (connection instanceof JarURLConnection inJar) {
      try (JarFile jar = inJar.getJarFile()) {
        ZipEntry entry = inJar.getJarEntry();
        CRC32 sum = new CRC32();
        sum.update(found);
        return entry.getSize() == found.length && entry.getCrc() == sum.getValue();
      }
    }
    try (InputStream in = connection.getInputStream()) {
      return Arrays.equals(in.readAllBytes(), found);
    }
  }

  private static URL resource(String file) throws IOException {
    URL resource = DemoCheckpoint.class.getResource(RESOURCES + file);
    if (resource == null) {
      throw new IOException("the plugin's jar lacks " + RESOURCES + file);
    }
    return resource;
  }
}

package org.vlmvisualizer.checkpoint;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import org.vlmvisualizer.core.InputException;

/** Models in the GGUF format of llama.cpp, which hold quantised weights and no config.json. */
final class GgufFiles {
  private static final String ENDING = ".gguf";

  private GgufFiles() {}

  /**
   * @throws InputException if this is such a file, or a folder with one and without weights of
   *     another kind
   */
  static void refuse(Path model) {
    String found = isGguf(model) && Files.isRegularFile(model) ? model.toString() : inFolder(model);
    if (found != null) {
      throw new InputException(
          "Expected a folder with config.json and safetensors, but %s is in GGUF format, which is not supported; choose the plain checkpoint that it was made from, and precision int8 or int4 to save memory."
              .formatted(found));
    }
  }

  private static boolean isGguf(Path file) {
    return file.toString().toLowerCase(Locale.ROOT).endsWith(ENDING);
  }

  private static String inFolder(Path folder) {
    if (!Files.isDirectory(folder)) {
      return null;
    }
    String other = "*.{safetensors,bin,index.json}";
    try (DirectoryStream<Path> gguf = Files.newDirectoryStream(folder, GgufFiles::isGguf);
        DirectoryStream<Path> weights = Files.newDirectoryStream(folder, other)) {
      Iterator<Path> files = gguf.iterator();
      return files.hasNext() && !weights.iterator().hasNext() ? files.next().toString() : null;
    } catch (IOException e) {
      return null; // opening its files will fail, with the reason
    }
  }
}

package org.vlmvisualizer.updatesite;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Jars made of what Maven has compiled so far: tests run before it packages. */
final class StagedSite {
  private StagedSite() {}

  static FijiJars list() throws IOException {
    return FijiJars.read(Path.of("update-site", "fiji-jars.txt"));
  }

  /** The plugin as a jar. */
  static Path pluginJar(Path jar) throws IOException {
    return jar(jar, Path.of("target", "classes"), file -> true);
  }

  /** A jar of those files of a folder that are wanted. */
  static Path jar(Path jar, Path folder, Predicate<String> wanted) throws IOException {
    return jar(jar, folder, wanted, new Manifest());
  }

  /** A jar of no files, with the module's name that DJL gives PyTorch. */
  static Path nativesJar(Path jar, Path folder, String classifier) throws IOException {
    Manifest manifest = new Manifest();
    manifest
        .getMainAttributes()
        .putValue("Automatic-Module-Name", "ai.djl.pytorch_native_cpu_" + classifier);
    return jar(jar, folder, file -> false, manifest);
  }

  private static Path jar(Path jar, Path folder, Predicate<String> wanted, Manifest manifest)
      throws IOException {
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, "0.0.0");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out, manifest)) {
      for (String file : Stage.files(folder)) {
        if (wanted.test(file)) {
          entries.putNextEntry(new JarEntry(file));
          Files.copy(folder.resolve(file), entries);
        }
      }
    }
    return jar;
  }
}

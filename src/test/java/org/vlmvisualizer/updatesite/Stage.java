package org.vlmvisualizer.updatesite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Lays out what a Fiji gets: the plugin and those of its libraries that are not Fiji's own. */
final class Stage {
  /** Fiji's platform to the classifier of PyTorch's natives on Maven Central. */
  static final Map<String, String> PLATFORMS =
      Map.of(
          "linux64", "linux-x86_64",
          "linux-arm64", "linux-aarch64",
          "macos-arm64", "osx-aarch64",
          "win64", "win-x86_64");

  /** For the command line only, which does not run inside Fiji. */
  private static final Set<String> NOT_IN_FIJI = Set.of("picocli");

  private static final String NATIVES = "pytorch-native-cpu";

  /** DJL's own name has the platform behind it, with a hyphen. */
  private static final String NATIVES_MODULE = "ai.djl.pytorch_native_cpu";

  private final FijiJars fiji;
  private final Path root;

  /**
   * @param root the folder that is laid out like a Fiji
   */
  Stage(FijiJars fiji, Path root) {
    this.fiji = fiji;
    this.root = root;
  }

  /** Empties the folder. */
  void clear() throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** Copies the plugin's jar, with its version in its name as the updater likes it. */
  void addPlugin(Path jar, String version) throws IOException {
    copy(jar, "jars/vlm-visualizer-" + version + ".jar");
  }

  /** Copies those libraries that are not Fiji's; natives go where only their platform sees them. */
  void addLibraries(List<Path> jars) throws IOException {
    for (Path jar : jars) {
      String file = jar.getFileName().toString();
      String artifact = JarName.of(file).artifact();
      if (artifact.equals(NATIVES)) {
        // The updater finds the version in the name only where no classifier of ours is behind it.
        String path = "jars/" + platform(file) + "/" + withoutClassifier(file);
        copy(jar, path);
        ModuleName.set(root.resolve(path), NATIVES_MODULE);
      } else if (!fiji.has(artifact) && !NOT_IN_FIJI.contains(artifact)) {
        copy(jar, "jars/" + file);
      }
    }
  }

  private static String withoutClassifier(String file) {
    String classifier = PLATFORMS.get(platform(file));
    return file.replace("-" + classifier + ".jar", ".jar");
  }

  private static String platform(String file) {
    return PLATFORMS.entrySet().stream()
        .filter(entry -> file.endsWith("-" + entry.getValue() + ".jar"))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("for no platform of Fiji: " + file));
  }

  private void copy(Path jar, String path) throws IOException {
    Path target = root.resolve(path);
    Files.createDirectories(target.getParent());
    Files.copy(
        jar, target, StandardCopyOption.COPY_ATTRIBUTES, StandardCopyOption.REPLACE_EXISTING);
  }

  /** All files below a folder, as paths with slashes, sorted. */
  static List<String> files(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString().replace('\\', '/'))
          .sorted()
          .toList();
    }
  }

  /** The jars directly in a folder. */
  static List<Path> jars(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
  }
}

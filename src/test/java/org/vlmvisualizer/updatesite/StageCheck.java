package org.vlmvisualizer.updatesite;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;

/** What could break a Fiji, found before it is published. */
final class StageCheck {
  static final String INDEX = "META-INF/json/org.scijava.plugin.Plugin";

  private static final Pattern FOLDERS =
      Pattern.compile("jars/((linux64|linux-arm64|macos-arm64|win64)/)?[A-Za-z0-9._-]+\\.jar");
  private static final Pattern CLUSTER =
      Pattern.compile("(org/apache/(spark|hadoop)|org/vlmvisualizer/spark|scala)/.*\\.class");
  private static final String ANNOTATION = "Lorg/scijava/plugin/Plugin;";

  private final FijiJars fiji;
  private final Path root;
  private final List<String> faults = new ArrayList<>();

  StageCheck(FijiJars fiji, Path root) {
    this.fiji = fiji;
    this.root = root;
  }

  /**
   * All faults, one sentence each.
   *
   * @param libraries all jars that the plugin runs with, Fiji's own among them
   * @param platforms those that must have PyTorch
   */
  List<String> faults(List<Path> libraries, Iterable<String> platforms) throws IOException {
    List<String> files = Stage.files(root);
    for (String file : files) {
      String artifact = JarName.of(file.substring(file.lastIndexOf('/') + 1)).artifact();
      if (!FOLDERS.matcher(file).matches()) {
        faults.add(file + " is at no place where Fiji looks for jars.");
      }
      if (fiji.has(artifact)) {
        faults.add(file + " would shadow Fiji's own " + artifact + ".");
      }
    }
    checkVersions(libraries);
    for (String platform : platforms) {
      if (files.stream()
          .noneMatch(f -> f.startsWith("jars/" + platform + "/pytorch-native-cpu-"))) {
        faults.add("PyTorch is missing for " + platform + ".");
      }
    }
    checkClasses(files, libraries);
    checkCluster(files, libraries);
    checkPlugin(files);
    return List.copyOf(faults);
  }

  /** What the plugin was built and tested with must be what Fiji has. */
  private void checkVersions(List<Path> libraries) {
    for (Path jar : libraries) {
      JarName name = JarName.of(jar.getFileName().toString());
      String expected = fiji.versions().getOrDefault(name.artifact(), "any");
      if (!expected.equals("any") && !expected.equals(name.version())) {
        faults.add(
            "%s was built with version %s, but Fiji has %s."
                .formatted(name.artifact(), name.version(), expected));
      }
    }
  }

  /** On a flat class path, a class that is in two jars comes from either. */
  private void checkClasses(List<String> files, List<Path> libraries) throws IOException {
    Map<String, String> owners = new HashMap<>();
    for (Path jar : libraries) {
      if (fiji.has(JarName.of(jar.getFileName().toString()).artifact())) {
        addClasses(jar, jar.getFileName().toString(), owners);
      }
    }
    for (String file : files) {
      if (file.chars().filter(c -> c == '/').count() == 1) {
        addClasses(root.resolve(file), file, owners);
      }
    }
  }

  private void addClasses(Path path, String name, Map<String, String> owners) throws IOException {
    try (JarFile jar = new JarFile(path.toFile())) {
      for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
        String type = entry.getName();
        boolean counts =
            type.endsWith(".class") && !type.contains("-info") && !type.startsWith("META");
        String other = counts ? owners.putIfAbsent(type, name) : null;
        if (other != null) {
          faults.add("%s is in both %s and %s.".formatted(type, other, name));
          return;
        }
      }
    }
  }

  /**
   * What is a cluster's would clash with what a Fiji has: the job for Spark is a jar of its own.
   */
  private void checkCluster(List<String> files, List<Path> libraries) throws IOException {
    List<Path> all = new ArrayList<>(libraries);
    files.stream().filter(file -> file.endsWith(".jar")).map(root::resolve).forEach(all::add);
    for (Path path : all) {
      try (JarFile jar = new JarFile(path.toFile())) {
        jar.stream()
            .map(JarEntry::getName)
            .filter(name -> CLUSTER.matcher(name).matches())
            .findFirst()
            .ifPresent(
                name ->
                    faults.add(
                        "%s has %s, which is for clusters.".formatted(path.getFileName(), name)));
      }
    }
  }

  private void checkPlugin(List<String> files) throws IOException {
    List<String> plugins =
        files.stream().filter(file -> file.matches("jars/vlm-visualizer-\\d.*\\.jar")).toList();
    if (plugins.size() != 1) {
      faults.add("There must be one jar of the plugin, found " + plugins + ".");
      return;
    }
    try (JarFile jar = new JarFile(root.resolve(plugins.get(0)).toFile())) {
      checkIndex(jar);
      if (jar.getEntry("plugins.config") != null) {
        faults.add("plugins.config would make ImageJ list the commands twice.");
      }
    }
  }

  /** Every class with SciJava's annotation must be in the index, and nothing else. */
  private void checkIndex(JarFile jar) throws IOException {
    TreeSet<String> annotated = new TreeSet<>();
    for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
      if (entry.getName().endsWith(".class")) {
        try (InputStream in = jar.getInputStream(entry)) {
          String bytes = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
          if (bytes.contains(ANNOTATION)) {
            annotated.add(entry.getName().replaceAll("\\.class$", "").replace('/', '.'));
          }
        }
      }
    }
    JarEntry index = jar.getJarEntry(INDEX);
    TreeSet<String> listed = new TreeSet<>();
    if (index != null) {
      try (InputStream in = jar.getInputStream(index)) {
        String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        Pattern.compile("\"class\":\"([^\"]+)\"")
            .matcher(text)
            .results()
            .forEach(found -> listed.add(found.group(1)));
      }
    }
    if (annotated.isEmpty() || !annotated.equals(listed)) {
      faults.add("The index of plugins lists %s instead of %s.".formatted(listed, annotated));
    }
  }

  /** Bytes of a folder's files. */
  static long bytes(Path folder) throws IOException {
    long bytes = 0;
    for (String file : Stage.files(folder)) {
      bytes += Files.size(folder.resolve(file));
    }
    return bytes;
  }
}

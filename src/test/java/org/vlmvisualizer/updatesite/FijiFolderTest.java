package org.vlmvisualizer.updatesite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.JavaProcess;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.VirtualDisplay;

/**
 * The plugin in a folder that is laid out like a Fiji: one flat class path, Fiji's own versions of
 * libraries, of ours what the update site brings, and Java started as Fiji starts it.
 */
class FijiFolderTest {
  /** The commands of the menu, as people know them. */
  private static final Set<String> COMMANDS =
      Set.of("Show Attention...", "VLM Models...", "VLM Engine...", "About VLM Visualizer");

  /** What Fiji brings, as of pom-scijava 45.0.0. */
  private static final Set<String> FIJIS_OWN =
      Set.of(
          "commons-codec-1.19.0.jar",
          "commons-compress-1.28.0.jar",
          "commons-io-2.20.0.jar",
          "gson-2.10.1.jar",
          "ij-1.54p.jar",
          "imglib2-8.0.0.jar",
          "jna-5.14.0.jar",
          "parsington-3.1.0.jar",
          "scijava-common-2.100.1.jar",
          "slf4j-api-2.0.17.jar");

  /** Without Fiji's own jars, SciJava has nothing to show an ImagePlus with, and says so. */
  private static final String IGNORED = ".*Ignoring unsupported output: heatmaps.*\\R";

  @TempDir static Path fiji;
  @TempDir Path folder;

  @BeforeAll
  static void layOut() throws IOException {
    List<Path> libraries = Stage.jars(Path.of("target", "dependency"));
    Stage stage = new Stage(StagedSite.list(), fiji);
    stage.addLibraries(libraries);
    stage.addPlugin(StagedSite.pluginJar(fiji.resolve("plugin.jar.tmp")), "0.0.0");
    Files.delete(fiji.resolve("plugin.jar.tmp"));
    Files.createDirectories(fiji.resolve("plugins"));
    Set<String> own = new TreeSet<>();
    for (Path jar : libraries) {
      String name = jar.getFileName().toString();
      if (StagedSite.list().has(JarName.of(name).artifact()) && !name.startsWith("picocli")) {
        own.add(name);
        Files.copy(jar, fiji.resolve("jars").resolve(name));
      }
    }
    assertEquals(new TreeSet<>(FIJIS_OWN), own);
    for (Path jar : Stage.jars(Path.of("target", "fiji-logging"))) {
      Files.copy(jar, Files.createDirectories(fiji.resolve("logging")).resolve(jar.getFileName()));
    }
    StagedSite.jar(
        fiji.resolve("plugins/Child_.jar"),
        Path.of("target", "test-classes"),
        file -> file.startsWith("org/vlmvisualizer/updatesite/FijiChild"));
  }

  private static String flatClassPath() throws IOException {
    List<String> all = new ArrayList<>();
    all.add(fiji.resolve("jars") + File.separator + "*");
    for (Path platform : platforms()) {
      all.add(platform + File.separator + "*");
    }
    all.add(fiji.resolve("plugins") + File.separator + "*");
    return String.join(File.pathSeparator, all);
  }

  private static List<Path> platforms() throws IOException {
    try (var all = Files.list(fiji.resolve("jars"))) {
      return all.filter(Files::isDirectory).toList();
    }
  }

  /** Runs the child; what it told, as lines "key: value". */
  private List<String> run(String classPath, List<String> options, Map<String, String> variables)
      throws Exception {
    String platform = platforms().get(0).getFileName().toString();
    List<String> all = new ArrayList<>(FijiLaunch.arguments(fiji, platform));
    all.addAll(options);
    all.add("-Xmx1g");
    JavaProcess child =
        JavaProcess.run(
            all, classPath, FijiChild.class.getName(), List.of("" + results()), variables);
    assertEquals(0, child.exitCode(), child.err());
    // Each other line would open Fiji's Console.
    assertEquals("", child.err().replaceAll(IGNORED, ""));
    assertEquals("", child.out().replaceAll("(?m)^told .*\\R", "").replaceAll(IGNORED, ""));
    return child
        .out()
        .lines()
        .filter(line -> line.startsWith("told "))
        .map(line -> line.substring("told ".length()))
        .toList();
  }

  private Path results() {
    return folder.resolve("results");
  }

  private void checkRun(List<String> told) {
    Set<String> commands =
        told.stream()
            .filter(line -> line.startsWith("command: "))
            .map(line -> line.substring("command: ".length()))
            .collect(Collectors.toSet());
    assertTrue(commands.containsAll(COMMANDS), told.toString());
    assertTrue(told.contains("reason: null"), told.toString());
    assertTrue(
        told.stream().anyMatch(line -> line.matches("answer: .*apple.*banana.*cherry.*")),
        told.toString());
    for (String file : List.of("heatmaps.tif", "tokens.csv", "montage.png", "run.json")) {
      assertTrue(Files.exists(results().resolve(file)), file);
    }
  }

  @Test
  void runsTheDemoWithoutADisplay() throws Exception {
    checkRun(run(flatClassPath(), List.of("-Djava.awt.headless=true"), Map.of()));
  }

  /** With Logback too, which without a configuration writes all that there is to say. */
  @Test
  void runsTheDemoInImageJsWindows() throws Exception {
    try (VirtualDisplay display = VirtualDisplay.start()) {
      String logging = File.pathSeparator + fiji.resolve("logging") + File.separator + "*";
      List<String> told =
          run(flatClassPath() + logging, List.of(), Map.of("DISPLAY", display.name()));
      checkRun(told);
      String windows = told.get(told.size() - 1);
      assertTrue(windows.contains("Montage of Attention of page"), windows);
    }
  }

  /** Some other plugin may have left a jna of its own in Fiji's folder. */
  @Test
  void namesAnOldJnaInASentence() throws Exception {
    Path old = Path.of("target", "old-jna", "jna-4.5.2.jar").toAbsolutePath();
    List<String> told =
        run(
            old + File.pathSeparator + flatClassPath(),
            List.of("-Djava.awt.headless=true"),
            Map.of());
    String reason =
        told.stream().filter(line -> line.startsWith("reason: ")).findFirst().orElseThrow();
    assertTrue(reason.contains("found version 4.5.2") && reason.contains(old.toString()), reason);
    PlainSentence.check(reason.substring("reason: ".length()));
    assertTrue(told.contains("slices: 0"), told.toString());
  }
}

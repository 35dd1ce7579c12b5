package org.vlmvisualizer.updatesite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.TreeMap;
import java.util.jar.JarFile;

/** What the scripts in update-site run: stage, check or rehearse. */
public final class UpdateSite {
  private static final Path TARGET = Path.of("target");
  private static final Path ROOT = TARGET.resolve("update-site");
  private static final Path FIJI = ROOT.resolve("Fiji");
  private static final Path SITE = ROOT.resolve("site");

  private UpdateSite() {}

  /**
   * @param arguments stage, check or rehearse
   */
  public static void main(String[] arguments) throws IOException {
    FijiJars fiji = FijiJars.read(Path.of("update-site", "fiji-jars.txt"));
    switch (arguments[0]) {
      case "stage" -> stage(fiji);
      case "check" -> check(fiji);
      case "rehearse" -> rehearse();
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static void stage(FijiJars fiji) throws IOException {
    Stage stage = new Stage(fiji, FIJI);
    stage.clear();
    Path plugin = TARGET.resolve("vlm-visualizer.jar");
    stage.addPlugin(plugin, version(plugin));
    stage.addLibraries(Stage.jars(TARGET.resolve("dependency")));
    stage.addLibraries(Stage.jars(TARGET.resolve("natives")));
    TreeMap<String, Long> sizes = new TreeMap<>();
    long common = 0;
    for (String file : Stage.files(FIJI)) {
      long bytes = Files.size(FIJI.resolve(file));
      System.out.printf("%,14d  %s%n", bytes, file);
      String[] folders = file.split("/");
      if (folders.length == 3) {
        sizes.merge(folders[1], bytes, Long::sum);
      } else {
        common += bytes;
      }
    }
    for (String platform : sizes.keySet()) {
      System.out.printf("%s: %.0f MB%n", platform, (sizes.get(platform) + common) / 1e6);
    }
  }

  private static void check(FijiJars fiji) throws IOException {
    List<String> faults = new ArrayList<>();
    String pom = Files.readString(Path.of("pom.xml"));
    if (!pom.contains("<version>" + fiji.parent() + "</version>")) {
      faults.add("fiji-jars.txt is of another pom-scijava than pom.xml; make it anew.");
    }
    faults.addAll(
        new StageCheck(fiji, FIJI)
            .faults(Stage.jars(TARGET.resolve("dependency")), Stage.PLATFORMS.keySet()));
    faults.addAll(FijiLaunch.faults(FIJI, Stage.PLATFORMS.keySet()));
    faults.forEach(System.out::println);
    if (!faults.isEmpty()) {
      System.exit(1);
    }
    System.out.println(
        "Nothing shadows Fiji's own files, versions fit, the index is whole, nothing is for clusters.");
  }

  private static void rehearse() throws IOException {
    new Stage(null, SITE).clear();
    Files.createDirectories(SITE);
    new Site(FIJI, LocalDateTime.now()).write(SITE);
    System.out.println("Add this update site to a Fiji: " + SITE.toAbsolutePath().toUri());
  }

  /** As Maven wrote it into the jar. */
  private static String version(Path plugin) throws IOException {
    try (JarFile jar = new JarFile(plugin.toFile())) {
      Properties properties = new Properties();
      properties.load(
          jar.getInputStream(
              jar.getEntry("META-INF/maven/org.vlmvisualizer/vlm-visualizer/pom.properties")));
      return properties.getProperty("version");
    }
  }
}

package org.vlmvisualizer.updatesite;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How Fiji starts Java: {@code update-site/fiji-launch.txt}. */
final class FijiLaunch {
  private static final Path ARGUMENTS = Path.of("update-site", "fiji-launch.txt");

  private FijiLaunch() {}

  /**
   * Fiji's arguments for one platform. Modules are asked for by name there, all of JavaFX, which is
   * Fiji's own; here, it is all that lie on the module path.
   */
  static List<String> arguments(Path fiji, String platform) throws IOException {
    return Files.readAllLines(ARGUMENTS).stream()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.replace("${app-dir}", fiji.toAbsolutePath().toString()))
        .map(line -> line.replace("${platform}", platform))
        .map(line -> line.replaceAll("^--add-modules=.*", "--add-modules=ALL-MODULE-PATH"))
        .toList();
  }

  /**
   * Starts a Java over what is staged, for each platform; that needs none of them, since Java only
   * looks at the names of modules.
   *
   * @return a sentence for each platform on which it does not start
   */
  static List<String> faults(Path fiji, Iterable<String> platforms) throws IOException {
    List<String> faults = new ArrayList<>();
    for (String platform : platforms) {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(arguments(fiji, platform));
      command.add("-version");
      Process java = new ProcessBuilder(command).redirectErrorStream(true).start();
      String printed = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (java.onExit().join().exitValue() != 0) {
        faults.add("Fiji would not start on " + platform + ": " + printed.strip());
      }
    }
    return faults;
  }
}

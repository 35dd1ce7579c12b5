package org.vlmvisualizer.imagej;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.vlmvisualizer.VirtualDisplay;

/**
 * A job done in an ImageJ of its own.
 *
 * @param exitCode of the Java
 * @param printed what it wrote to standard output and standard error
 */
record FijiProcess(int exitCode, String printed) {
  private static final int SECONDS = 150;

  /**
   * Runs a job to its end.
   *
   * @param display the display, or null for headless
   * @param home where ImageJ and SciJava keep their preferences
   */
  static FijiProcess run(
      VirtualDisplay display, Path home, Class<? extends FijiMain.Job> job, Object... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx2g",
                // The patcher defines classes.
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "-Djava.awt.headless=" + (display == null),
                "-Duser.home=" + home,
                "-Djava.util.prefs.userRoot=" + home,
                "-DDJL_CACHE_DIR=" + Path.of(System.getProperty("user.home"), ".djl.ai"),
                "-Dslf4j.internal.verbosity=ERROR",
                "-XX:ErrorFile=" + home.resolve("crash.log"),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                FijiMain.class.getName(),
                job.getName()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().remove("DISPLAY");
    if (display != null) {
      builder.environment().put("DISPLAY", display.name());
    }
    builder.environment().putIfAbsent("LC_ALL", "C.UTF-8"); // scripts/test knows another, if any
    File out = Files.createTempFile(home, "printed", ".txt").toFile();
    Process process = builder.directory(home.toFile()).redirectOutput(out).start();
    boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
    if (!ended) {
      // SIGQUIT: the threads of Java go to its output.
      new ProcessBuilder("kill", "-QUIT", "" + process.pid()).start().waitFor();
      process.waitFor(2, TimeUnit.SECONDS);
    }
    process.destroyForcibly();
    String printed = Files.readString(out.toPath());
    if (!ended) {
      throw new AssertionError("Not done after " + SECONDS + " s: " + printed);
    }
    return new FijiProcess(process.exitValue(), printed);
  }
}

package org.vlmvisualizer.imagej;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.Gson;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.VirtualDisplay;

/** Jobs done in an ImageJ of their own. */
final class FijiProcess {
  /** Pictures and a model that jobs take as arguments. */
  static final Path PAGE = Path.of("src/main/resources/demo-images/page.png").toAbsolutePath();

  static final Path MODEL = Golden.ROOT.resolve("llama-mha/checkpoint").toAbsolutePath();

  private static final int SECONDS = 150;

  private FijiProcess() {}

  /**
   * Runs a job that writes a report.
   *
   * @param told what the report is of, in JSON
   * @param arguments of the job, behind the report's path
   */
  static <T> T report(
      VirtualDisplay display,
      Path home,
      Class<? extends FijiMain.Job> job,
      Class<T> told,
      Object... arguments)
      throws IOException, InterruptedException {
    Path report = home.resolve("report.json");
    List<Object> all = new ArrayList<>(List.of(report));
    all.addAll(List.of(arguments));
    run(display, home, job, all.toArray());
    return new Gson().fromJson(Files.readString(report), told);
  }

  /** As {@link #report}, on a display that nobody sees. */
  static <T> T displayed(
      Path home, Class<? extends FijiMain.Job> job, Class<T> told, Object... arguments)
      throws IOException, InterruptedException {
    try (VirtualDisplay display = VirtualDisplay.start()) {
      return report(display, home, job, told, arguments);
    }
  }

  /**
   * Runs a job to its end, which must be a good one.
   *
   * @param display the display, or null for headless
   * @param home where ImageJ and SciJava keep their preferences
   * @return what it wrote to standard output and standard error
   */
  static String run(
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
    assertEquals(0, process.exitValue(), printed);
    return printed;
  }
}

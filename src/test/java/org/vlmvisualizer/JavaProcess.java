package org.vlmvisualizer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program in a Java of its own, over the class path of the tests. */
public record JavaProcess(int exitCode, String out, String err) {
  private static final int SECONDS = 300;

  /** The class path of the tests. */
  public static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  /** What starts a main class over the class path of the tests. */
  public static List<String> command(
      List<String> jvmOptions, Class<?> main, List<String> arguments) {
    return command(jvmOptions, classPath(), main.getName(), arguments);
  }

  private static List<String> command(
      List<String> jvmOptions, String classPath, String main, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", classPath, main));
    command.addAll(arguments);
    return command;
  }

  /** Runs a main class until it ends. */
  public static JavaProcess run(List<String> jvmOptions, Class<?> main, List<String> arguments)
      throws IOException, InterruptedException {
    return run(jvmOptions, classPath(), main.getName(), arguments, Map.of());
  }

  /**
   * Runs a main class over another class path until it ends.
   *
   * @param variables added to the environment
   */
  public static JavaProcess run(
      List<String> jvmOptions,
      String classPath,
      String main,
      List<String> arguments,
      Map<String, String> variables)
      throws IOException, InterruptedException {
    List<String> command = command(jvmOptions, classPath, main, arguments);
    Path out = Files.createTempFile("out", ".txt");
    Path err = Files.createTempFile("err", ".txt");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
      builder.environment().putAll(variables);
      Process process = builder.start();
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("Not done after " + SECONDS + " s: " + Files.readString(err));
      }
      return new JavaProcess(process.exitValue(), Files.readString(out), Files.readString(err));
    } finally {
      Files.deleteIfExists(out);
      Files.deleteIfExists(err);
    }
  }
}

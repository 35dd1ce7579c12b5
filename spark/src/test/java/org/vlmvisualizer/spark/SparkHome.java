package org.vlmvisualizer.spark;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The Sparks that are tested: jars as in a distribution, from Maven Central. */
enum SparkHome {
  /** What the job is compiled against. */
  OLDEST("spark-3.5"),
  NEWEST("spark-4");

  /** As spark-submit gives them to Java. */
  private static final List<String> OPTIONS =
      new ArrayList<>(
          Arrays.stream(
                  "java.lang java.lang.invoke java.lang.reflect java.io java.net java.nio java.util java.util.concurrent java.util.concurrent.atomic jdk.internal.ref sun.nio.ch sun.nio.cs sun.security.action sun.util.calendar"
                      .split(" "))
              .map(name -> "--add-opens=java.base/" + name + "=ALL-UNNAMED")
              .toList());

  private final Path folder;

  SparkHome(String module) {
    folder = Path.of(module, "target").toAbsolutePath();
  }

  /**
   * Starts one of Spark's programs.
   *
   * @param log takes all that it writes
   */
  Process start(Path log, int megabytes, String main, List<String> arguments) throws IOException {
    assertTrue(
        Files.isDirectory(jars()),
        "Expected Spark's jars in " + folder + "; build by -f spark/all");
    List<String> command = java("-Xmx" + megabytes + "m");
    command.add("org.apache.spark.deploy." + main);
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(log.getParent().toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    setEnvironment(builder.environment(), log.getParent());
    return builder.start();
  }

  /** What starts one of Spark's programs, but for its name. */
  List<String> java(String option) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(OPTIONS);
    command.addAll(List.of(option, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", jars() + "/*"));
    return command;
  }

  /**
   * @param scratch for Spark's temporary files
   */
  void setEnvironment(Map<String, String> environment, Path scratch) {
    environment.put("SPARK_HOME", folder.toString());
    environment.put("SPARK_SCALA_VERSION", "2.13");
    environment.put("SPARK_LOCAL_IP", "127.0.0.1");
    environment.put("SPARK_LOCAL_DIRS", scratch.resolve("scratch").toString());
    environment.put("JAVA_HOME", System.getProperty("java.home"));
  }

  /** What a distribution has in its folder of that name. */
  Path jars() {
    return folder.resolve("jars");
  }
}

package org.vlmvisualizer.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A standalone Spark on this computer: a master and workers with a core each, all real processes.
 * Each worker has an address of its own, as if it were a computer of its own.
 */
final class SparkCluster implements AutoCloseable {
  private static final Pattern ADDRESS = Pattern.compile("master at (spark://[\\d.]+:\\d+)");
  static final Path JAR = Path.of("target/vlm-visualizer-spark.jar").toAbsolutePath();

  private final SparkHome home;
  private final Path folder;
  private final Process master;
  private final String address;
  private final List<Process> workers = new ArrayList<>();
  private int count;

  /**
   * @param folder for logs and what executors work in
   */
  SparkCluster(SparkHome home, Path folder, int workers) throws Exception {
    this.home = home;
    this.folder = Files.createDirectories(folder);
    master =
        home.start(
            log("master"),
            256,
            "master.Master",
            List.of("--host", "127.0.0.1", "--port", "0", "--webui-port", "0"));
    address = awaitInLog(master, log("master"), ADDRESS).group(1);
    for (int i = 0; i < workers; i++) {
      addWorker();
    }
  }

  Process addWorker() throws Exception {
    String name = "worker" + ++count;
    Process worker =
        home.start(
            log(name),
            256,
            "worker.Worker",
            List.of(
                "--host",
                "127.0.0." + count,
                "--webui-port",
                "0",
                "--cores",
                "1",
                "--memory",
                "1g",
                "--work-dir",
                folder.resolve(name).toString(),
                address));
    awaitInLog(worker, log(name), Pattern.compile("Successfully registered with master"));
    workers.add(worker);
    return worker;
  }

  List<Process> workers() {
    return workers;
  }

  /** The processes in which models run now. */
  List<ProcessHandle> executors() {
    return workers.stream().flatMap(Process::children).filter(SparkCluster::isExecutor).toList();
  }

  /** A worker starts others, too, such as to ask for the groups of the user. */
  private static boolean isExecutor(ProcessHandle process) {
    return process
        .info()
        .commandLine()
        .filter(line -> line.contains("ExecutorBackend"))
        .isPresent();
  }

  /**
   * Starts the job.
   *
   * @param name of its log
   * @param settings as key=value
   */
  Submission submit(String name, List<String> settings, List<String> arguments) throws IOException {
    return submit(home, folder, address, name, settings, arguments);
  }

  /** Starts the job in a Java of its own, with or without a cluster. */
  static Submission submit(
      SparkHome home,
      Path folder,
      String master,
      String name,
      List<String> settings,
      List<String> arguments)
      throws IOException {
    List<String> all = new ArrayList<>(List.of("--master", master));
    all.addAll(List.of("--executor-cores", "1", "--executor-memory", "700m"));
    List<String> common =
        List.of(
            "spark.driver.host=127.0.0.1",
            "spark.driver.bindAddress=127.0.0.1",
            "spark.ui.enabled=false",
            "spark.executor.extraJavaOptions=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
    Stream.concat(common.stream(), settings.stream())
        .forEach(setting -> all.addAll(List.of("--conf", setting)));
    all.addAll(List.of("--class", "org.vlmvisualizer.spark.AttentionSpark", "local:" + JAR));
    all.addAll(arguments);
    Path log = folder.resolve(name + ".log");
    return new Submission(home.start(log, 700, "SparkSubmit", all), log);
  }

  private Path log(String name) {
    return folder.resolve(name + ".log");
  }

  private static Matcher awaitInLog(Process process, Path log, Pattern wanted) throws Exception {
    Matcher[] found = new Matcher[1];
    Await.of(
        process,
        () -> {
          found[0] = wanted.matcher(Files.readString(log));
          return found[0].find();
        },
        () -> Files.readString(log));
    return found[0];
  }

  @Override
  public void close() throws Exception {
    List<ProcessHandle> all = new ArrayList<>(executors());
    workers.forEach(worker -> all.add(worker.toHandle()));
    all.add(master.toHandle());
    for (ProcessHandle process : all) {
      process.destroyForcibly();
      process.onExit().get();
    }
  }
}

package org.vlmvisualizer.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * scripts/cluster/attention-spark.slurm, run as Slurm runs it: on the first of two nodes, with the
 * variables that Slurm sets, and an srun that starts a process for each node. Spark's own scripts
 * are not on Maven Central; what stands for them starts Java as they do.
 */
final class SlurmJob implements AutoCloseable {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final String SRUN =
      """
      #!/usr/bin/env bash
      trap 'kill $(jobs -p); wait' TERM
      while [[ "$1" == --* ]]; do shift; done
      for ((i = 1; i <= SLURM_NNODES; i++)); do "$@" & done
      wait
      """;

  private final Path folder;
  private final SparkHome home;
  private final Path log;

  SlurmJob(Path folder, SparkHome home) throws IOException {
    this.folder = folder;
    this.home = home;
    log = folder.resolve("job.log");
    Path bin = Files.createDirectories(folder.resolve("spark/bin"));
    Files.createSymbolicLink(folder.resolve("spark/jars"), home.jars());
    String java = "'" + String.join("' '", home.java("-Xmx700m")) + "'";
    program(bin.resolve("spark-class"), "#!/usr/bin/env bash\nexec " + java + " \"$@\"\n");
    program(
        bin.resolve("spark-submit"),
        "#!/usr/bin/env bash\nexec " + java + " org.apache.spark.deploy.SparkSubmit \"$@\"\n");
    program(folder.resolve("srun"), SRUN);
  }

  private static void program(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Runs it, and tells its exit code. */
  int run(List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(ROOT.resolve("scripts/cluster/attention-spark.slurm").toString());
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(ROOT.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    Map<String, String> environment = builder.environment();
    home.setEnvironment(environment, folder);
    environment.put("SPARK_HOME", folder.resolve("spark").toString());
    environment.put("PATH", folder + ":" + environment.get("PATH"));
    environment.put("TMPDIR", folder.toString());
    environment.put("CORES", "1");
    environment.put("SLURM_JOB_ID", Long.toString(ProcessHandle.current().pid()));
    environment.put("SLURM_NNODES", "2");
    environment.put("SLURM_CPUS_PER_TASK", "1");
    environment.put("SLURM_SUBMIT_DIR", ROOT.toString());
    return builder.start().waitFor();
  }

  String log() {
    return FolderOfPictures.text(log);
  }

  /** How many there were, by the folders that they worked in. */
  long executors() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(file -> file.toString().matches(".*/app-[^/]*/\\d+")).count();
    }
  }

  /** The settings with the secret are gone. */
  @Override
  public void close() throws IOException {
    try (Stream<Path> all = Files.list(ROOT)) {
      if (all.anyMatch(file -> file.getFileName().toString().startsWith(".spark-"))) {
        throw new AssertionError("the job left its settings");
      }
    }
  }
}

package org.vlmvisualizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.ask.ManyPictures;
import org.vlmvisualizer.core.FileTree;

/**
 * The job scripts as they stand, in schedulers that start real processes with the variables that
 * Slurm and LSF set, and by a shell's own checker.
 */
@EnabledOnOs(OS.LINUX)
class ClusterScriptsTest {
  private static final int PICTURES = 12;
  private static final Path ROOT = Path.of("").toAbsolutePath();
  private static final Path JOBS = ROOT.resolve("scripts/cluster");

  /** Two jobs of an array at a time; the scheduler's variables, and nothing of this process's. */
  private static final String ARRAY =
      """
      run() {
        seq "$first" "$last" | xargs -P 2 -I{} env SLURM_ARRAY_TASK_ID={} LSB_JOBINDEX={} \\
          bash -c 'echo "job {}" >> "$LOG"; exec "$@" >> "$LOG.{}" 2>&1' job "$@"
      }
      """;

  private static final String SBATCH =
      """
      #!/usr/bin/env bash
      set -euo pipefail
      array=$(sed -n 's/^#SBATCH --array=//p' "${@: -1}" 2>/dev/null || true)
      while [[ "$1" == --* ]]; do
        case $1 in --array=*) array=${1#*=} ;; esac
        shift
      done
      first=${array%-*} last=${array#*-}
      export SLURM_ARRAY_TASK_MIN=$first SLURM_ARRAY_TASK_MAX=$last SLURM_SUBMIT_DIR=$PWD
      export SLURM_ARRAY_TASK_COUNT=$((last - first + 1)) SLURM_CPUS_PER_TASK=1
      # Slurm runs a copy of the script.
      copy=$(mktemp) && cp "$1" "$copy" && shift
      @@
      run bash "$copy" "$@"
      """
          .replace("@@", ARRAY);

  private static final String BSUB =
      """
      #!/usr/bin/env bash
      set -euo pipefail
      while [[ "$1" == -* ]]; do
        case $1 in -J) array=${2#*[} array=${array%%]} ;; esac
        shift 2
      done
      first=${array%%-*} last=${array#*-}
      export LSB_JOBINDEX_END=$last LSB_DJOB_NUMPROC=1
      @@
      run "$@"
      """
          .replace("@@", ARRAY);

  @TempDir Path folder;
  private Path pictures;

  @BeforeEach
  void makePictures() throws Exception {
    pictures = folder.resolve("pictures");
    ManyPictures.write(pictures, PICTURES);
    tool("sbatch", SBATCH);
    tool("bsub", BSUB);
  }

  private void tool(String name, String text) throws IOException {
    Path file = Files.createDirectories(folder.resolve("bin")).resolve(name);
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private String tool(String name) {
    return folder.resolve("bin").resolve(name).toString();
  }

  private List<String> question(String output) {
    return question(output, 3);
  }

  private List<String> question(String output, int length) {
    Path golden = ROOT.resolve(Golden.ROOT).resolve("llama-mha");
    return List.of(
        "--model", golden.resolve("checkpoint").toString(),
        "--image", pictures.toString(),
        "--prompt", "What is in the picture?",
        "--length", Integer.toString(length),
        "--output", folder.resolve(output).toString());
  }

  private static List<String> joined(List<String> first, List<String> second) {
    List<String> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }

  private String run(int expected, Map<String, String> variables, List<String> command)
      throws Exception {
    Path log = folder.resolve("run.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(ROOT.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
    builder.environment().put("LOG", folder.resolve("jobs").toString());
    builder.environment().put("OMP_NUM_THREADS", "1");
    builder.environment().putAll(variables);
    Process process = builder.start();
    assertTrue(process.waitFor(5, TimeUnit.MINUTES), "it hangs");
    String text = Files.readString(log);
    assertEquals(expected, process.exitValue(), text);
    return text;
  }

  private void areThoseOfOneRun(String output) throws Exception {
    String attention = ROOT.resolve("scripts/attention").toString();
    run(0, Map.of(), List.of(attention, "--merge", folder.resolve(output).toString()));
    run(1, Map.of(), joined(List.of(attention), question("alone")));
    for (String table : List.of("batch.csv", "tokens.csv", "words.csv")) {
      assertEquals(
          Files.readString(folder.resolve("alone").resolve(table)),
          Files.readString(folder.resolve(output).resolve(table)));
    }
  }

  @Test
  void aSlurmArrayAnswersAll() throws Exception {
    List<String> submit =
        List.of(
            tool("sbatch"), "--array=1-3", "--mem=2G", JOBS.resolve("attention.slurm").toString());
    run(0, Map.of(), joined(submit, question("slurm")));
    assertEquals(3, Files.readAllLines(folder.resolve("jobs")).size());
    areThoseOfOneRun("slurm");
    List<String> one =
        List.of(tool("sbatch"), "--array=2-2", JOBS.resolve("attention.slurm").toString());
    String refusal = run(123, Map.of(), joined(one, question("slurm"))); // xargs: a job failed
    assertEquals("", refusal);
    assertTrue(Files.readString(folder.resolve("jobs.2")).contains("Expected --array=1-N"));
    run(0, Map.of("PARTS", "3"), joined(one, question("slurm")));
  }

  @Test
  void anLsfArrayAnswersAll() throws Exception {
    List<String> submit =
        List.of(
            tool("bsub"),
            "-J",
            "attention[1-4]",
            "-n",
            "1",
            "-W",
            "12:00",
            "-wa",
            "TERM",
            "-wt",
            "5",
            JOBS.resolve("attention.lsf").toString());
    run(0, Map.of(), joined(submit, question("lsf")));
    areThoseOfOneRun("lsf");
  }

  /** The signal goes to the job's first process, as schedulers send it. */
  @Test
  void aJobWhoseTimeIsOverFinishesItsPicture() throws Exception {
    List<String> job =
        joined(List.of("bash", JOBS.resolve("attention.lsf").toString()), question("ended", 60));
    ProcessBuilder builder =
        new ProcessBuilder(job)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("job.txt").toFile());
    builder.environment().put("LSB_JOBINDEX", "1");
    builder.environment().put("LSB_JOBINDEX_END", "1");
    Process process = builder.start();
    Path first = folder.resolve("ended/cell1-png/run.json");
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(4);
    while (!Files.exists(first) && process.isAlive() && System.nanoTime() < end) {
      Thread.sleep(5);
    }
    process.destroy();
    assertTrue(process.waitFor(4, TimeUnit.MINUTES), "it does not end");
    String log = Files.readString(folder.resolve("job.txt"));
    assertEquals(0, process.exitValue(), log);
    assertTrue(log.contains("the same command goes on"), log);
    assertTrue(process.descendants().toList().isEmpty());
  }

  /** Two real crashes of Java by one picture, within one job. */
  @Test
  void aJobGoesOnWhereAPictureCrashesJava() throws Exception {
    // Few pictures and long answers: threads that do not crash go on until Java has ended.
    FileTree.delete(pictures);
    ManyPictures.write(pictures, 5);
    List<String> command =
        joined(
            List.of(ROOT.resolve("scripts/attention").toString()),
            joined(question("crashed", 400), List.of("--shard", "1/1")));
    Process job =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("job.txt").toFile())
            .start();
    Path claim = folder.resolve("crashed/.vlm-visualizer-cell3-png.claim");
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(4);
    List<Long> crashed = new ArrayList<>();
    while (job.isAlive()) {
      assertTrue(System.nanoTime() < end, () -> "it hangs: " + crashed);
      // After the first crash it comes last.
      boolean isLast = Files.exists(folder.resolve("crashed/cell5-tif/run.json"));
      for (long java : job.children().map(ProcessHandle::pid).toList()) {
        if (crashed.size() == (isLast ? 1 : 0)
            && !crashed.contains(java)
            && Claims.isOf(claim, java)) {
          crashed.add(java);
          new ProcessBuilder("kill", "-SEGV", Long.toString(java)).start().waitFor();
        }
      }
      Thread.sleep(2);
    }
    String log = Files.readString(folder.resolve("job.txt"));
    assertEquals(0, job.waitFor());
    assertEquals(2, crashed.size());
    assertTrue(log.contains("the shard goes on"));
    assertTrue(log.contains("cell3.png: Java ended again and again"));
    assertTrue(log.contains("cell4.png: "));
  }

  @Test
  void scriptsHaveNoFaultsThatTheCheckerKnows() throws Exception {
    List<String> command = new ArrayList<>(List.of("shellcheck", "--external-sources"));
    for (String place : List.of("scripts", "scripts/cluster", ".ci", "update-site")) {
      try (Stream<Path> files = Files.list(ROOT.resolve(place))) {
        files.filter(ClusterScriptsTest::isShell).map(Path::toString).forEach(command::add);
      }
    }
    assertTrue(command.size() > 10);
    assertEquals("", run(0, Map.of(), command));
  }

  private static boolean isShell(Path file) {
    try {
      return Files.isRegularFile(file)
          && Arrays.asList(Files.readString(file).split("\n", 2)).get(0).matches("#!.*\\bbash");
    } catch (IOException e) {
      return false; // no text
    }
  }
}

package org.vlmvisualizer.spark;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vlmvisualizer.Claims;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.Signals;

/**
 * The job in a cluster of real processes, with real faults: nothing is lost, nothing is listed
 * twice, and the tables have the bytes of one run of the command line.
 */
class ClusterIT {
  private static final Pattern SECOND_ATTEMPT = Pattern.compile("Starting task \\d+\\.1 in stage");

  @TempDir static Path folder;
  private static final Map<SparkHome, SparkCluster> CLUSTERS = new EnumMap<>(SparkHome.class);
  private static FolderOfPictures pictures;
  private SparkCluster cluster;
  private Path output;

  @BeforeAll
  static void start() throws Exception {
    pictures = new FolderOfPictures(folder);
  }

  @AfterAll
  static void stop() throws Exception {
    for (SparkCluster cluster : CLUSTERS.values()) {
      cluster.close();
    }
  }

  @BeforeEach
  void begin(TestInfo test) throws Exception {
    use(SparkHome.OLDEST);
    output = folder.resolve("output of " + test.getTestMethod().get().getName());
  }

  private void use(SparkHome home) throws Exception {
    cluster = CLUSTERS.get(home);
    if (cluster == null) {
      cluster = new SparkCluster(home, folder.resolve("cluster " + home), 2);
      CLUSTERS.put(home, cluster);
    }
  }

  private Submission submit(String... settings) throws Exception {
    return submit(pictures.folder, settings);
  }

  private Submission submit(Path input, String... settings) throws Exception {
    return submit(List.of(settings), pictures.arguments(input, output));
  }

  private Submission submit(List<String> settings, List<String> arguments) throws Exception {
    return cluster.submit("job" + System.nanoTime(), settings, arguments);
  }

  private Submission submitPacking(String... options) throws Exception {
    List<String> arguments = pictures.arguments(pictures.folder, output);
    arguments.addAll(List.of(options));
    arguments.addAll(List.of("--pack", "zip"));
    return submit(List.of(), arguments);
  }

  @ParameterizedTest
  @EnumSource
  void withoutAClusterTablesAreThoseOfTheCommandLine(SparkHome home) throws Exception {
    output = folder.resolve("local " + home);
    SparkCluster.submit(
            home,
            folder,
            "local[2]",
            "local" + home,
            List.of(),
            pictures.arguments(pictures.folder, output))
        .ended(0);
    pictures.check(output);
  }

  @Test
  void eachQuestionHasItsFolder() throws Exception {
    List<String> arguments = pictures.arguments(pictures.folder, output);
    arguments.addAll(List.of("--prompt", "What is in the image?"));
    SparkCluster.submit(SparkHome.OLDEST, folder, "local[2]", "two", List.of(), arguments).ended(0);
    pictures.check(output.resolve("q1"));
    pictures.check(output.resolve("q2"));
  }

  @Test
  void eachExecutorLoadsItsModelOnce() throws Exception {
    try (Submission job = submit()) {
      Set<Long> executors = new HashSet<>();
      job.await(
          () -> {
            cluster.executors().forEach(process -> executors.add(process.pid()));
            return !job.driver().isAlive();
          });
      job.ended(0);
      assertEquals(2, executors.size());
    }
    pictures.check(output);
    long loads = 0;
    for (Path run : runs()) {
      loads += Files.readString(run).matches("(?s).*\"load\": (?!0[.]0[,\\s]).*") ? 1 : 0;
    }
    assertEquals(2, loads);
  }

  /** Of pictures that failed alone there are folders; a second job finds all in the packs. */
  @Test
  void resultsAreMovedIntoPacks() throws Exception {
    submitPacking("--files", "table").ended(0);
    pictures.check(output);
    assertEquals(List.of(), runs());
    submit().ended(0);
    pictures.check(output);
    assertEquals(FolderOfPictures.ASKED, runs().size(), "all files were asked for");
    submitPacking().ended(0);
    pictures.check(output);
    assertEquals(List.of(), runs());
  }

  private List<Path> runs() throws Exception {
    try (var all = Files.walk(output)) {
      return all.filter(file -> file.endsWith("run.json")).toList();
    }
  }

  private long awaitOwner(Submission job) throws Exception {
    long[] pid = new long[1];
    job.await(
        () -> {
          Optional<Long> owner = Claims.anyOwner(output);
          owner.ifPresent(o -> pid[0] = o);
          return owner.isPresent();
        });
    return pid[0];
  }

  @ParameterizedTest
  @EnumSource
  void anExecutorIsKilled(SparkHome home) throws Exception {
    use(home);
    output = folder.resolve("killed " + home);
    try (Submission job = submit()) {
      Signals.send(awaitOwner(job), Signals.KILL);
      job.ended(0);
    }
    pictures.check(output);
  }

  @Test
  void aWholeWorkerIsKilled() throws Exception {
    try (Submission job = submit()) {
      long executor = awaitOwner(job);
      Process worker =
          cluster.workers().stream()
              .filter(w -> w.children().anyMatch(child -> child.pid() == executor))
              .findFirst()
              .get();
      cluster.workers().remove(worker);
      Signals.send(executor, Signals.KILL);
      worker.destroyForcibly();
      job.ended(0);
    } finally {
      cluster.addWorker();
    }
    pictures.check(output);
  }

  @Test
  void theDriverIsKilledAndStartedAgain() throws Exception {
    try (Submission job = submit()) {
      awaitOwner(job);
      job.driver().destroyForcibly().waitFor();
    }
    submit().ended(0);
    pictures.check(output);
  }

  /** One executor stands still until Spark has given its work to the other one, too. */
  @Test
  void twoExecutorsHaveTheSameWork() throws Exception {
    try (Submission job =
        submit(
            "spark.speculation=true",
            "spark.speculation.interval=100ms",
            "spark.speculation.multiplier=1.01",
            "spark.speculation.quantile=0.1")) {
      job.await(() -> runs(output) > 10);
      long executor = awaitOwner(job);
      Signals.send(executor, Signals.STOP);
      job.await(() -> SECOND_ATTEMPT.matcher(job.text()).find());
      Signals.send(executor, Signals.CONT);
      job.ended(0);
    }
    pictures.check(output);
  }

  private static long runs(Path output) throws Exception {
    if (!Files.isDirectory(output)) {
      return 0;
    }
    try (var all = Files.list(output)) {
      return all.filter(f -> Files.exists(f.resolve("run.json"))).count();
    } catch (NoSuchFileException e) {
      return 0; // it was there on trial
    }
  }

  @Test
  void twoJobsShareAnOutput() throws Exception {
    try (Submission one = submit("spark.cores.max=1");
        Submission other = submit("spark.cores.max=1")) {
      one.ended(0);
      other.ended(0);
    }
    pictures.check(output);
  }

  /**
   * Ends a Java that has a picture, with the report that Java writes of a crash. A real one would
   * come too late: while Java writes it, its other threads end the picture.
   */
  private Consumer<Long> crash(Path claim, Set<Long> crashed) {
    return pid -> {
      Signals.send(pid, Signals.STOP);
      if (!Claims.isOf(claim, pid)) {
        Signals.send(pid, Signals.CONT);
        return;
      }
      crashed.add(pid);
      try {
        Files.createFile(output.resolve("hs_err_pid" + pid + ".log"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      Signals.send(pid, Signals.KILL);
    };
  }

  /** It ends Java whenever it is worked on; all others have their answers. */
  @Test
  void aPictureCrashesJava() throws Exception {
    Path claim = output.resolve(".vlm-visualizer-cell3-png.claim");
    Path failed = output.resolve("cell3-png/failed.json");
    Set<Long> crashed = new HashSet<>();
    try (Submission job = submit()) {
      job.await(
          () -> {
            Claims.owner(claim)
                .filter(pid -> !crashed.contains(pid))
                .ifPresent(crash(claim, crashed));
            return Files.exists(failed);
          });
      job.ended(0);
      assertTrue(
          job.text().contains((FolderOfPictures.ASKED - 1) + " answers, 6 failures"), job.text());
    }
    assertTrue(FolderOfPictures.text(failed).contains("Java ended again and again"));
    assertTrue(crashed.size() >= 2);
    assertFalse(Files.exists(output.resolve("cell3-png/run.json")));
    assertEquals(List.of(), FolderOfPictures.leftovers(output));
  }

  @Test
  void theDiskIsFull() throws Exception {
    try (SmallDisk disk = new SmallDisk(output)) {
      try (Submission job = submit()) {
        disk.fill(cluster, job);
        job.ended(1);
        PlainSentence.check(job.lastLine());
        assertTrue(job.lastLine().contains("Nothing can be written"), job.text());
      }
      long before = runs(output);
      assertTrue(before < FolderOfPictures.ASKED);
      disk.grow();
      submit().ended(0);
      pictures.check(output);
    }
  }

  @Test
  void picturesCanOnlyBeRead() throws Exception {
    Path input = folder.resolve("read-only");
    try (ReadOnly folder = new ReadOnly(pictures.folder, input)) {
      submit(input).ended(0);
      folder.checkUnchanged();
    }
    pictures.check(input, output);
  }

  /** The job script as it stands, with a scheduler that starts a process for each of two nodes. */
  @Test
  void aSlurmJobStartsItsOwnSpark() throws Exception {
    try (SlurmJob job = new SlurmJob(folder.resolve("slurm"), SparkHome.OLDEST)) {
      assertEquals(0, job.run(pictures.arguments(pictures.folder, output)), job::log);
      pictures.check(output);
      assertEquals(2, job.executors());
    }
  }

  /** Executors, workers and drivers, until so many are killed; jobs are started until then. */
  @Test
  void programsAreKilledAtRandomMoments() throws Exception {
    int kills = Integer.getInteger("kills");
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int jobs = 0;
    for (int killed = 0; killed < kills || jobs == 0; jobs++) {
      output = folder.resolve("killed " + jobs);
      killed += killing(kills - killed, random);
      pictures.check(output);
    }
    System.out.printf("Seed %d: %d kills, %d jobs came to their ends.%n", seed, kills, jobs);
  }

  /**
   * Starts one job until it comes to its end.
   *
   * @return how many programs were killed meanwhile
   */
  private int killing(int most, Random random) throws Exception {
    int killed = 0;
    while (true) {
      try (Submission job = random.nextBoolean() ? submit() : submitPacking()) {
        while (killed < most && !job.driver().waitFor(random.nextInt(4000), MILLISECONDS)) {
          kill(job, random);
          killed++;
        }
        if (job.driver().waitFor() == 0) {
          return killed;
        }
        assertEquals(128 + Signals.KILL, job.driver().exitValue(), job.text());
      }
    }
  }

  private void kill(Submission job, Random random) throws Exception {
    List<ProcessHandle> executors = cluster.executors();
    int which = random.nextInt(10);
    if (which < 2) {
      job.driver().destroyForcibly().waitFor();
    } else if (which < 4 || executors.isEmpty()) {
      cluster.workers().remove(0).destroyForcibly().waitFor();
      cluster.addWorker();
    } else {
      executors.get(random.nextInt(executors.size())).destroyForcibly();
    }
  }
}

package org.vlmvisualizer.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.core.Progress;

/** Faults that need a program of its own: kill -9, two at once, a disk that is really full. */
class HubProcessTest {
  @TempDir Path folder;
  private final TinyModel model = TinyModel.of(2_000_000);
  private final List<Process> children = new ArrayList<>();
  private FakeHub hub;

  @BeforeEach
  void start() throws IOException {
    hub = new FakeHub(model);
  }

  @AfterEach
  void stop() throws IOException {
    children.forEach(Process::destroyForcibly);
    hub.close();
  }

  private List<String> java(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(HubChild.class.getName());
    command.addAll(List.of(arguments));
    return command;
  }

  private Process child(List<String> command, Path cache) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .keySet()
        .removeIf(
            name -> name.startsWith("HF_") || name.endsWith("_proxy") || name.endsWith("_PROXY"));
    builder.environment().put("HF_ENDPOINT", hub.url());
    builder.environment().put("HF_HOME", folder.toString());
    builder.environment().put("HF_HUB_CACHE", cache.toString());
    Process process = builder.start();
    children.add(process);
    return process;
  }

  private static String output(Process process) throws IOException, InterruptedException {
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    return text;
  }

  /** What the child printed last; before that, newer Javas warn of JNA. */
  private static Path snapshot(Process process) throws IOException, InterruptedException {
    List<String> lines = output(process).strip().lines().toList();
    return Path.of(lines.get(lines.size() - 1));
  }

  private void finishes(Path cache) {
    hub.rule = r -> null;
    HubSettings settings = Hubs.settings(hub, folder, "HF_HUB_CACHE", cache.toString());
    model.checkSnapshot(new HubDownload(settings).fetch(Hubs.ID, Hubs.YES, Progress.NONE));
    model.checkWholeOrAbsent(cache);
  }

  private static long bytesIn(Path cache) throws IOException {
    if (!Files.exists(cache)) {
      return 0;
    }
    try (Stream<Path> all = Files.walk(cache)) {
      long sum = 0;
      for (Path path : all.filter(p -> Files.isRegularFile(p)).toList()) {
        sum += Files.isSymbolicLink(path) ? 0 : path.toFile().length();
      }
      return sum;
    }
  }

  @Test
  void aKillAtAnyMomentLeavesAResumableState() throws Exception {
    Path cache = folder.resolve("cache");
    hub.rule = r -> r.path().contains("/store/") ? hub.answer(r).slow(20_000, 10) : null;
    for (long bytes : new long[] {1, 700_000, 1_900_000, 2_500_000, 3_400_000}) {
      Process process = child(java("fetch"), cache);
      long start = System.nanoTime();
      while (bytesIn(cache) < bytes && System.nanoTime() - start < 20_000_000_000L) {
        Thread.sleep(5);
      }
      // SIGKILL on Unix, TerminateProcess on Windows: the child has no say.
      process.destroyForcibly().waitFor();
      assertTrue(bytesIn(cache) >= bytes);
      assertTrue(bytesIn(cache) < 4_000_000, "killed too late");
      model.checkWholeOrAbsent(cache);
    }
    long before = hub.requests().size();
    finishes(cache);
    assertEquals(
        1,
        hub.requests().stream()
            .skip(before)
            .filter(r -> r.path().contains("/store/") && r.headers().containsKey("range"))
            .count());
  }

  @Test
  void twoProgramsAtOnceDownloadEachFileOnce() throws Exception {
    Path cache = folder.resolve("cache");
    hub.rule = r -> r.path().contains("/store/") ? hub.answer(r).slow(40_000, 10) : null;
    Process one = child(java("fetch"), cache);
    Process two = child(java("fetch"), cache);
    model.checkSnapshot(snapshot(one));
    model.checkSnapshot(snapshot(two));
    assertEquals(2, hub.requests().stream().filter(r -> r.path().contains("/store/")).count());
    model.checkWholeOrAbsent(cache);
  }

  @Test
  void whoWaitsForAKilledProgramGoesOnInItsPlace() throws Exception {
    Path cache = folder.resolve("cache");
    hub.rule = r -> r.path().contains("/store/") ? hub.answer(r).slow(10_000, 20) : null;
    Process first = child(java("fetch"), cache);
    while (bytesIn(cache) < 200_000) {
      Thread.sleep(5);
    }
    Process second = child(java("fetch"), cache);
    Thread.sleep(800);
    hub.rule = r -> null;
    first.destroyForcibly().waitFor();
    model.checkSnapshot(snapshot(second));
    model.checkWholeOrAbsent(cache);
  }

  /** The kernel refuses to let any file of the child grow beyond 1.5 MB: a write fails half-way. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aDiskThatTakesNoMoreIsSaidSoAndResumed() throws Exception {
    Path cache = folder.resolve("cache");
    List<String> limited =
        new ArrayList<>(List.of("bash", "-c", "ulimit -f 1500; exec \"$@\"", "x"));
    limited.addAll(java("fetch"));
    String said = output(child(limited, cache));
    assertTrue(said.contains("InputException: Expected to write into"), said);
    assertTrue(said.contains("File too large"), said);
    model.checkWholeOrAbsent(cache);
    assertTrue(bytesIn(cache) > 1_000_000, "kept " + bytesIn(cache));
    finishes(cache);
  }

  /**
   * A disk of 5 MB that is full before the 4 MB have come. Needs Linux with user name spaces, where
   * a test may mount one without being root, or root.
   */
  @Test
  void aFullDiskIsSaidSoAndResumed() throws Exception {
    Path disk = Files.createDirectories(folder.resolve("disk"));
    Path result = folder.resolve("result");
    String spaces = nameSpaces(disk);
    Assumptions.assumeTrue(spaces != null, "no name spaces here: a really full disk is not tried");
    hub.rule = r -> r.path().contains("/store/") ? hub.answer(r).slow(100_000, 30) : null;
    String script =
        "mount -t tmpfs -o size=5m none '%1$s' && \"$@\"; rm -f '%1$s/filler'; cp -a '%1$s/.' '%2$s'"
            .formatted(disk, result);
    List<String> command = new ArrayList<>(List.of("unshare", spaces, "sh", "-c", script, "x"));
    command.addAll(java("fill", disk.resolve("filler").toString()));
    Files.createDirectories(result);
    String said = output(child(command, disk.resolve("cache")));
    assertTrue(said.contains("filled No space left on device"), said);
    assertTrue(said.contains("InputException: Expected to write into"), said);
    assertTrue(said.contains("No space left on device"), said);
    model.checkWholeOrAbsent(result.resolve("cache"));
    finishes(result.resolve("cache"));
  }

  /** On a disk of 3 MB the 4 MB are not even begun. */
  @Test
  void aSmallDiskIsFoundOutBefore() throws Exception {
    Path disk = Files.createDirectories(folder.resolve("disk"));
    String spaces = nameSpaces(disk);
    Assumptions.assumeTrue(spaces != null, "no name spaces here: a small disk is not tried");
    String script = "mount -t tmpfs -o size=3m none '%s' && \"$@\"".formatted(disk);
    List<String> command = new ArrayList<>(List.of("unshare", spaces, "sh", "-c", script, "x"));
    command.addAll(java("fetch"));
    String said = output(child(command, disk.resolve("cache")));
    assertTrue(said.contains("Expected room for 4.0 MB of org/tiny"), said);
    assertTrue(said.contains("only 3.1 MB are free"), said);
    assertFalse(hub.requests().toString().contains("/store/"));
  }

  /**
   * Options of unshare with which a disk can be mounted: as any user, or as root where that is
   * denied, as after chroot. Null for none.
   */
  private static String nameSpaces(Path disk) throws InterruptedException {
    for (String options : List.of("-rm", "-m")) {
      try {
        ProcessBuilder mount =
            new ProcessBuilder(
                "unshare", options, "mount", "-t", "tmpfs", "-o", "size=1m", "none", disk + "");
        if (mount.start().waitFor() == 0) {
          return options;
        }
      } catch (IOException e) {
        return null; // no such program, as on other systems than Linux
      }
    }
    return null;
  }
}

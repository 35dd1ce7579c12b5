package org.vlmvisualizer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.JavaProcess;
import org.vlmvisualizer.PlainSentence;

/** --engine, and what a crash changes for the program's next start. */
class CliEngineTest {
  @TempDir Path folder;

  @Test
  void tellsAboutTheEngineWithoutAnythingElse() {
    CliRun run = CliRun.of(List.of("--engine"));
    assertEquals("", run.err());
    assertEquals("", run.printed());
    assertEquals(0, run.exitCode());
    assertTrue(run.out().startsWith("Engine: PyTorch 2."), run.out());
    assertTrue(run.out().contains("\nDevice: "), run.out());
  }

  /** Before an answer no time is known, after it that of this computer. */
  @Test
  void listsTheModelsWithTheTimeOfAnAnswer() throws Exception {
    String before = demo(start("--models"));
    assertTrue(before.matches("demo +3\\.\\d+ M +0\\.\\d GB +0\\.\\d GB +– .*yes .*"), before);
    List<String> ask =
        CliRun.arguments(folder, "--model", "demo", "--precision", "float32", "--length", "2");
    assertEquals("", start(ask.toArray(String[]::new)).err());
    JavaProcess after = start("--models");
    assertTrue(demo(after).matches("demo .* \\d+(\\.\\d)? s .*yes .*"), demo(after));
    assertTrue(after.out().contains("\nllava-hf/llava-1.5-13b-hf "), after.out());
  }

  private static String demo(JavaProcess run) {
    assertEquals("", run.err());
    return run.out().lines().filter(line -> line.startsWith("demo ")).findFirst().orElseThrow();
  }

  @Test
  void tellsAboutTheDeviceThatIsNamed() {
    CliRun cpu = CliRun.of(List.of("--engine", "--device", "cpu"));
    assertTrue(cpu.out().contains("Device: cpu. Device cpu was asked for."), cpu.out());
    CliRun absent = CliRun.of(List.of("--engine", "--device", "gpu:99"));
    assertEquals(1, absent.exitCode());
    PlainSentence.check(absent.err());
  }

  /** Told by --engine, told in run.json by the next run, which removes the mark. */
  @Test
  void afterACrashTheNextStartTellsOfIt() throws Exception {
    Path marks = crashed();
    String told = "The last start crashed while a test was loading";
    assertTrue(start("--engine").out().contains(told));
    assertEquals(1, count(marks));
    JavaProcess run = start(CliRun.arguments(folder).toArray(String[]::new));
    assertEquals("", run.err());
    JsonObject engine = engine();
    assertTrue(engine.get("device_reason").getAsString().startsWith(told), engine.toString());
    assertEquals(0, count(marks));
    assertFalse(start("--engine").out().contains(told));
  }

  /** The start before it crashed, but this one is the last then. */
  @Test
  void aStartThatEndsByAnExceptionIsNoCrash() throws Exception {
    Path marks = crashed();
    Path torch = Files.createDirectory(folder.resolve("torch"));
    for (String library : List.of("c10", "torch", "torch_cpu")) {
      Files.writeString(torch.resolve(System.mapLibraryName(library)), "no library");
    }
    JavaProcess run = start(Map.of("PYTORCH_LIBRARY_PATH", torch.toString()), "--engine");
    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("PYTORCH_LIBRARY_PATH (" + torch + ") to load"), run.err());
    assertEquals(0, count(marks));
    assertFalse(start("--engine").out().contains("crashed while"));
  }

  /**
   * What is installed for the GPU and cannot be loaded is found out before, or remembered after a
   * start that failed; then the CPU is taken, and why is told. Java's own libraries stand in: one
   * that needs what is not there, and one that loads but is no PyTorch.
   */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aPyTorchForTheGpuThatDoesNotLoadGivesWayToTheCpu() throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "lib");
    Path djl = Files.createDirectory(folder.resolve("djl"));
    Files.createSymbolicLink(
        djl.resolve("pytorch"), Path.of(System.getProperty("user.home"), ".djl.ai", "pytorch"));
    Map<String, String> variables = Map.of("DJL_CACHE_DIR", djl.toString());
    Path gpu = djl.resolve("pytorch-gpu/2.7.1-cu126-linux-x86_64");
    byte[] library = Files.readAllBytes(java.resolve("libjsig.so"));
    String text = new String(library, StandardCharsets.ISO_8859_1);
    install(gpu, text.replace("libc.so.6", "libq.so.6").getBytes(StandardCharsets.ISO_8859_1));
    JavaProcess run = start(variables, "--engine");
    assertEquals("", run.err());
    String told = "Device: cpu. PyTorch for the GPU is installed, but ";
    assertTrue(run.out().contains(told + "libq.so.6 is missing"), run.out());

    install(gpu, library);
    run = start(variables, "--engine");
    assertEquals(1, run.exitCode(), run.out());
    assertTrue(run.err().contains("start again, which then takes the CPU"), run.err());
    PlainSentence.check(run.err().strip().replace(folder.toString(), ""));
    run = start(variables, "--engine");
    assertTrue(run.out().contains(told + "it did not start the last time"), run.out());
    run = start(variables, "--engine", "--device", "gpu");
    assertEquals(1, run.exitCode(), "tried again: " + run.out());

    Files.deleteIfExists(gpu.resolve("failed.txt"));
    Path marks = crashed();
    run = start(variables, "--engine");
    assertTrue(run.out().contains(told + "the last start crashed while a test was"), run.out());
    assertFalse(Files.exists(gpu.resolve("failed.txt")), "not tried");
    run = start(variables, "--engine", "--device", "gpu");
    assertEquals(1, run.exitCode(), "tried in spite of it: " + run.out());
    assertEquals(0, count(marks), "a start that ends by an exception is no crash");

    run = start(variables, "--remove-gpu");
    assertEquals("", run.err());
    assertTrue(run.out().contains("are free again."), run.out());
    assertFalse(Files.exists(djl.resolve("pytorch-gpu")));
    assertEquals("", start(variables, "--engine").err());
  }

  private static void install(Path folder, byte[] library) throws Exception {
    Path lib = Files.createDirectories(folder.resolve("torch/lib"));
    for (String name : List.of("libtorch.so", "libtorch_cuda.so")) {
      Files.write(lib.resolve(name), library);
    }
    Files.writeString(folder.resolve("files.txt"), library.length + " torch/lib/libtorch.so\n");
  }

  @Test
  void installingForTheGpuIsRefusedInOneSentence() throws Exception {
    Map<String, String> variables = Map.of("DJL_CACHE_DIR", folder.toString());
    for (String[] wrong :
        new String[][] {
          {"--install-gpu", "cu118"},
          {"--install-gpu", "cu126", "--gpu-from", folder.resolve("none").toString()},
          {"--install-gpu", "cu126", "--gpu-from", folder.toString()},
          {"--install-gpu", "cu126", "--yes", "--gpu-from", folder.toString()}
        }) {
      JavaProcess run = start(variables, wrong);
      assertEquals(1, run.exitCode(), run.out());
      PlainSentence.check(run.err().strip().replace(folder.toString(), ""));
    }
  }

  /** DJL would take the built-in PyTorch, and a cluster's GPU would idle. */
  @Test
  void aLibraryPathWithoutPyTorchIsRefused() throws Exception {
    for (String path : List.of(folder.toString(), folder.resolve("gone").toString())) {
      JavaProcess run = start(Map.of("PYTORCH_LIBRARY_PATH", path), "--engine");
      assertEquals(1, run.exitCode());
      assertTrue(run.err().contains("PYTORCH_LIBRARY_PATH (" + path + "), found no"), run.err());
      PlainSentence.check(run.err().strip().replace(path, ""));
    }
  }

  /** A mark as a crash leaves it, in the folder of marks. */
  private Path crashed() throws Exception {
    Path marks = folder.resolve(".cache/vlm-visualizer/loading");
    JavaProcess.run(
        List.of(),
        Class.forName("org.vlmvisualizer.engine.LoadingMarkChild"),
        List.of(marks.toString(), "crash"));
    return marks;
  }

  private JavaProcess start(String... arguments) throws Exception {
    return start(Map.of(), arguments);
  }

  private JavaProcess start(Map<String, String> variables, String... arguments) throws Exception {
    Path engines = Path.of(System.getProperty("user.home"), ".djl.ai");
    return JavaProcess.run(
        List.of("-Duser.home=" + folder, "-DDJL_CACHE_DIR=" + engines),
        JavaProcess.classPath(),
        AttentionCli.class.getName(),
        List.of(arguments),
        variables);
  }

  private JsonObject engine() throws Exception {
    String text = Files.readString(folder.resolve("results/run.json"));
    return JsonParser.parseString(text).getAsJsonObject().getAsJsonObject("engine");
  }

  private static long count(Path folder) throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }
}

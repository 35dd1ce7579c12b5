package org.vlmvisualizer.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.JavaProcess;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.command.ModelsChild;

/** The commands that tell and manage, without a display: their tables, and what they did. */
class ModelsCommandTest {
  @TempDir Path home;

  private List<String> run(FakeHub hub, String... arguments) throws Exception {
    return run(hub, Path.of(System.getProperty("user.home"), ".djl.ai"), arguments);
  }

  /**
   * @param engines where PyTorch is unpacked and installed
   */
  private List<String> run(FakeHub hub, Path engines, String... arguments) throws Exception {
    JavaProcess child =
        JavaProcess.run(
            List.of("-Djava.awt.headless=true", "-Duser.home=" + home, "-Xmx1g"),
            JavaProcess.classPath(),
            ModelsChild.class.getName(),
            List.of(arguments),
            Map.of(
                "HF_ENDPOINT",
                hub == null ? "http://127.0.0.1:9" : hub.url(),
                "HF_HUB_CACHE",
                home.resolve("cache").toString(),
                "DJL_CACHE_DIR",
                engines.toString()));
    assertEquals(0, child.exitCode(), child.err());
    return new ArrayList<>(child.out().lines().toList());
  }

  private static String row(List<String> lines, String name) {
    return lines.stream().filter(l -> l.startsWith(name + "\t")).findFirst().orElse("");
  }

  @Test
  void downloadsListsAndRemoves() throws Exception {
    try (FakeHub hub = new FakeHub(TinyModel.of(2000))) {
      List<String> came = run(hub, "Models", "action", "download", "model", "org/tiny");
      assertEquals("reason: null", came.get(0));
      assertTrue(row(came, "org/tiny").contains("llama2"), came.toString());
      assertTrue(row(came, "demo").contains("\tyes\t"), came.toString());
    }
    List<String> listed = run(null, "Models", "action", "list");
    assertTrue(row(listed, "org/tiny").contains("\tyes\t"), listed.toString());
    List<String> gone = run(null, "Models", "action", "remove", "model", "org/tiny");
    assertEquals("", row(gone, "org/tiny"), gone.toString());
    assertFalse(Files.exists(home.resolve("cache/models--org--tiny")));
    for (String wrong : List.of("org/tiny", "demo", "")) {
      String reason = run(null, "Models", "action", "remove", "model", wrong).get(0);
      PlainSentence.check(reason.substring("reason: ".length()));
    }
  }

  /** What could be downloaded is listed on demand only: scripts take the list for what is there. */
  @Test
  void listsWhatCouldBeDownloadedOnDemand() throws Exception {
    String known = "llava-hf/llava-1.5-7b-hf";
    List<String> here = run(null, "Models", "action", "list");
    assertEquals("", row(here, known), here.toString());
    List<String> all = run(null, "Models", "action", "all");
    List<String> cells = List.of(row(all, known).split("\t", -1));
    assertEquals("llama2", cells.get(2), all.toString());
    assertEquals("after a download", cells.get(3));
    assertEquals("", cells.get(4), "no folder");
    assertTrue(cells.get(6).startsWith("7.06"), "billion parameters: " + cells.get(6));
    assertEquals("NaN", cells.get(10), "no answer yet");
    assertTrue(row(all, "demo").contains("\tyes\t"), all.toString());
    assertEquals(1, all.stream().filter(line -> line.startsWith("demo\t")).count());
  }

  /** A deep config, an index of impossible names, a pipe, a folder that is none: one row each. */
  @Test
  void aHostileModelLeavesTheOthersInTheList() throws Exception {
    Path good = Files.createDirectories(snapshot("org/good", "a"));
    Files.writeString(good.resolve("config.json"), "{\"model_type\": \"llava\"}");
    Files.writeString(good.resolve("tokenizer.json"), "{}");
    Files.writeString(good.resolve("model.safetensors"), "");
    Path deep = copy(good, snapshot("org/deep", "b"));
    Files.writeString(deep.resolve("config.json"), "{\"a\":" + "[".repeat(100_000));
    Path names = copy(good, snapshot("org/names", "c"));
    Files.delete(names.resolve("model.safetensors"));
    Files.writeString(
        names.resolve("model.safetensors.index.json"),
        "{\"weight_map\": {\"a\": \"a\\u0000\", \"b\": \"\\ud800\"}}");
    Path refs =
        Files.createDirectories(snapshot("org/refs", "d").resolve("../../refs")).normalize();
    Files.write(refs.resolve("main"), new byte[] {(byte) 0xff});
    Files.writeString(home.resolve("cache/models--org--file"), "");
    List<String> listed = run(null, "Models", "action", "list");
    assertEquals("reason: null", listed.get(0));
    assertTrue(row(listed, "org/good@" + "a".repeat(40)).contains("\tyes\t"), listed.toString());
    assertTrue(row(listed, "org/deep@" + "b".repeat(40)).contains("config.json is broken"));
    assertTrue(row(listed, "org/names@" + "c".repeat(40)).contains("not downloaded"));
    assertTrue(row(listed, "demo").contains("\tyes\t"), listed.toString());
  }

  private Path snapshot(String repo, String digit) {
    String name = "models--" + repo.replace("/", "--");
    return home.resolve("cache").resolve(name).resolve("snapshots").resolve(digit.repeat(40));
  }

  private static Path copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    for (Path file : CachedModels.children(from, Files::isRegularFile)) {
      Files.copy(file, to.resolve(file.getFileName()));
    }
    return to;
  }

  @Test
  void refusesWhatItCannotDo() throws Exception {
    for (List<String> wrong :
        List.of(List.of("Models", "action", "burn"), List.of("Models", "action", "download"))) {
      String reason = run(null, wrong.toArray(String[]::new)).get(0);
      PlainSentence.check(reason.substring("reason: ".length()));
    }
  }

  @Test
  void tellsEngineVersionAndCitation() throws Exception {
    List<String> engine = run(null, "EngineInfo", "device", "cpu");
    assertTrue(row(engine, "Engine").contains("PyTorch 2.7.1"), engine.toString());
    assertTrue(row(engine, "Device").contains("cpu"), engine.toString());
    List<String> about = run(null, "AboutAndCitation");
    assertTrue(row(about, "Version").length() > 0, about.toString());
    assertTrue(row(about, "Cite: The method").contains("VLM-Visualizer"), about.toString());
    assertTrue(row(about, "Cite: The models").contains("arxiv.org"), about.toString());
    assertTrue(row(about, "Licence").contains("BSD-2-Clause"), about.toString());
  }

  /** The folder has none of the wheels, and nothing is installed. */
  @Test
  void pyTorchForTheGpuIsInstalledAndRemovedByAction() throws Exception {
    for (List<String> wrong :
        List.of(
            List.of("EngineInfo", "action", "gpu", "build", "cu126", "download", "true"),
            List.of("EngineInfo", "action", "gpu", "build", "cu126"),
            List.of("EngineInfo", "action", "gpu", "build", "cu118"),
            List.of("EngineInfo", "action", "burn"))) {
      List<String> options = new ArrayList<>(wrong);
      options.addAll(List.of("from", home.toString()));
      String reason = run(null, home, options.toArray(String[]::new)).get(0);
      PlainSentence.check(reason.substring("reason: ".length()).replace(home.toString(), ""));
    }
    List<String> removed = run(null, home, "EngineInfo", "action", "remove-gpu");
    assertTrue(row(removed, "GPU").contains("There is no PyTorch for the GPU"), removed.toString());
    Path half = Files.createDirectories(home.resolve("pytorch-gpu/2.7.1-cu126-linux-x86_64.part"));
    Files.write(half.resolve("libtorch.so"), new byte[1_500_000]);
    List<String> listed = run(null, home, "Models", "action", "list");
    assertTrue(row(listed, "PyTorch for the GPU").contains("1.5"), listed.toString());
    run(null, home, "Models", "action", "remove", "model", "PyTorch for the GPU");
    assertFalse(Files.exists(home.resolve("pytorch-gpu")));
  }

  @Test
  void aCrashIsToldAndForgotten() throws Exception {
    Path marks = Files.createDirectories(home.resolve(".cache/vlm-visualizer/loading"));
    JavaProcess.run(
        List.of(),
        JavaProcess.classPath(),
        "org.vlmvisualizer.engine.LoadingMarkChild",
        List.of(marks.toString(), "crash"),
        Map.of());
    Path mark = CachedModels.children(marks, Files::isRegularFile).get(0);
    List<String> told = run(null, "EngineInfo");
    assertTrue(row(told, "Last start").contains("a test was loading"), told.toString());
    assertTrue(Files.exists(mark));
    told = run(null, "EngineInfo", "forget", "true");
    assertEquals("", row(told, "Last start"), told.toString());
    assertFalse(Files.exists(mark));
  }
}

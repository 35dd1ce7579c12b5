package org.vlmvisualizer.ask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.analysis.AttentionModel;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.Upsampling;
import org.vlmvisualizer.picture.ImageInput;

/** A model stays loaded between questions, one at a time, and goes when it has to. */
class ModelKeeperTest {
  private static final double LONG = 60;
  private static final int LOOK_MS = 10;
  private static final int PATIENCE_MS = 20_000;

  @TempDir Path folder;
  private final AtomicInteger loads = new AtomicInteger();
  private final ImageInput picture = ImageInput.open(new Golden("llama-mha").picture().toString());
  private Path checkpoint;
  private ModelKeeper keeper = keeper(LONG, () -> false);

  private static ModelKeeper keeper(double minutes, BooleanSupplier memoryIsShort) {
    return new ModelKeeper(() -> minutes, memoryIsShort, LOOK_MS);
  }

  @BeforeEach
  void copyCheckpoint() throws Exception {
    checkpoint = copy(new Golden("llama-mha").checkpoint(), folder.resolve("model"));
  }

  @AfterEach
  void close() {
    keeper.close();
  }

  private static Path copy(Path from, Path to) throws Exception {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return to;
  }

  private void count(String stage, int done, int total) {
    if (stage.equals("Loading the decoder") && done == 0) {
      loads.incrementAndGet();
    }
  }

  private static RequestOptions options(String device, Precision precision) {
    return new RequestOptions(
        Defaults.request("What?", 2), device, precision, Defaults.maps(Upsampling.NONE));
  }

  private Asker asker(String device, Precision precision) {
    return new Asker(keeper, Checkpoint.open(checkpoint), options(device, precision), engine -> {});
  }

  private JsonObject ask(String device, Precision precision) {
    try (Asker asker = asker(device, precision)) {
      AttentionResult result = asker.ask(picture, this::count);
      return result.run();
    }
  }

  private JsonObject ask() {
    return ask("cpu", Precision.FLOAT32);
  }

  private static void await(String what, BooleanSupplier condition) throws Exception {
    long end = System.currentTimeMillis() + PATIENCE_MS;
    while (!condition.getAsBoolean()) {
      assertTrue(System.currentTimeMillis() < end, "waited in vain for " + what);
      Thread.sleep(LOOK_MS);
    }
  }

  @Test
  void twoQuestionsLoadOnce() {
    JsonObject first = ask();
    JsonObject second = ask();
    assertEquals(1, loads.get());
    assertTrue(first.getAsJsonObject("seconds").get("load").getAsDouble() > 0);
    assertEquals("for this question", first.get("loaded").getAsString());
    assertEquals(0, second.getAsJsonObject("seconds").get("load").getAsDouble());
    assertEquals("before this question", second.get("loaded").getAsString());
    assertEquals(first.get("generated_ids"), second.get("generated_ids"));
  }

  /** Auto takes float32 for a model as small, on the CPU: who asks for these next finds it. */
  @Test
  void whatAutoTookIsTheSameByName() {
    String device = ask("auto", Precision.AUTO).get("device").getAsString();
    ask(device, Precision.FLOAT32);
    assertEquals(1, loads.get());
  }

  /** How a model came to its device is a part of the result. */
  @Test
  void anotherDeviceLoadsAnew() {
    ask("cpu", Precision.FLOAT32);
    JsonObject run = ask("auto", Precision.FLOAT32);
    assertEquals(2, loads.get());
    String reason = run.getAsJsonObject("engine").get("device_reason").getAsString();
    assertFalse(reason.contains("was asked for"), reason);
  }

  /** Two are never in memory: the first is gone before the second begins to load. */
  @Test
  void anotherPrecisionLoadsAnewOnceTheFirstIsGone() {
    WeakReference<AttentionModel> first = new WeakReference<>(lend(Precision.FLOAT32, this::count));
    lend(
        Precision.BFLOAT16,
        (stage, done, total) -> {
          if (stage.startsWith("Loading") && done == 0) {
            System.gc();
            assertNull(first.get(), "loaded beside the first");
            count(stage, done, total);
          }
        });
    assertEquals(2, loads.get());
  }

  @Test
  void whatWasGivenBackIsClosed() {
    AttentionModel model = lend(Precision.FLOAT32, Progress.NONE);
    assertTrue(keeper.release());
    assertThrows(
        RuntimeException.class,
        () -> model.analyze(picture.picture(), Defaults.request("What?", 1), Progress.NONE));
    assertFalse(keeper.release(), "there is none any more");
  }

  private AttentionModel lend(Precision precision, Progress progress) {
    AttentionModel model =
        keeper.lend(Checkpoint.open(checkpoint), options("cpu", precision), progress);
    keeper.giveBack(true);
    return model;
  }

  @Test
  void goesAfterAnIdleTime() throws Exception {
    keeper = keeper(0.1 / 60, () -> false);
    ask();
    await("the idle time", () -> !keeper.isLoaded());
    ask();
    assertEquals(2, loads.get());
  }

  @Test
  void zeroMinutesKeepNone() {
    keeper = keeper(0, () -> false);
    ask();
    assertFalse(keeper.isLoaded());
  }

  @Test
  void goesWhenMemoryRunsShort() throws Exception {
    AtomicInteger looks = new AtomicInteger();
    AtomicBoolean isShort = new AtomicBoolean();
    keeper =
        keeper(
            LONG,
            () -> {
              looks.incrementAndGet();
              return isShort.get();
            });
    ask();
    await("some looks", () -> looks.get() > 5);
    assertTrue(keeper.isLoaded());
    isShort.set(true);
    await("the memory", () -> !keeper.isLoaded());
  }

  /** Not while a question is answered, which would fail. */
  @Test
  void staysWhileItIsAsked() throws Exception {
    AtomicInteger looks = new AtomicInteger();
    keeper = keeper(0.05 / 60, () -> looks.incrementAndGet() > 0);
    ask("cpu", Precision.FLOAT32);
    try (Asker asker = asker("cpu", Precision.FLOAT32)) {
      asker.load(this::count);
      Thread.sleep(20 * LOOK_MS);
      assertTrue(keeper.isLoaded());
      PlainSentence.check(assertThrows(InputException.class, keeper::release).getMessage());
      PlainSentence.check(
          assertThrows(InputException.class, () -> keeper.release(checkpoint)).getMessage());
      PlainSentence.check(assertThrows(InputException.class, () -> ask()).getMessage());
      keeper.release(folder.resolve("other")); // whose files are not those of the model
      asker.ask(picture, this::count);
    }
    await("the idle time", () -> !keeper.isLoaded());
  }

  @ParameterizedTest
  @ValueSource(strings = {"config.json", "model.safetensors", "tokenizer.json"})
  void anEditedCheckpointIsLoadedAgain(String name) throws Exception {
    ask();
    Path file = checkpoint.resolve(name);
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000_000_000L));
    ask();
    assertEquals(2, loads.get());
    ask();
    assertEquals(2, loads.get());
  }

  @Test
  void aFileThatComesOrGoesCounts() throws Exception {
    ask();
    Files.writeString(checkpoint.resolve("generation_config.json"), "{\"eos_token_id\": 2}");
    ask();
    assertEquals(2, loads.get());
    Files.delete(checkpoint.resolve("generation_config.json"));
    ask();
    assertEquals(3, loads.get());
  }

  /** The weights of another model in the same folder give that model's answer. */
  @Test
  void otherWeightsAnswerOtherwise() throws Exception {
    JsonObject before = ask();
    copy(new Golden("llama-tied-system").checkpoint(), checkpoint);
    JsonObject after = ask();
    assertNotEquals(before.get("model_sha256"), after.get("model_sha256"));
    assertNotEquals(before.get("answer"), after.get("answer"));
  }

  /** The vision tower of an original LLaVA lies in a folder of its own. */
  @Test
  void anEditedVisionTowerIsLoadedAgain() throws Exception {
    Golden golden = new Golden("original-safetensors-beside");
    checkpoint = copy(golden.checkpoint(), folder.resolve("original"));
    Path tower = copy(golden.folder.resolve("tiny-clip"), folder.resolve("tiny-clip"));
    ask();
    ask();
    assertEquals(1, loads.get());
    Files.setLastModifiedTime(
        tower.resolve("pytorch_model.bin"), FileTime.fromMillis(1_000_000_000_000L));
    ask();
    assertEquals(2, loads.get());
  }

  @Test
  void aCancelledLoadLeavesNothing() {
    Progress impatient =
        (stage, done, total) -> {
          if (stage.equals("Loading the decoder")) {
            throw new CancellationException();
          }
        };
    try (Asker asker = asker("cpu", Precision.FLOAT32)) {
      assertThrows(CancellationException.class, () -> asker.load(impatient));
    }
    assertFalse(keeper.isLoaded());
    ask();
    assertEquals(1, loads.get());
  }

  @Test
  void aFailedLoadLeavesNothing() {
    ask();
    assertThrows(InputException.class, () -> ask("gpu:9", Precision.FLOAT32));
    assertFalse(keeper.isLoaded());
    ask();
    assertEquals(2, loads.get());
  }

  /** A cancel in the middle of an answer is no reason to load again; a fault is. */
  @ParameterizedTest
  @CsvSource({"true, 1", "false, 2"})
  void whatEndsAQuestion(boolean cancelled, int expected) {
    Progress end =
        (stage, done, total) -> {
          count(stage, done, total);
          if (stage.equals("Reading the prompt")) {
            throw cancelled ? new CancellationException() : new IllegalStateException("a fault");
          }
        };
    try (Asker asker = asker("cpu", Precision.FLOAT32)) {
      assertThrows(IllegalStateException.class, () -> asker.ask(picture, end));
    }
    assertEquals(cancelled, keeper.isLoaded());
    assertEquals(
        expected == 1 ? "before this question" : "for this question",
        ask().get("loaded").getAsString());
    assertEquals(expected, loads.get());
  }

  @Test
  void goesBeforeItsFilesAreDeleted() throws Exception {
    ask();
    keeper.release(folder);
    assertFalse(keeper.isLoaded());
  }

  /** So that Windows, too, lets its files be deleted or replaced. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void holdsNoFile() throws Exception {
    ask();
    assertTrue(keeper.isLoaded());
    String maps = Files.readString(Path.of("/proc/self/maps"));
    assertFalse(maps.contains(checkpoint.toRealPath().toString()), maps);
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      for (Path link : open.toList()) {
        Path file = Files.isSymbolicLink(link) ? Files.readSymbolicLink(link) : link;
        assertFalse(file.startsWith(checkpoint.toRealPath()), file.toString());
      }
    }
  }

  @Test
  void tellsWhatIsLoaded() {
    assertTrue(keeper.report().startsWith("none"), keeper.report());
    ask();
    String report = keeper.report();
    assertTrue(report.startsWith(checkpoint + ", float32 on cpu, 0.00 GB."), report);
    assertTrue(report.contains("after 60 minutes"), report);
  }
}

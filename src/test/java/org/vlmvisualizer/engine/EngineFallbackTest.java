package org.vlmvisualizer.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.InputException;

/** What happens if a GPU is there and fails, with a stand-in for the loading itself. */
class EngineFallbackTest {
  private static final DeviceChoice AUTO = new DeviceChoice(Device.gpu(0), "Auto.", true, false);
  private static final DeviceChoice GPU = new DeviceChoice(Device.gpu(0), "Asked.", false, false);

  @TempDir Path marks;
  private final List<String> tried = new ArrayList<>();

  @AfterEach
  void leavesNoMark() throws IOException {
    assertEquals(0, count());
  }

  private long count() throws IOException {
    try (Stream<Path> files = Files.list(marks)) {
      return files.count();
    }
  }

  /** Loads on the CPU, and fails on a GPU. */
  private DeviceChoice load(DeviceChoice choice, RuntimeException onGpu) {
    return GpuAttempt.load(
        choice,
        marks,
        place -> {
          tried.add(place.name());
          if (place.device().isGpu()) {
            throw onGpu;
          }
          return place;
        });
  }

  @ParameterizedTest
  @CsvSource({
    "'CUDA out of memory. Tried to allocate 2.00 GiB.\nStack: at c10', too little free memory",
    "'CUDA error: no kernel image is available for execution on the device', no code for this kind",
    "'cuDNN error\nmore', The GPU failed (cuDNN error)"
  })
  void autoTakesTheCpuAndTellsWhy(String fault, String expected) {
    DeviceChoice choice = load(AUTO, new EngineException(fault));
    assertEquals(List.of("gpu:0", "cpu"), tried);
    assertEquals("cpu", choice.name());
    assertTrue(choice.reason().contains(expected), choice.reason());
    PlainSentence.check(choice.reason());
    InputException e =
        assertThrows(InputException.class, () -> load(GPU, new EngineException(fault)));
    assertTrue(e.getMessage().contains(expected), e.getMessage());
    PlainSentence.check(e.getMessage());
  }

  @Test
  void aModelThatTheGpuCannotTakeRunsOnTheCpu() {
    DeviceRefusal refusal = new DeviceRefusal("Expected 15 GB, found 8 GB; choose device cpu.");
    assertEquals(
        "The GPU cannot take this model (Expected 15 GB, found 8 GB), so the CPU is used.",
        load(AUTO, refusal).reason());
    assertEquals(
        refusal, assertThrows(InputException.class, () -> load(GPU, refusal)), "as it was");
  }

  @Test
  void whatIsWrongWithTheModelIsNotTriedAgain() {
    assertThrows(InputException.class, () -> load(AUTO, new InputException("Broken.")));
    assertThrows(CancellationException.class, () -> load(AUTO, new CancellationException()));
    assertEquals(List.of("gpu:0", "gpu:0"), tried);
  }

  @Test
  void ifBothFailBothAreTold() {
    InputException e =
        assertThrows(
            InputException.class,
            () ->
                GpuAttempt.load(
                    AUTO,
                    marks,
                    place -> {
                      throw place.device().isGpu()
                          ? new EngineException("out of memory")
                          : new InputException("The CPU cannot either.");
                    }));
    assertEquals(
        "The GPU has too little free memory for this model, so the CPU is used. The CPU cannot either.",
        e.getMessage());
  }

  @Test
  void aMarkLiesWhileAGpuLoadsAndOnlyThen() throws IOException {
    List<Long> seen = new ArrayList<>();
    for (DeviceChoice choice : List.of(GPU, GPU.onCpu("Why"))) {
      GpuAttempt.load(
          choice,
          marks,
          place -> {
            try {
              return seen.add(count());
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });
    }
    assertEquals(List.of(1L, 0L), seen);
  }
}

package org.vlmvisualizer.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.InputException;

/** Which device is chosen, and what is said about it. */
class EngineDeviceTest {
  private static final Optional<String> NO_CRASH = Optional.empty();
  private static final Optional<String> CRASH = Optional.of("a model was being loaded on a GPU");
  private static final GpuFacts NO_GPU = new GpuFacts("Linux", null, false, null, 0, 0, null);
  private static final GpuFacts TWO_GPUS =
      new GpuFacts("Linux", "570.86", true, "12.8", 2, 2, null);

  @ParameterizedTest
  @CsvSource({"auto, gpu:0", "cpu, cpu", "gpu, gpu:0", "gpu:1, gpu:1", "' GPU:1 ', gpu:1"})
  void takesTheGpuThatIsThere(String wanted, String expected) {
    DeviceChoice choice = DeviceChoice.of(wanted, TWO_GPUS, NO_CRASH);
    assertEquals(expected, choice.name());
    assertEquals(wanted.equals("auto"), choice.isFree());
    assertFalse(choice.isWarned());
    PlainSentence.check(choice.reason());
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpu", "gpu:7"})
  void refusesAGpuThatIsNotThere(String wanted) {
    InputException e =
        assertThrows(InputException.class, () -> DeviceChoice.of(wanted, NO_GPU, NO_CRASH), wanted);
    PlainSentence.check(e.getMessage());
    assertTrue(e.getMessage().contains("driver"), e.getMessage());
    assertThrows(InputException.class, () -> DeviceChoice.of("gpu:2", TWO_GPUS, NO_CRASH));
    String mac =
        assertThrows(InputException.class, () -> DeviceChoice.of("mps", NO_GPU, NO_CRASH))
            .getMessage();
    assertEquals(
        "Expected device mps on a Mac with Apple silicon, found Linux; choose device cpu, gpu or auto.",
        mac);
    assertThrows(InputException.class, () -> DeviceChoice.of("tpu", TWO_GPUS, NO_CRASH));
  }

  @Test
  void afterACrashAutoTakesTheCpuAndGpuIsHonoured() {
    DeviceChoice auto = DeviceChoice.of("auto", TWO_GPUS, CRASH);
    assertEquals("cpu", auto.name());
    assertEquals(
        "The last start crashed while a model was being loaded on a GPU, so the CPU is used; choose device gpu to try the GPU again.",
        auto.reason());
    DeviceChoice gpu = DeviceChoice.of("gpu:1", TWO_GPUS, CRASH);
    assertEquals("gpu:1", gpu.name());
    assertTrue(gpu.reason().startsWith("The last start crashed while"), gpu.reason());
    assertTrue(auto.isWarned() && gpu.isWarned());
    PlainSentence.check(gpu.reason());
    // The crash says nothing about the CPU, and stays known.
    assertFalse(DeviceChoice.of("cpu", TWO_GPUS, CRASH).isWarned());
    PlainSentence.check(DeviceChoice.of("auto", NO_GPU, CRASH).reason());
  }

  @Test
  void aPyTorchOfTheUsersOwnThatCrashedAtItsStartIsNotStartedAtOnceAgain() {
    Optional<String> starting = Optional.of(Engines.STARTING);
    PlainSentence.check(DeviceChoice.refusal("auto", starting, "/opt/torch/lib"));
    PlainSentence.check(DeviceChoice.refusal("cpu", starting, "/opt/torch/lib"));
    assertNull(DeviceChoice.refusal("gpu:1", starting, "/opt/torch/lib"));
    assertNull(DeviceChoice.refusal("auto", starting, null));
    assertNull(DeviceChoice.refusal("auto", CRASH, "/opt/torch/lib"));
    assertNull(DeviceChoice.refusal("auto", NO_CRASH, "/opt/torch/lib"));
  }

  /** What is missing is named, with what to do. */
  @ParameterizedTest
  @CsvSource({
    "Mac OS X,, false,, 0, On Macs",
    "Linux,, false,, 0, No NVIDIA driver",
    "Linux,, true, 12.8, 0, No NVIDIA driver",
    "Linux, 570.86, false,, 0, --install-gpu",
    "Linux, 570.86, false, 12.8, 1, VLM Engine",
    "Linux, 570.86, true,, 0, LD_LIBRARY_PATH",
    "Windows 11, version unknown, true,, 0, to PATH",
    "Linux, 470.57, true, 12.8, 0, CUDA_VISIBLE_DEVICES",
    "Linux, 470.57, true, 12.8, 1, update the NVIDIA driver"
  })
  void tellsWhyThereIsNoGpu(
      String os, String driver, boolean cudaBuild, String runtime, int seen, String expected) {
    String reason = new GpuFacts(os, driver, cudaBuild, runtime, seen, 0, null).obstacle();
    PlainSentence.check(reason);
    assertTrue(reason.contains(expected), reason);
    assertNull(new GpuFacts(os, driver, cudaBuild, runtime, seen, 1, null).obstacle());
  }

  @ParameterizedTest
  @CsvSource({
    "'NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12', 535.183.01",
    "'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release', 570.86.15",
    "'something else', version unknown"
  })
  void readsTheDriversVersion(String text, String expected) {
    assertEquals(expected, NvidiaDriver.version(text));
  }
}

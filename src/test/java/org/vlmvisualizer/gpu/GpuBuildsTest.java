package org.vlmvisualizer.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.engine.NvidiaDriver;

/** Which build fits which GPU, and that the list of files makes sense. */
class GpuBuildsTest {
  private static final String LINUX = "linux-x86_64";

  private static Optional<NvidiaDriver> driver(String version, int... compute) {
    List<NvidiaDriver.Gpu> gpus =
        Arrays.stream(compute).mapToObj(c -> new NvidiaDriver.Gpu("GPU", c)).toList();
    return Optional.of(new NvidiaDriver(version, gpus));
  }

  @ParameterizedTest
  @CsvSource({
    "535.183.01, 52, 0, cu126", // GTX 980
    "535.183.01, 86, 0, cu126",
    "570.86, 90, 0, cu126",
    "570.86, 120, 0, cu128", // RTX 5090
    "570.86, 61, 120, cu128",
    "535.183.01, 0, 0, cu126", // not told
    "570.86, 0, 0, cu128",
    "version unknown, 0, 0, cu126"
  })
  void fitsTheGpu(String version, int first, int second, String expected) {
    for (String platform : List.of(LINUX, "win-x86_64")) {
      assertEquals(
          expected, GpuBuilds.choose("auto", driver(version, first, second), platform).name());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "auto, 470.57, 86, linux-x86_64, 525 or newer",
    "auto, 535.183, 120, linux-x86_64, 570 or newer",
    "auto, 535.183, 35, linux-x86_64, compute capability 3.5",
    "auto, 535.183, 130, linux-x86_64, compute capability 13.0",
    "auto, 535.183, 86, osx-aarch64, device mps",
    "auto, 535.183, 86, linux-aarch64, linux-aarch64",
    "cu118, 535.183, 86, linux-x86_64, cu126 or cu128"
  })
  void refusesInOneSentence(
      String wanted, String version, int compute, String platform, String expected) {
    String sentence =
        assertThrows(
                InputException.class,
                () -> GpuBuilds.choose(wanted, driver(version, compute), platform))
            .getMessage();
    PlainSentence.check(sentence);
    assertTrue(sentence.contains(expected), sentence);
  }

  /** A login node of a cluster has no GPU. */
  @Test
  void withoutADriverTheBuildIsNamed() {
    String sentence =
        assertThrows(InputException.class, () -> GpuBuilds.choose("auto", Optional.empty(), LINUX))
            .getMessage();
    PlainSentence.check(sentence);
    assertEquals("cu128", GpuBuilds.choose("cu128", Optional.empty(), LINUX).name());
  }

  @Test
  void theListOfFilesIsWhole() {
    for (GpuBuild build : GpuBuilds.all()) {
      for (GpuBuild.Wheel wheel : build.wheels()) {
        String name = wheel.file().name();
        assertTrue(name.endsWith(".whl") && name.indexOf('-') > 0, name);
        assertTrue(wheel.file().sha256().matches("[0-9a-f]{64}"), name);
        assertTrue(wheel.file().size() > 0 && wheel.unpacked() > 0, name);
        assertTrue(wheel.file().index().toString().matches("https://.*/"), name);
      }
      assertEquals(
          1,
          build.wheels().stream().filter(w -> w.file().name().startsWith("torch-2.7.1")).count());
    }
    GpuBuild cu126 = GpuBuilds.choose("cu126", Optional.empty(), LINUX);
    assertEquals(2_829_141_162L, cu126.size());
    assertEquals(15, cu126.wheels().size());
  }

  /** Python's own parts would not load without Python. */
  @Test
  void takesTheLibrariesAndNotThoseOfPython() {
    Pattern linux = take(LINUX);
    Pattern windows = take("win-x86_64");
    for (String name :
        List.of("libtorch.so", "libc10.so", "libtorch_cuda_linalg.so", "libgomp.so.1")) {
      assertTrue(linux.matcher("torch/lib/" + name).matches(), name);
    }
    for (String name :
        List.of("torch.dll", "c10.dll", "cudnn64_9.dll", "cudart64_12.dll", "uv.dll")) {
      assertTrue(windows.matcher("torch/lib/" + name).matches(), name);
    }
    for (String name :
        List.of(
            "lib/libtorch_python.so",
            "lib/libshm.so",
            "bin/x.so",
            "lib/torch_python.dll",
            "lib/shm.dll",
            "lib/torch.lib",
            "lib/sub/x.dll",
            "lib/../../x.dll")) {
      assertFalse(linux.matcher("torch/" + name).matches(), name);
      assertFalse(windows.matcher("torch/" + name).matches(), name);
    }
  }

  private static Pattern take(String platform) {
    return GpuBuilds.choose("cu126", Optional.empty(), platform).wheels().get(0).take();
  }
}

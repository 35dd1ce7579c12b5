package org.vlmvisualizer.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is understood of a driver's answers; scripts/check-gpu-build asks through JNA. */
class NvidiaDriverTest {
  @TempDir Path proc;

  /** Two GPUs, of which the second does not tell its compute capability. */
  private static final class Answers implements NvidiaDriver.Nvml {
    int init;
    boolean isShut;

    @Override
    public int nvmlInit_v2() {
      return init;
    }

    @Override
    public int nvmlShutdown() {
      isShut = true;
      return 0;
    }

    private static int put(byte[] text, String value) {
      byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
      System.arraycopy(bytes, 0, text, 0, bytes.length);
      text[bytes.length] = 0;
      return 0;
    }

    @Override
    public int nvmlSystemGetDriverVersion(byte[] version, int length) {
      return put(version, "535.183.01");
    }

    @Override
    public int nvmlDeviceGetCount_v2(IntByReference count) {
      count.setValue(2);
      return 0;
    }

    @Override
    public int nvmlDeviceGetHandleByIndex_v2(int index, PointerByReference device) {
      device.setValue(new Pointer(1 + index));
      return 0;
    }

    @Override
    public int nvmlDeviceGetName(Pointer device, byte[] name, int length) {
      return put(name, "GPU " + Pointer.nativeValue(device));
    }

    @Override
    public int nvmlDeviceGetCudaComputeCapability(
        Pointer device, IntByReference major, IntByReference minor) {
      major.setValue(8);
      minor.setValue(6);
      return Pointer.nativeValue(device) == 1 ? 0 : 3;
    }
  }

  @Test
  void readsWhatNvmlTells() {
    Answers answers = new Answers();
    NvidiaDriver driver = NvidiaDriver.of(answers).orElseThrow();
    assertEquals(535, driver.major());
    assertEquals(
        List.of("GPU 1 (compute capability 8.6)", "GPU 2"),
        driver.gpus().stream().map(NvidiaDriver.Gpu::text).toList());
    assertEquals(true, answers.isShut);
    answers.init = 18; // a driver that was updated and not restarted
    assertEquals(Optional.empty(), NvidiaDriver.of(answers));
  }

  @Test
  void readsWhatTheDriverOfLinuxTells() throws IOException {
    assertEquals(Optional.empty(), NvidiaDriver.of(proc));
    Files.writeString(
        proc.resolve("version"),
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.86.15  Thu Jan 23\n");
    assertEquals(new NvidiaDriver("570.86.15", List.of()), NvidiaDriver.of(proc).orElseThrow());
    Path gpu = Files.createDirectories(proc.resolve("gpus/0000:01:00.0"));
    Files.writeString(gpu.resolve("information"), "Model: \t NVIDIA A100\nIRQ: 1\n");
    NvidiaDriver driver = NvidiaDriver.of(proc).orElseThrow();
    assertEquals(List.of(new NvidiaDriver.Gpu("NVIDIA A100", 0)), driver.gpus());
    assertEquals(0, new NvidiaDriver(NvidiaDriver.UNKNOWN, List.of()).major());
  }
}

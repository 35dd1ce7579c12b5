package org.vlmvisualizer.engine;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.pytorch.jni.LibUtils;
import ai.djl.util.cuda.CudaUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What decides whether PyTorch can use a GPU here, found without running any program. All of these
 * must be there: NVIDIA's driver, a PyTorch built for CUDA, and the CUDA runtime library, by which
 * DJL counts GPUs.
 *
 * @param os the system's name, as Java tells it
 * @param driver version of NVIDIA's driver, or null if none is found
 * @param cudaBuild whether this PyTorch is built for CUDA
 * @param runtime version of the CUDA runtime library, like "12.8", or null if none is found
 * @param runtimeGpus GPUs that the CUDA runtime library sees
 * @param usable GPUs that PyTorch can use
 */
record GpuFacts(
    String os, String driver, boolean cudaBuild, String runtime, int runtimeGpus, int usable) {
  private static final Pattern DRIVER = Pattern.compile("\\s(\\d{3,}\\.\\d+(\\.\\d+)?)\\s");

  /** Asks the running engine and the system. */
  static GpuFacts find(Engine engine) {
    Path libraries = Path.of(LibUtils.getLibtorchPath());
    return new GpuFacts(
        System.getProperty("os.name"),
        findDriver(),
        Files.exists(libraries.resolve(System.mapLibraryName("torch_cuda"))),
        findRuntime(),
        CudaUtils.getGpuCount(),
        engine.getGpuCount());
  }

  /** Why no GPU can be used and what to do, one sentence; null if one can. */
  String obstacle() {
    if (usable > 0) {
      return null;
    } else if (os.startsWith("Mac")) {
      return "On Macs, the CPU is used unless device mps is chosen.";
    } else if (driver == null) {
      return "No NVIDIA driver was found, so there is no GPU that PyTorch could use; if this computer has an NVIDIA GPU, install its driver.";
    } else if (!cudaBuild) {
      return "There is an NVIDIA driver (%s), but this PyTorch is the build for CPUs; to use the GPU, install PyTorch %s for CUDA 12.8 and name its folder lib in PYTORCH_LIBRARY_PATH."
          .formatted(driver, LibraryPath.VERSION);
    } else if (runtime == null) {
      return "There is an NVIDIA driver (%s) and a PyTorch for CUDA, but no CUDA runtime library was found; install CUDA 12.8, or add the folder of %s."
          .formatted(
              driver,
              os.startsWith("Win") ? "cudart64_12.dll to PATH" : "libcudart.so to LD_LIBRARY_PATH");
    } else if (runtimeGpus == 0) {
      return "The CUDA runtime library (%s) sees no GPU; update the NVIDIA driver (%s), and check that CUDA_VISIBLE_DEVICES hides no GPU."
          .formatted(runtime, driver);
    }
    return "The CUDA runtime library (%s) sees a GPU, but PyTorch cannot use it; update the NVIDIA driver (%s)."
        .formatted(runtime, driver);
  }

  private static String findRuntime() {
    try {
      int version = CudaUtils.getCudaVersion();
      return version / 1000 + "." + version / 10 % 100;
    } catch (IllegalStateException | EngineException e) {
      // DJL's way to tell that there is none, or that it does not fit the driver.
      return null;
    }
  }

  private static String findDriver() {
    Path linux = Path.of("/proc/driver/nvidia/version");
    if (Files.isReadable(linux)) {
      try {
        return driverVersion(Files.readString(linux));
      } catch (IOException e) {
        return "version unknown";
      }
    }
    // In the Windows Subsystem for Linux, the driver is the one of Windows.
    boolean present =
        Files.exists(Path.of("/usr/lib/wsl/lib/libcuda.so.1"))
            || isWindows() && Files.exists(windowsDriver());
    return present ? "version unknown" : null;
  }

  /**
   * @param text of /proc/driver/nvidia/version
   */
  static String driverVersion(String text) {
    Matcher version = DRIVER.matcher(text);
    return version.find() ? version.group(1) : "version unknown";
  }

  private static boolean isWindows() {
    return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("win");
  }

  private static Path windowsDriver() {
    String root = System.getenv("SystemRoot");
    return Path.of(root == null ? "C:\\Windows" : root, "System32", "nvcuda.dll");
  }
}

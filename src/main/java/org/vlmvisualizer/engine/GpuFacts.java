package org.vlmvisualizer.engine;

import ai.djl.engine.Engine;
import ai.djl.engine.StandardCapabilities;
import ai.djl.pytorch.jni.LibUtils;
import java.nio.file.Files;
import java.nio.file.Path;

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
 * @param unused why the PyTorch for GPUs that is installed is not used, a sentence; or null
 */
record GpuFacts(
    String os,
    String driver,
    boolean cudaBuild,
    String runtime,
    int runtimeGpus,
    int usable,
    String unused) {
  /** Asks the running engine and the system. */
  static GpuFacts find(Engine engine) {
    Path libraries = Path.of(LibUtils.getLibtorchPath());
    int gpus = CudaRuntime.gpus();
    return new GpuFacts(
        System.getProperty("os.name"),
        NvidiaDriver.present().map(NvidiaDriver::version).orElse(null),
        Files.exists(libraries.resolve(System.mapLibraryName("torch_cuda"))),
        CudaRuntime.version(),
        gpus,
        engine.hasCapability(StandardCapabilities.CUDA) ? gpus : 0,
        LibraryPath.unused());
  }

  /** Why no GPU can be used and what to do, one sentence; null if one can. */
  String obstacle() {
    if (usable > 0) {
      return null;
    } else if (os.startsWith("Mac")) {
      return "On Macs, the CPU is used unless device mps is chosen.";
    } else if (unused != null) {
      return unused;
    } else if (driver == null) {
      return "No NVIDIA driver was found, so there is no GPU that PyTorch could use; if this computer has an NVIDIA GPU, install its driver.";
    } else if (!cudaBuild) {
      return "There is an NVIDIA driver (%s), but this PyTorch is the build for CPUs; VLM Engine... and scripts/attention --install-gpu install the build for GPUs."
          .formatted(driver);
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
}

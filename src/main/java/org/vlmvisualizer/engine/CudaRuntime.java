package org.vlmvisualizer.engine;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.util.cuda.CudaUtils;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;

/**
 * What the runtime library of CUDA tells: of the installed PyTorch for GPUs its own, else the one
 * that DJL finds. DJL looks into PATH alone on Windows, which Java cannot change.
 */
public final class CudaRuntime {
  private interface Cudart extends Library {
    int cudaGetDeviceCount(IntByReference count);

    int cudaRuntimeGetVersion(IntByReference version);

    int cudaGetDevice(IntByReference device);

    int cudaSetDevice(int device);

    int cudaMemGetInfo(LongByReference free, LongByReference total);
  }

  private static final class Installed {
    static final Cudart LIBRARY =
        LibraryPath.installed()
            .map(found -> Native.load(found.runtime().toString(), Cudart.class))
            .orElse(null);
  }

  private CudaRuntime() {}

  /** GPUs that it sees; 0 if it is not there. */
  static int gpus() {
    if (Installed.LIBRARY == null) {
      return CudaUtils.getGpuCount();
    }
    IntByReference count = new IntByReference();
    return Installed.LIBRARY.cudaGetDeviceCount(count) == 0 ? count.getValue() : 0;
  }

  /** Like "12.6", or null if it is not there or does not fit the driver. */
  static String version() {
    try {
      int version = Installed.LIBRARY == null ? CudaUtils.getCudaVersion() : ownVersion();
      return version / 1000 + "." + version / 10 % 100;
    } catch (IllegalStateException | EngineException e) {
      // DJL's way to tell that there is none, or that it does not fit the driver.
      return null;
    }
  }

  private static int ownVersion() {
    IntByReference version = new IntByReference();
    check(Installed.LIBRARY.cudaRuntimeGetVersion(version));
    return version.getValue();
  }

  /**
   * Bytes of a GPU's memory that nobody uses.
   *
   * @throws EngineException if it cannot be told
   */
  public static long freeBytes(Device device) {
    if (Installed.LIBRARY == null) {
      var usage = CudaUtils.getGpuMemory(device);
      return usage.getMax() - usage.getCommitted();
    }
    IntByReference before = new IntByReference();
    LongByReference free = new LongByReference();
    check(Installed.LIBRARY.cudaGetDevice(before));
    check(Installed.LIBRARY.cudaSetDevice(device.getDeviceId()));
    check(Installed.LIBRARY.cudaMemGetInfo(free, new LongByReference()));
    check(Installed.LIBRARY.cudaSetDevice(before.getValue()));
    return free.getValue();
  }

  private static void check(int result) {
    if (result != 0) {
      throw new EngineException("CUDA's runtime library fails with error " + result);
    }
  }
}

package org.vlmvisualizer.engine;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * NVIDIA's driver and its GPUs, found without running any program: by NVML, the driver's library
 * for monitoring, or else by what the driver of Linux tells in /proc.
 *
 * @param version like "535.183.01", or "version unknown"
 */
public record NvidiaDriver(String version, List<Gpu> gpus) {
  static final String UNKNOWN = "version unknown";

  private static final Pattern VERSION = Pattern.compile("\\s(\\d{3,}\\.\\d+(\\.\\d+)?)\\s");
  private static final Path PROC = Path.of("/proc/driver/nvidia");

  /**
   * A GPU.
   *
   * @param compute its compute capability times ten, as 86 for 8.6, or 0 if that is not known
   */
  public record Gpu(String name, int compute) {
    /** For people: name and compute capability. */
    public String text() {
      return compute == 0
          ? name
          : "%s (compute capability %d.%d)".formatted(name, compute / 10, compute % 10);
    }
  }

  /** The functions of NVML that are called here; each gives 0 where it worked. */
  interface Nvml extends Library {
    int nvmlInit_v2();

    int nvmlShutdown();

    int nvmlSystemGetDriverVersion(byte[] version, int length);

    int nvmlDeviceGetCount_v2(IntByReference count);

    int nvmlDeviceGetHandleByIndex_v2(int index, PointerByReference device);

    int nvmlDeviceGetName(Pointer device, byte[] name, int length);

    int nvmlDeviceGetCudaComputeCapability(
        Pointer device, IntByReference major, IntByReference minor);
  }

  /** Empty if there is none. */
  public static Optional<NvidiaDriver> find() {
    for (String name :
        isWindows()
            ? List.of("nvml")
            : List.of("libnvidia-ml.so.1", "/usr/lib/wsl/lib/libnvidia-ml.so.1")) {
      try {
        Optional<NvidiaDriver> found = of(Native.load(name, Nvml.class));
        if (found.isPresent()) {
          return found;
        }
      } catch (UnsatisfiedLinkError e) {
        continue; // no such library
      }
    }
    return present();
  }

  /** The same without loading a library: no more than that there is one, and its version. */
  static Optional<NvidiaDriver> present() {
    return of(PROC).or(NvidiaDriver::unnamed);
  }

  /** Empty if the driver does not run. */
  static Optional<NvidiaDriver> of(Nvml nvml) {
    if (nvml.nvmlInit_v2() != 0) {
      return Optional.empty();
    }
    try {
      byte[] text = new byte[96];
      String version =
          nvml.nvmlSystemGetDriverVersion(text, text.length) == 0 ? text(text) : UNKNOWN;
      IntByReference count = new IntByReference();
      List<Gpu> gpus = new ArrayList<>();
      for (int i = 0; nvml.nvmlDeviceGetCount_v2(count) == 0 && i < count.getValue(); i++) {
        PointerByReference device = new PointerByReference();
        if (nvml.nvmlDeviceGetHandleByIndex_v2(i, device) == 0) {
          gpus.add(gpu(nvml, device.getValue()));
        }
      }
      return Optional.of(new NvidiaDriver(version, List.copyOf(gpus)));
    } finally {
      nvml.nvmlShutdown();
    }
  }

  private static Gpu gpu(Nvml nvml, Pointer device) {
    byte[] text = new byte[96];
    String name = nvml.nvmlDeviceGetName(device, text, text.length) == 0 ? text(text) : "a GPU";
    IntByReference major = new IntByReference();
    IntByReference minor = new IntByReference();
    boolean isKnown = nvml.nvmlDeviceGetCudaComputeCapability(device, major, minor) == 0;
    return new Gpu(name, isKnown ? 10 * major.getValue() + minor.getValue() : 0);
  }

  private static String text(byte[] bytes) {
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8).strip();
  }

  /**
   * @param proc the folder of the driver in /proc
   */
  static Optional<NvidiaDriver> of(Path proc) {
    if (!Files.isReadable(proc.resolve("version"))) {
      return Optional.empty();
    }
    List<Gpu> gpus = new ArrayList<>();
    String version = UNKNOWN;
    try {
      version = version(Files.readString(proc.resolve("version")));
      if (Files.isDirectory(proc.resolve("gpus"))) {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(proc.resolve("gpus"))) {
          for (Path folder : folders) {
            gpus.add(new Gpu(model(Files.readAllLines(folder.resolve("information"))), 0));
          }
        }
      }
    } catch (IOException e) {
      // Then no more than that is known.
    }
    return Optional.of(new NvidiaDriver(version, List.copyOf(gpus)));
  }

  private static String model(List<String> information) {
    return information.stream()
        .filter(line -> line.startsWith("Model:"))
        .map(line -> line.substring("Model:".length()).strip())
        .findFirst()
        .orElse("a GPU");
  }

  /**
   * @param text of /proc/driver/nvidia/version
   */
  static String version(String text) {
    Matcher version = VERSION.matcher(text);
    return version.find() ? version.group(1) : UNKNOWN;
  }

  /** A driver that has its library for CUDA and does not tell more. */
  private static Optional<NvidiaDriver> unnamed() {
    // In the Windows Subsystem for Linux, the driver is the one of Windows.
    boolean present =
        Files.exists(Path.of("/usr/lib/wsl/lib/libcuda.so.1"))
            || isWindows() && Files.exists(windowsDriver());
    return present ? Optional.of(new NvidiaDriver(UNKNOWN, List.of())) : Optional.empty();
  }

  /** The first number of the version; 0 if that is not known. */
  public int major() {
    return version.matches("\\d{1,5}\\..*")
        ? Integer.parseInt(version.substring(0, version.indexOf('.')))
        : 0;
  }

  private static boolean isWindows() {
    return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("win");
  }

  private static Path windowsDriver() {
    String root = System.getenv("SystemRoot");
    return Path.of(root == null ? "C:\\Windows" : root, "System32", "nvcuda.dll");
  }
}

package org.vlmvisualizer.engine;

import ai.djl.engine.EngineException;
import java.util.Locale;
import org.vlmvisualizer.core.Causes;
import org.vlmvisualizer.core.InputException;

/** Says why PyTorch does not start, and what to do. */
public final class StartFailure {
  private StartFailure() {}

  /**
   * One sentence.
   *
   * @param os as Java's property os.name
   * @param arch as Java's property os.arch
   * @param libraryPath what PYTORCH_LIBRARY_PATH is set to, or null
   */
  static String sentence(String os, String arch, String libraryPath, Throwable failure) {
    String system = os.toLowerCase(Locale.ROOT);
    if (system.startsWith("mac") && !arch.equals("aarch64")) {
      return "Expected a Mac with an Apple chip and a Fiji for Apple chips, found an Intel processor or a Fiji for Intel (%s), for which there is no PyTorch %s; use another computer, or install the Fiji for Apple chips."
          .formatted(arch, LibraryPath.VERSION);
    }
    String told = told(failure);
    String known = known(told);
    if (known != null) {
      return known;
    } else if (libraryPath != null) {
      return "Expected PyTorch %s in PYTORCH_LIBRARY_PATH (%s) to load, but that failed (%s); unset it to use the built-in PyTorch for CPUs."
          .formatted(LibraryPath.VERSION, libraryPath, Causes.innermost(failure));
    } else if (told.contains("offline mode")) {
      return "Expected PyTorch for %s %s among Fiji's jars, found none; install the plugin from its update site, or name a folder with PyTorch %s in PYTORCH_LIBRARY_PATH."
          .formatted(os, arch, LibraryPath.VERSION);
    } else if (system.startsWith("win")) {
      return "Expected PyTorch to load, but a library of Windows is missing (%s); install Microsoft's Visual C++ Redistributable for x64 (https://aka.ms/vs/17/release/vc_redist.x64.exe) and start Fiji again."
          .formatted(Causes.innermost(failure));
    }
    return "Expected PyTorch to start, but it cannot be loaded on this computer (%s); Linux, Windows (with the Visual C++ runtime) and Macs with Apple chips are supported."
        .formatted(Causes.innermost(failure));
  }

  /** One sentence: the PyTorch for GPUs that the user had installed fails. */
  static String ofInstalled(GpuInstallation gpu, Throwable failure) {
    return "Expected PyTorch for the GPU in %s to start, but that failed (%s); start again, which then takes the CPU, or install it again."
        .formatted(gpu.folder(), Causes.innermost(failure));
  }

  /**
   * What a missing operator means: our sources need those of one version, and DJL takes whatever
   * version lies in PYTORCH_LIBRARY_PATH for that one.
   *
   * @param libraryPath what PYTORCH_LIBRARY_PATH is set to, or null
   * @return the failure itself if it tells of something else
   */
  public static RuntimeException explained(EngineException failure, String libraryPath) {
    boolean lacksOperator = String.valueOf(failure.getMessage()).contains("Unknown builtin op");
    return libraryPath == null || !lacksOperator
        ? failure
        : new InputException(
            "Expected PyTorch %s in PYTORCH_LIBRARY_PATH (%s), found another version, which lacks operators; name a folder with that version, or unset it to use the built-in PyTorch for CPUs."
                .formatted(LibraryPath.VERSION, libraryPath),
            failure);
  }

  /** Failures that look the same on all systems, told by the words of the system's loader. */
  private static String known(String told) {
    if (told.contains("already loaded in another classloader")) {
      return "Expected to load PyTorch once, but another part of Fiji has loaded it already; start Fiji again.";
    } else if (told.contains("no space left") || told.contains("not enough space")) {
      return "Expected 450 MB of free disk space to unpack PyTorch, found less; make room, or name a folder on another disk in DJL_CACHE_DIR.";
    } else if (told.contains("failed to map segment") || told.contains("read-only file system")) {
      return "Expected to unpack and load PyTorch in the cache folder, but its disk does not allow that; name a folder on another disk in DJL_CACHE_DIR.";
    } else if (told.contains("glibc")) {
      return "Expected a Linux with glibc 2.28 or newer, found one that is too old for PyTorch; use a newer system.";
    }
    return null;
  }

  /** All messages of a chain of causes, in lower case. */
  private static String told(Throwable failure) {
    StringBuilder told = new StringBuilder();
    for (Throwable t = failure; t != null; t = t.getCause()) {
      told.append(t).append('\n');
    }
    return told.toString().toLowerCase(Locale.ROOT);
  }

  /** Why a library cannot be loaded, without names of files and threads. */
  static String reason(Throwable failure) {
    return Causes.innermost(failure).replaceAll("^.*: | \\[.*", "");
  }
}

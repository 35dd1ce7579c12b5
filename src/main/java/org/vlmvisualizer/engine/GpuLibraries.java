package org.vlmvisualizer.engine;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.WString;
import com.sun.jna.win32.StdCallLibrary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.vlmvisualizer.core.FileTrouble;

/** Makes the libraries of a {@link GpuInstallation} ready for DJL, which loads them one by one. */
final class GpuLibraries {
  /** Of Windows; JNA's own interface to it is in a jar that the plugin does not bring. */
  private interface Kernel32 extends StdCallLibrary {
    boolean SetDllDirectoryW(WString folder);
  }

  private GpuLibraries() {}

  /**
   * Why the libraries cannot be loaded, found without loading one of them, so that the PyTorch for
   * CPUs can still be; as a clause. Empty if nothing speaks against it.
   */
  static Optional<String> obstacle(GpuInstallation installation) {
    if (!Platform.isLinux()) {
      return Optional.empty();
    }
    try {
      List<Path> all = installation.sharedLibraries();
      List<Path> loaded =
          all.stream().filter(l -> l.getParent().equals(installation.libraries())).toList();
      return missing(loaded, all, GpuLibraries::systemHas).map(GpuLibraries::missing);
    } catch (IOException e) {
      return Optional.of("its libraries cannot be read (" + FileTrouble.reason(e) + ")");
    }
  }

  private static String missing(String library) {
    return library.startsWith("libcuda.so")
        ? library + " is missing, a part of NVIDIA's driver; install the driver"
        : library + " is missing; install it, or install PyTorch for the GPU again";
  }

  /**
   * The first library that some need, or one that these need, and that is neither there nor part of
   * the system. NVIDIA brings libraries that nothing needs and that would not load.
   *
   * @param loaded those that are loaded
   * @param all those that are there
   * @param system whether the system can load a library by name
   */
  static Optional<String> missing(
      List<Path> loaded, List<Path> all, Function<String, Boolean> system) throws IOException {
    Map<String, Path> byName = new HashMap<>();
    all.forEach(library -> byName.put(library.getFileName().toString(), library));
    Set<String> seen = new HashSet<>();
    Deque<Path> left = new ArrayDeque<>(loaded);
    while (!left.isEmpty()) {
      for (String needed : ElfFile.needed(left.remove())) {
        if (!seen.add(needed)) {
          continue;
        } else if (byName.containsKey(needed)) {
          left.add(byName.get(needed));
        } else if (!system.apply(needed)) {
          return Optional.of(needed);
        }
      }
    }
    return Optional.empty();
  }

  private static boolean systemHas(String library) {
    if (library.startsWith("ld-linux")) {
      return true; // the loader itself, which JNA does not take for a library
    }
    try {
      NativeLibrary.getInstance(library);
      return true;
    } catch (UnsatisfiedLinkError e) {
      return false;
    }
  }

  /**
   * Lets DJL find what it looks for by name: on Linux the runtime library of CUDA, by which it
   * counts GPUs. On Windows, DJL 0.35.1 loads PyTorch's libraries without those of cuDNN 9, which
   * they need, so all are loaded before it comes.
   *
   * @throws UnsatisfiedLinkError if a library cannot be loaded
   */
  static void prepare(GpuInstallation installation) {
    NativeLibrary.addSearchPath("cudart", installation.runtime().getParent().toString());
    if (Platform.isWindows()) {
      // cuDNN opens its parts by name when it needs them.
      Native.load("kernel32", Kernel32.class)
          .SetDllDirectoryW(new WString(installation.libraries().toString()));
      try {
        loadAll(installation.sharedLibraries(), path -> NativeLibrary.getInstance(path.toString()));
      } catch (IOException e) {
        throw new UnsatisfiedLinkError(FileTrouble.reason(e));
      }
    }
  }

  /**
   * Loads libraries in whatever order they need each other: those that fail are tried again, as
   * long as a round brings any.
   *
   * @throws UnsatisfiedLinkError naming those that cannot be loaded
   */
  static void loadAll(List<Path> libraries, Function<Path, ?> loader) {
    Map<Path, String> failed = new HashMap<>();
    List<Path> left = libraries;
    while (!left.isEmpty()) {
      List<Path> again = new ArrayList<>();
      for (Path library : left) {
        try {
          loader.apply(library);
        } catch (UnsatisfiedLinkError e) {
          failed.put(library, e.getMessage());
          again.add(library);
        }
      }
      if (again.size() == left.size()) {
        Path first = again.get(0);
        throw new UnsatisfiedLinkError(first.getFileName() + ": " + failed.get(first));
      }
      left = again;
    }
  }
}

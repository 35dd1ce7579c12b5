package org.vlmvisualizer.engine;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.vlmvisualizer.core.InputException;

/**
 * A PyTorch other than the built-in one: the user's own, in the folder that PYTORCH_LIBRARY_PATH
 * names, or else the {@link GpuInstallation}.
 *
 * <p>DJL 0.35.1 then wants to know which build it is, by PYTORCH_FLAVOR; left out, it guesses
 * "cpu-precxx11" or "cu128-precxx11" on Linux, for which there is no bridge to Java since PyTorch
 * 2.7.1. So what the folder holds is looked at here.
 */
public final class LibraryPath {
  /** The one version that DJL's bridge fits. */
  static final String VERSION = "2.7.1";

  /** The one build for CUDA that DJL's bridge for 2.7.1 fits. */
  private static final String CUDA = "cu128";

  private static final String PATH = "PYTORCH_LIBRARY_PATH";
  private static final String FLAVOUR = "PYTORCH_FLAVOR";

  private static volatile GpuInstallation installed;
  private static volatile String unused;

  private LibraryPath() {}

  /** What the user set, or null. */
  public static String value() {
    return installed == null ? setting(PATH) : null;
  }

  /** The PyTorch for GPUs that this program runs, or is about to. */
  static Optional<GpuInstallation> installed() {
    return Optional.ofNullable(installed);
  }

  /** Why the PyTorch for GPUs that is installed is not used, as a sentence; null for no reason. */
  static String unused() {
    return unused;
  }

  /**
   * Tells DJL which PyTorch to take, and which build it is, unless the user did.
   *
   * @param crash what was going on when the last start crashed, if it did
   * @param isAsked whether the GPU was asked for, so that it is tried in spite of what happened
   * @throws InputException if there is no PyTorch where the user's own should be: DJL would take
   *     the built-in one for CPUs without a word
   */
  static void tell(Optional<String> crash, boolean isAsked) {
    String path = value();
    if (path == null) {
      if (setting(FLAVOUR) == null) {
        GpuInstallation.find().ifPresent(found -> take(found, crash, isAsked));
      }
      return;
    }
    String flavour = flavour(path);
    if (flavour == null) {
      throw absent(path);
    } else if (setting(FLAVOUR) == null) {
      System.setProperty(FLAVOUR, flavour);
    }
  }

  private static void take(GpuInstallation found, Optional<String> crash, boolean isAsked) {
    Optional<String> past = isAsked ? Optional.empty() : past(found, crash);
    Optional<String> reason = past.or(() -> GpuLibraries.obstacle(found));
    if (reason.isPresent()) {
      unused = "PyTorch for the GPU is installed, but %s.".formatted(reason.get());
      return;
    }
    installed = found;
    System.setProperty(PATH, found.libraries().toString());
    System.setProperty(FLAVOUR, CUDA);
  }

  /** What went wrong the last time, as a clause. */
  private static Optional<String> past(GpuInstallation found, Optional<String> crash) {
    return crash
        .map("the last start crashed while %s; start again with device gpu to try it"::formatted)
        .or(() -> found.failure().map("it did not start the last time (%s)"::formatted));
  }

  static InputException absent(String path) {
    return new InputException(
        "Expected PyTorch %s in PYTORCH_LIBRARY_PATH (%s), found no file %s there; name the folder lib of an unpacked PyTorch, or unset it to use the built-in PyTorch for CPUs."
            .formatted(VERSION, path, System.mapLibraryName("torch")));
  }

  /**
   * @param path folders, separated as in PATH; DJL takes the first that holds PyTorch
   * @return null if none does
   */
  static String flavour(String path) {
    for (String folder : path.split(File.pathSeparator)) {
      if (holds(folder, "torch")) {
        return holds(folder, "torch_cuda") ? CUDA : "cpu";
      }
    }
    return null;
  }

  private static boolean holds(String folder, String library) {
    try {
      return Files.isRegularFile(Path.of(folder, System.mapLibraryName(library)));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /** As DJL reads its settings: the environment first, then Java's properties; empty is unset. */
  public static String setting(String name) {
    String value = System.getenv(name);
    if (value == null) {
      value = System.getProperty(name);
    }
    return value == null || value.isEmpty() ? null : value;
  }
}

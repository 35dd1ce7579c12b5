package org.vlmvisualizer.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.vlmvisualizer.core.InputException;

/**
 * Where a model runs, and why.
 *
 * @param reason for the log and run.json, whole sentences
 * @param isFree whether the user leaves the choice to the plugin, so that the CPU is a way out
 * @param isWarned whether the reason tells of a crash
 */
public record DeviceChoice(Device device, String reason, boolean isFree, boolean isWarned) {
  private static final Pattern NAME = Pattern.compile("auto|cpu|mps|gpu(:\\d{1,2})?");

  private static final String MPS = "mps";

  /**
   * @param name "auto" (the first GPU that PyTorch sees, else the CPU), "cpu", "gpu", "gpu:N", or
   *     "mps" for the GPU of a Mac
   * @throws InputException if there is no such device, or PyTorch cannot be started
   */
  public static DeviceChoice of(String name) {
    String wanted = check(name);
    Optional<String> crash = EngineReport.lastCrash();
    String refusal = refusal(wanted, crash, LibraryPath.value());
    if (refusal != null) {
      LoadingMark.clear(LoadingMark.folder());
      throw new InputException(refusal);
    }
    Engine engine = Engines.engine(wanted.startsWith("gpu"));
    return of(name, GpuFacts.find(engine), crash);
  }

  /**
   * @param crash what was going on when the last start crashed, if it did
   */
  static DeviceChoice of(String name, GpuFacts facts, Optional<String> crash) {
    String wanted = check(name);
    String warning = crash.map(what -> "The last start crashed while " + what).orElse(null);
    if (wanted.equals("cpu")) {
      return new DeviceChoice(Device.cpu(), "Device cpu was asked for.", false, false);
    } else if (wanted.equals("auto")) {
      return free(facts, warning);
    } else if (wanted.equals(MPS)) {
      return mac(facts);
    }
    int index = wanted.contains(":") ? Integer.parseInt(wanted.substring(4)) : 0;
    if (index >= facts.usable()) {
      throw new InputException(absent(wanted, facts));
    }
    String reason = "Device " + wanted + " was asked for.";
    return new DeviceChoice(
        Device.gpu(index),
        warning == null ? reason : warning + "; it is tried again. " + reason,
        false,
        warning != null);
  }

  /**
   * A PyTorch of the user's own that crashed while it started would do so on any device: a sentence
   * instead of the next crash; null if it may start.
   */
  static String refusal(String wanted, Optional<String> crash, String libraryPath) {
    boolean isLikely = crash.filter(Engines.STARTING::equals).isPresent() && libraryPath != null;
    return isLikely && !wanted.startsWith("gpu")
        ? "The last start crashed while the PyTorch in PYTORCH_LIBRARY_PATH (%s) was being loaded; unset it to use the built-in PyTorch for CPUs, or start Fiji once more to try again."
            .formatted(libraryPath)
        : null;
  }

  private static DeviceChoice free(GpuFacts facts, String warning) {
    boolean isWarned = warning != null;
    if (facts.usable() == 0) {
      String reason = facts.obstacle();
      boolean isTold = !isWarned || facts.unused() != null; // what is unused tells of the crash
      return new DeviceChoice(
          Device.cpu(), isTold ? reason : warning + ". " + reason, true, isWarned);
    } else if (isWarned) {
      String reason = warning + ", so the CPU is used; choose device gpu to try the GPU again.";
      return new DeviceChoice(Device.cpu(), reason, true, true);
    }
    return new DeviceChoice(Device.gpu(0), "The first GPU that PyTorch sees.", true, false);
  }

  /** The same request on the CPU, after the GPU has failed. */
  DeviceChoice onCpu(String why) {
    return new DeviceChoice(Device.cpu(), why + ", so the CPU is used.", false, isWarned);
  }

  private static DeviceChoice mac(GpuFacts facts) {
    if (!facts.os().startsWith("Mac") || !System.getProperty("os.arch").equals("aarch64")) {
      throw new InputException(
          "Expected device mps on a Mac with Apple silicon, found %s; choose device cpu, gpu or auto."
              .formatted(facts.os()));
    }
    return new DeviceChoice(Device.of(MPS, -1), "Device mps was asked for.", false, false);
  }

  private static String check(String name) {
    String wanted = name.strip().toLowerCase(Locale.ROOT);
    if (!NAME.matcher(wanted).matches()) {
      throw new InputException(
          "Expected device auto, cpu, gpu, gpu:1 or mps, found '" + name + "'.");
    }
    return wanted;
  }

  private static String absent(String wanted, GpuFacts facts) {
    String expected =
        "Expected device %s, but PyTorch sees %s here; choose device cpu or auto."
            .formatted(
                wanted, facts.usable() == 0 ? "no GPU" : "only " + facts.usable() + " of them");
    return facts.usable() == 0 ? expected + " " + facts.obstacle() : expected;
  }

  String name() {
    return name(device);
  }

  /** "cpu", "gpu:0" or "mps". */
  public static String name(Device device) {
    return device.isGpu() ? "gpu:" + device.getDeviceId() : device.getDeviceType();
  }
}

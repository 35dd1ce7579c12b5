package org.vlmvisualizer.engine;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.LibUtils;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which PyTorch runs on which device, and why not on a GPU: for people and for run.json. */
public final class EngineReport {
  private static final Pattern FLAVOUR = Pattern.compile("-(cpu|cu\\d+)(-precxx11)?-");

  /** Whether the last start crashed: read once, and valid until the user says otherwise. */
  private static final class LastStart {
    static volatile Optional<String> crash = LoadingMark.leftBehind(LoadingMark.folder());
  }

  private final DeviceChoice choice;
  private final GpuFacts facts;
  private final Engine engine;

  private EngineReport(DeviceChoice choice) {
    this.choice = choice;
    engine = Engines.engine();
    facts = GpuFacts.find(engine);
  }

  /**
   * What would be used, without loading a model.
   *
   * @param device "auto", "cpu", "gpu" or "gpu:N"
   * @throws org.vlmvisualizer.core.InputException if there is no such device, or PyTorch cannot be
   *     started
   */
  public static EngineReport of(String device) {
    return new EngineReport(DeviceChoice.of(device));
  }

  /** What was going on when the last start crashed, as "PyTorch was being started". */
  public static Optional<String> lastCrash() {
    return LastStart.crash;
  }

  /** Whether there is an NVIDIA GPU and no PyTorch that could use it, neither installed nor set. */
  public static boolean lacksGpuBuild() {
    return NvidiaDriver.present().isPresent()
        && LibraryPath.value() == null
        && GpuInstallation.find().isEmpty()
        && GpuInstallation.platform().matches("(linux|win)-x86_64");
  }

  /** Lets device auto take a GPU again after a crash, at once. */
  public static void forgetCrash() {
    LoadingMark.clear(LoadingMark.folder());
    GpuInstallation.find().ifPresent(GpuInstallation::forgetFailure);
    LastStart.crash = Optional.empty();
  }

  /** What a model was loaded with. */
  public static EngineReport of(DeviceChoice choice) {
    return new EngineReport(choice);
  }

  /** For run.json. Where files lie on this computer is left out. */
  public Map<String, Object> map() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("djl", Engine.getDjlVersion());
    all.put("pytorch", engine.getVersion());
    all.put("flavor", flavour());
    all.put("device", choice.name());
    all.put("device_reason", choice.reason());
    all.put("gpus", facts.usable());
    all.put("nvidia_driver", orNone(facts.driver()));
    all.put("cuda_runtime", orNone(facts.runtime()));
    all.put("threads", JniUtils.getNumThreads());
    all.put("cpu_features", CpuFeatures.find());
    if (isOnCpu()) {
      all.put("row_kernel", RowKernel.state());
    }
    return all;
  }

  /** For people. */
  public List<String> lines() {
    List<String> cpu = CpuFeatures.find();
    return List.of(
        "Engine: PyTorch %s (%s) through DJL %s"
            .formatted(engine.getVersion(), flavour(), Engine.getDjlVersion()),
        "Native libraries: " + LibUtils.getLibtorchPath(),
        "CPU: %d threads%s%s"
            .formatted(
                JniUtils.getNumThreads(),
                cpu.isEmpty() ? "" : ", with " + String.join(", ", cpu),
                isOnCpu() ? "; row kernel: " + RowKernel.state() : ""),
        "GPUs that PyTorch can use: %d (NVIDIA driver: %s; CUDA runtime library: %s)"
            .formatted(facts.usable(), orNone(facts.driver()), orNone(facts.runtime())),
        "Device: %s. %s".formatted(choice.name(), choice.reason()));
  }

  private boolean isOnCpu() {
    return choice.name().equals("cpu");
  }

  /** What DJL unpacks is named after its flavour; a folder of the user's own is looked into. */
  private String flavour() {
    if (LibraryPath.installed().isPresent()) {
      return LibraryPath.installed().get().build();
    }
    Path folder = Path.of(LibUtils.getLibtorchPath());
    return flavour(folder.getFileName().toString(), facts.cudaBuild());
  }

  static String flavour(String folderName, boolean cudaBuild) {
    Matcher named = FLAVOUR.matcher(folderName);
    if (named.find()) {
      return named.group(1);
    }
    String told = LibraryPath.value() == null ? null : LibraryPath.setting("PYTORCH_FLAVOR");
    return told != null ? told : cudaBuild ? "cuda" : "cpu";
  }

  private static String orNone(String version) {
    return version == null ? "none" : version;
  }
}

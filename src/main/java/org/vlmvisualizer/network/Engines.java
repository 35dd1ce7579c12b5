package org.vlmvisualizer.network;

import ai.djl.Device;
import ai.djl.engine.Engine;
import java.util.Locale;
import java.util.regex.Pattern;
import org.vlmvisualizer.core.InputException;

/** Starts PyTorch and names its devices. */
public final class Engines {
  private static final Pattern NAME = Pattern.compile("auto|cpu|gpu(:\\d{1,2})?");

  private Engines() {}

  /** PyTorch's version, which starts the engine if it is not running yet. */
  public static String version() {
    return "PyTorch " + engine().getVersion();
  }

  /** The version of Deep Java Library. */
  public static String djlVersion() {
    return Engine.getDjlVersion();
  }

  static Engine engine() {
    // DJL would tell its makers about every start.
    System.setProperty("OPT_OUT_TRACKING", "true");
    // Nothing is fetched behind the user's back.
    if (System.getProperty("ai.djl.offline") == null) {
      System.setProperty("ai.djl.offline", "true");
    }
    try {
      return Engine.getEngine("PyTorch");
    } catch (RuntimeException | LinkageError e) {
      throw new InputException(
          "Expected PyTorch to start, but it cannot be loaded on this computer ("
              + e.getMessage()
              + "); Linux, Windows (with the Visual C++ runtime) and Macs with Apple chips are supported.",
          e);
    }
  }

  /**
   * @param name "auto" (the first GPU that PyTorch sees, else the CPU), "cpu", "gpu" or "gpu:N"
   * @throws InputException if there is no such device
   */
  static Device device(String name) {
    String wanted = name.strip().toLowerCase(Locale.ROOT);
    if (!NAME.matcher(wanted).matches()) {
      throw new InputException("Expected device auto, cpu, gpu or gpu:1, found '" + name + "'.");
    }
    int gpus = engine().getGpuCount();
    if (wanted.equals("cpu") || wanted.equals("auto") && gpus == 0) {
      return Device.cpu();
    }
    int index = wanted.contains(":") ? Integer.parseInt(wanted.substring(4)) : 0;
    if (index >= gpus) {
      throw new InputException(
          "Expected device %s, but PyTorch sees %s here; choose device cpu or auto."
              .formatted(wanted, gpus == 0 ? "no GPU" : "only " + gpus + " of them"));
    }
    return Device.gpu(index);
  }
}

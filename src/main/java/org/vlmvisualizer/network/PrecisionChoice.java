package org.vlmvisualizer.network;

import ai.djl.Device;
import java.util.List;
import org.vlmvisualizer.checkpoint.Weights;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.engine.CudaRuntime;
import org.vlmvisualizer.engine.DeviceRefusal;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.engine.SystemMemory;

/**
 * Which precision a model runs in, and why.
 *
 * @param reason one sentence for the log and run.json
 */
record PrecisionChoice(Precision precision, String reason) {
  private static final long FLOAT32_PARAMETERS = 1_000_000_000;
  private static final List<Precision> NARROW =
      List.of(Precision.BFLOAT16, Precision.INT8, Precision.INT4);

  /**
   * Takes the wanted precision, or for AUTO the best that fits: on a CPU, float32 for models of up
   * to 1 billion parameters or if bfloat16 is not faster there; then bfloat16, int8, int4.
   *
   * @param imageTokens what one picture makes in a prompt at most
   * @throws DeviceRefusal if the device has too little memory, or the GPU cannot do it
   * @throws InputException if the CPU cannot do it
   */
  static PrecisionChoice of(
      Precision wanted, ModelConfig config, Weights weights, long imageTokens, Torch torch) {
    Device device = torch.device();
    boolean halves = torch.rowKernel() != null;
    long available = device.isGpu() ? CudaRuntime.freeBytes(device) : SystemMemory.available();
    boolean preferFloat32 = !torch.packs() || weights.parameters() <= FLOAT32_PARAMETERS;
    List<Precision> candidates = candidates(wanted, !device.equals(Device.cpu()), preferFloat32);
    for (Precision precision : candidates) {
      long needed = MemoryNeed.bytes(config, weights, imageTokens, precision, halves);
      if (needed <= available) {
        return new PrecisionChoice(
            precision,
            "%s needs about %.1f GB of the %.1f GB that are free"
                .formatted(precision, needed / 1e9, available / 1e9));
      }
    }
    Precision smallest = candidates.get(candidates.size() - 1);
    long needed = MemoryNeed.bytes(config, weights, imageTokens, smallest, halves);
    throw new DeviceRefusal(
        "Expected %.1f GB of free memory for %s on %s, found %.1f GB; %s"
            .formatted(
                needed / 1e9,
                smallest,
                device.isGpu() ? "the GPU" : "the CPU",
                available / 1e9,
                remedy(config, weights, imageTokens, device, available)));
  }

  /** What could be taken on a CPU that computes bfloat16 fast, the best first. */
  static List<Precision> onCpu(Precision wanted, Weights weights) {
    return candidates(wanted, false, weights.parameters() <= FLOAT32_PARAMETERS);
  }

  private static List<Precision> candidates(Precision wanted, boolean gpu, boolean preferFloat32) {
    if (wanted == Precision.FLOAT16 && !gpu) {
      throw new InputException(
          "Expected precision float32 or bfloat16 on the CPU, found float16, which it computes too slowly to be of use.");
    }
    if (wanted != Precision.AUTO) {
      return List.of(wanted);
    } else if (preferFloat32 && !gpu) {
      return List.of(Precision.FLOAT32, Precision.BFLOAT16, Precision.INT8, Precision.INT4);
    }
    return NARROW;
  }

  /** What would fit: another precision, the CPU, or nothing. */
  private static String remedy(
      ModelConfig config, Weights weights, long imageTokens, Device device, long available) {
    for (Precision precision : NARROW) {
      if (MemoryNeed.bytes(config, weights, imageTokens, precision, false) <= available) {
        return "choose precision " + precision + ", which fits.";
      }
    }
    if (device.isGpu()) {
      return "choose device cpu.";
    }
    return "close other programs or choose a smaller model.";
  }
}

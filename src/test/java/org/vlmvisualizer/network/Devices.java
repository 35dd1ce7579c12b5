package org.vlmvisualizer.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.checkpoint.Weights;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.engine.EngineReport;
import org.vlmvisualizer.engine.Precision;

/**
 * Where the goldens are compared: on the CPU, and on a GPU if PyTorch sees one. The variable
 * VLM_TEST_DEVICES names others, such as mps.
 */
final class Devices {
  /** Of float32 on a GPU, whose sums are added up in other orders. */
  private static final double GPU_TOLERANCE = 1e-4;

  private static final List<String> ALL = find();

  private Devices() {}

  private static List<String> find() {
    String named = System.getenv("VLM_TEST_DEVICES");
    Map<String, Object> engine = EngineReport.of("cpu").map();
    List<String> all = new ArrayList<>(List.of("cpu"));
    if (named != null) {
      all = List.of(named.split(","));
    } else if ((int) engine.get("gpus") > 0) {
      all.add("gpu");
    }
    System.out.printf(
        "Goldens: %s of PyTorch %s (%s)%n",
        String.join(", ", all), engine.get("pytorch"), engine.get("flavor"));
    return all;
  }

  /** Each case on each device, as the first argument. */
  static Stream<Arguments> each(List<?> cases) {
    return ALL.stream().flatMap(device -> cases.stream().map(c -> Arguments.of(device, c)));
  }

  /** A golden with the bar of the device. */
  static Golden golden(String device, String name) {
    Golden golden = new Golden(name);
    golden.tolerance = tolerance(device);
    return golden;
  }

  static double tolerance(String device) {
    return device.equals("cpu") ? Golden.TOLERANCE : GPU_TOLERANCE;
  }

  /** Loads all weights, of which no quantised copy is kept; the caller closes it. */
  static LlavaNetwork load(
      String device, ModelConfig config, Weights weights, Precision precision) {
    return LlavaNetwork.load(
        config, weights, config.vision().numPatches(), device, precision, null, Progress.NONE);
  }
}

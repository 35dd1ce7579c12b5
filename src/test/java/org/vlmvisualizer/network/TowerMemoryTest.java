package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.family.Model;

/** What is handed to PyTorch in Java's memory stays there, however often Java collects garbage. */
class TowerMemoryTest {
  private static final int TIMES = 30;

  @ParameterizedTest
  @ValueSource(strings = {"qwen2.5-vl-even", "qwen3-vl-one", "smolvlm-tiles"})
  void featuresStayTheSameWhileGarbageIsCollected(String name) throws InterruptedException {
    Golden golden = new Golden("families/" + name);
    AtomicBoolean ends = new AtomicBoolean();
    Thread collector = new Thread(() -> collect(ends), "garbage");
    try (Model model = Model.open(Checkpoint.open(golden.checkpoint()));
        LlavaNetwork network =
            CpuNetwork.load(model.config(), model.weights(), Precision.FLOAT32)) {
      ModelInput input = FamilyInput.of(golden, model);
      float[] first = Features.of(network, input).image();
      collector.start();
      for (int i = 0; i < TIMES; i++) {
        assertArrayEquals(first, Features.of(network, input).image());
      }
    } finally {
      ends.set(true);
      collector.join();
    }
  }

  private static void collect(AtomicBoolean ends) {
    while (!ends.get()) {
      System.gc();
    }
  }
}

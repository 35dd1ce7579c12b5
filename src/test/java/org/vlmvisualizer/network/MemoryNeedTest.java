package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.Weights;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.ModelSize;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.family.Families;
import org.vlmvisualizer.family.ModelFamily;
import org.vlmvisualizer.shelf.ModelList;

class MemoryNeedTest {
  /** The list of models foretells what loading does. */
  @ParameterizedTest
  @EnumSource(Precision.class)
  void isTheSameFromSizesAndFromWeights(Precision precision) {
    Checkpoint demo = Checkpoint.find(Checkpoint.DEMO);
    ModelFamily family = Families.of(demo);
    ModelConfig config = family.config(demo);
    Weights weights = family.weights(demo, config);
    ModelSize size = ModelList.find(Checkpoint.DEMO).orElseThrow().size();
    double fromWeights = MemoryNeed.bytes(config, weights, precision, false);
    assertEquals(1, MemoryNeed.bytes(size, precision) / fromWeights, 1e-3);
  }

  /** By hand: 6.607e9 parameters in 4 bits with 4 bytes per 64, and so on. */
  @Test
  void llavaInInt4ByHand() {
    ModelSize size = ModelList.find("llava-hf/llava-1.5-7b-hf").orElseThrow().size();
    long layers = 32L * (4L * 4096 * 4096 + 3L * 4096 * 11008);
    long head = 32064L * 4096;
    assertEquals(layers + head, size.decoder());
    double weights = (layers + head) * (0.5 + 4.0 / 64) + size.rest() * 2.0;
    double keysAndValues = 2.0 * 32 * 4096 * 1024 * 2;
    double layer = 4.0 * (1024 * (4.0 * 11008 + 8.0 * 4096) + 4.0 * 1024 * 1024);
    assertEquals(5e8 + weights + keysAndValues + layer, MemoryNeed.bytes(size, Precision.INT4), 1);
  }
}

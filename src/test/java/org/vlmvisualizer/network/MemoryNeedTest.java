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
    double fromWeights = MemoryNeed.bytes(config, weights, 256, precision, false);
    assertEquals(1, MemoryNeed.bytes(size, precision) / fromWeights, 1e-3);
  }

  /**
   * 576 image tokens and 448 others. By hand: 6.607e9 parameters in 4 bits with 4 bytes per 64, and
   * so on.
   */
  @Test
  void llavaInInt4ByHand() {
    ModelSize size = ModelList.find("llava-hf/llava-1.5-7b-hf").orElseThrow().size();
    long layers = 32L * (4L * 4096 * 4096 + 3L * 4096 * 11008);
    long head = 32064L * 4096;
    assertEquals(layers + head, size.decoder());
    double weights = (layers + head) * (0.5 + 4.0 / 64) + size.rest() * 2.0;
    double keysAndValues = 2.0 * 32 * 4096 * 1024 * 2;
    double layer = 4.0 * (1024 * (4.0 * 11008 + 8.0 * 4096) + 2.0 * 1024 * 1024);
    assertEquals(5e8 + weights + keysAndValues + layer, MemoryNeed.bytes(size, Precision.INT4), 1);
  }

  /** 8,829 image tokens and 448 others; 2,048 rows of an MLP at a time; no matrix beyond 1,500. */
  @Test
  void oneVisionInInt4ByHand() {
    ModelSize size = ModelList.find("llava-hf/llava-onevision-qwen2-7b-ov-hf").orElseThrow().size();
    double weights = size.decoder() * (0.5 + 4.0 / 64) + size.rest() * 2.0;
    double keysAndValues = 2.0 * 28 * 4 * 128 * 9277 * 2;
    double layer = 4.0 * (9277 * 8.0 * 3584 + 2048 * 4.0 * 18944 + 2.0 * 1500 * 1500);
    assertEquals(5e8 + weights + keysAndValues + layer, MemoryNeed.bytes(size, Precision.INT4), 1);
  }
}

package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A head at a time, as on CPUs, and all together, as on GPUs: the same attention. */
class AttendTest {
  @ParameterizedTest
  @CsvSource({"4, 4, 0, 3", "6, 2, 1, 4", "4, 1, 2, 2", "4, 4, 0, -1"})
  void bothWaysAgree(int heads, int keyHeads, int first, int last) {
    try (Torch torch = Torch.on(Device.cpu());
        PtNDManager scope = (PtNDManager) torch.manager().newSubManager()) {
      PtNDArray q = random(scope, heads, 9, 8);
      PtNDArray k = random(scope, keyHeads, 9, 8);
      PtNDArray v = random(scope, keyHeads, 9, 8);
      PtNDArray mask = random(scope, 9, 9);
      PtNDArray[] totals = {torch.zeros(scope, 9, 9), torch.zeros(scope, 9, 9)};
      PtNDArray[] single =
          torch.tensors(scope, "attend", q, k, v, mask, first, last, totals[0], false);
      PtNDArray[] together =
          torch.tensors(scope, "attend", q, k, v, mask, first, last, totals[1], true);
      for (int i = 0; i < 2; i++) {
        assertTrue(difference(single[i], together[i]) < 1e-6 * largest(single[i]));
      }
      assertTrue(difference(totals[0], totals[1]) < 1e-6);
      float counted = Math.max(0, last + 1 - first);
      assertEquals(9 * counted, totals[0].sum().getFloat(), 1e-4);
      assertEquals(heads, single[1].sum().getFloat(), 1e-5);
    }
  }

  private static double difference(NDArray a, NDArray b) {
    return largest(a.sub(b));
  }

  private static double largest(NDArray a) {
    return a.abs().max().getFloat();
  }

  private static PtNDArray random(PtNDManager scope, long... shape) {
    return (PtNDArray) scope.randomNormal(new Shape(shape));
  }
}

package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.FloatBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Products with integer weights against the weights themselves, whichever way they are computed: by
 * PyTorch's kernels, or widened to bfloat16.
 */
class QuantisedLinearTest {
  private static final int OUT = 4160; // more than two pieces of the widened product
  private static final int IN = 256;

  @ParameterizedTest
  @CsvSource({
    "int8, 0, 3, 0.01", // kernel
    "int8, 0, 200, 0.01", // widened
    "int4, 64, 3, 0.12",
    "int4, 64, 200, 0.12",
    "int4, 32, 200, 0.11",
    "int4_groups, 64, 3, 0.12", // as on a GPU
    "int4_groups, 128, 200, 0.13",
  })
  void differsFromTheWholeWeightsByTheirRoundingOnly(
      String form, int group, int rows, double bound) {
    try (Torch torch = Torch.on(Device.cpu());
        PtNDManager scope = (PtNDManager) torch.manager().newSubManager()) {
      PtNDArray w = random(torch, scope, OUT, IN);
      PtNDArray x = random(torch, scope, rows, IN);
      PtNDArray[] q = torch.tensors(scope, "quantise", form, w, group);
      NDArray y = torch.projected(scope, x, form, q[0], q[1], torch.int4HalfBlock());
      NDArray expected = x.matMul(w.transpose());
      double error = y.sub(expected).norm().getFloat() / (double) expected.norm().getFloat();
      assertTrue(error <= bound, "relative error " + error);
      // The two ways of computing one product differ by bfloat16's rounding only.
      NDArray other = torch.projected(scope, x, form, q[0], q[1], 0);
      double between = y.sub(other).norm().getFloat() / (double) expected.norm().getFloat();
      assertTrue(between <= 4e-3, "the two ways differ by " + between);
    }
  }

  /** The same integers in both layouts: the groups are the reference that needs no kernel. */
  @Test
  void blocksAndGroupsHoldTheSameNumbers() {
    try (Torch torch = Torch.on(Device.cpu());
        PtNDManager scope = (PtNDManager) torch.manager().newSubManager()) {
      PtNDArray w = random(torch, scope, 128, IN);
      PtNDArray identity = (PtNDArray) scope.eye(IN).toType(DataType.FLOAT32, false);
      PtNDArray[] blocks = torch.tensors(scope, "quantise", "int4", w, 64);
      PtNDArray[] groups = torch.tensors(scope, "quantise", "int4_groups", w, 64);
      int half = torch.int4HalfBlock();
      NDArray a = torch.projected(scope, identity, "int4", blocks[0], blocks[1], half);
      NDArray b = torch.projected(scope, identity, "int4_groups", groups[0], groups[1], half);
      assertEquals(0, a.sub(b).abs().max().getFloat());
    }
  }

  private static PtNDArray random(Torch torch, PtNDManager scope, int rows, int columns) {
    Random random = new Random(rows);
    FloatBuffer values = FloatBuffer.allocate(rows * columns);
    while (values.hasRemaining()) {
      values.put((float) random.nextGaussian());
    }
    return torch.create(scope, values.flip(), DataType.FLOAT32, rows, columns);
  }
}

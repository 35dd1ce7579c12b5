package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Matrices that are packed where that can be done, and are the same matrices. */
class PackingTest {
  private static final int BFLOAT16 = 15;

  @ParameterizedTest
  @CsvSource({"1, 64, 64", "1, 1000, 96", "17, 96, 1000", "300, 72, 40", "3, 1, 1"})
  void aPackedMatrixMultipliesAsThePlainOne(int rows, int out, int in) {
    try (Torch torch = Torch.on(Device.cpu());
        PtNDManager scope = (PtNDManager) torch.manager().newSubManager()) {
      PtNDArray x = (PtNDArray) scope.randomNormal(new Shape(rows, in));
      PtNDArray source = (PtNDArray) scope.randomNormal(new Shape(out, in));
      PtNDArray w = torch.tensor(scope, "empty", new long[] {out, in}, BFLOAT16, x);
      torch.tensor(scope, "fill", w, 0, source);
      PtNDArray none = torch.zeros(scope, 0);
      NDArray plain = torch.projected(scope, x, "plain", w, none, 0);
      PtNDArray packed = torch.tensor(scope, "pack", w);
      NDArray y = torch.projected(scope, x, "bfloat16", packed, none, 0);
      assertEquals(new Shape(rows, out), y.getShape());
      double error = y.sub(plain).norm().getFloat() / (double) plain.norm().getFloat();
      assertTrue(error <= 3e-3, "relative error " + error);
    }
  }

  /** Elsewhere than on a CPU, and where oneDNN is lacking. */
  @Test
  void withoutPackingAMatrixStaysAsItIs() {
    try (Torch torch = new Torch(Device.cpu(), "unpacked");
        PtNDManager scope = (PtNDManager) torch.manager().newSubManager()) {
      PtNDArray w = (PtNDArray) scope.randomNormal(new Shape(3, 4));
      assertEquals(w, torch.tensor(scope, "pack", w));
      assertTrue(torch.tensor(scope, "packing_works", w).getBoolean());
    }
  }

  /** On a processor without bfloat16, many rows take the matrix widened, in several pieces. */
  @ParameterizedTest
  @CsvSource({"17, 100, 65536", "300, 72, 40"})
  void withoutPackingManyRowsAreMultipliedInFloat32(int rows, int out, int in) {
    try (Torch torch = new Torch(Device.cpu(), "unpacked");
        PtNDManager scope = (PtNDManager) torch.manager().newSubManager()) {
      PtNDArray x = (PtNDArray) scope.randomNormal(new Shape(rows, in));
      PtNDArray w = torch.tensor(scope, "empty", new long[] {out, in}, BFLOAT16, x);
      torch.tensor(scope, "fill", w, 0, (PtNDArray) scope.randomNormal(new Shape(out, in)));
      NDArray expected = x.matMul(torch.tensor(scope, "float32", w).transpose());
      NDArray y = torch.projected(scope, x, "bfloat16", w, torch.zeros(scope, 0), 0);
      double error = y.sub(expected).norm().getFloat() / (double) expected.norm().getFloat();
      assertTrue(error <= 2e-6, "relative error " + error);
    }
  }

  /** What makes the loader take the other one. */
  @Test
  void operatorsThatPyTorchLacksAreAnEngineException() {
    assertThrows(EngineException.class, () -> new Torch(Device.cpu(), "unknown-operator"));
  }
}

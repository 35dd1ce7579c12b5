package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.engine.Precision;

/** How GPUs embed patches, against the definition; the goldens show what CPUs do. */
class PatchesTest {
  private static final int WIDTH = 5;

  /** A picture may be wider than its patches: the rest is left out. */
  @ParameterizedTest
  @CsvSource({"12, 3, FLOAT32, 1e-5", "14, 4, FLOAT32, 1e-5", "14, 4, BFLOAT16, 0.2"})
  void eachPatchIsMultipliedWithTheEmbedding(
      int side, int patch, Precision precision, double tolerance) {
    Random random = new Random(side);
    float[] pixels = random(random, 3 * side * side);
    float[] weights = random(random, WIDTH * 3 * patch * patch);
    try (Torch torch = Torch.on(Device.cpu());
        PtNDManager scope = (PtNDManager) torch.manager().newSubManager()) {
      PtNDArray picture = torch.create(scope, pixels, 1, 3, side, side);
      PtNDArray wide = torch.create(scope, weights, WIDTH, 3, patch, patch);
      long[] shape = wide.getShape().getShape();
      PtNDArray embedding = torch.tensor(scope, "empty", shape, precision.scalarType(), picture);
      torch.tensor(scope, "fill", embedding, 0, wide);
      PtNDArray found = torch.tensor(scope, "patches", picture, embedding);
      int grid = side / patch;
      assertEquals(new Shape(grid * grid, WIDTH), found.getShape());
      assertArrayEquals(
          expected(pixels, weights, side, patch), found.toFloatArray(), (float) tolerance);
    }
  }

  private static float[] expected(float[] pixels, float[] weights, int side, int patch) {
    int grid = side / patch;
    float[] all = new float[grid * grid * WIDTH];
    for (int i = 0; i < all.length; i++) {
      int top = i / WIDTH / grid * patch;
      int left = i / WIDTH % grid * patch;
      double sum = 0;
      for (int k = 0; k < 3 * patch * patch; k++) {
        int channel = k / (patch * patch);
        int y = top + k / patch % patch;
        int x = left + k % patch;
        double weight = weights[i % WIDTH * 3 * patch * patch + k];
        sum += weight * pixels[(channel * side + y) * side + x];
      }
      all[i] = (float) sum;
    }
    return all;
  }

  private static float[] random(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}

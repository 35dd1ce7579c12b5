package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.checkpoint.Safetensors;
import org.vlmvisualizer.checkpoint.StoredTensor;
import org.vlmvisualizer.checkpoint.StoredTensor.DType;
import org.vlmvisualizer.checkpoint.Weights;
import org.vlmvisualizer.engine.Precision;

/** 16-bit weights that float32 computes with as they are, against sums in double precision. */
class HalfWeightsTest {
  private static final int ROWS = 72;
  private static final int COLUMNS = 96;

  @TempDir Path folder;

  /** Spread: weights go down to 10^-spread of the largest; float16 by itself holds some 10^-7. */
  @ParameterizedTest
  @CsvSource({
    "F16, 1, 4, 1",
    "F16, 60000, 10, 17",
    "BF16, 1, 4, 1",
    "BF16, 1e30, 9, 300",
    "BF16, 1e-30, 9, 17",
    "BF16, 1e36, 30, 5",
    "BF16, 1e-38, 2, 5"
  })
  void theyMultiplyAsTheyAre(DType type, float largest, int spread, int count) throws IOException {
    short[] stored = weights(type, largest, spread);
    float[] x = new float[count * COLUMNS];
    Random random = new Random(2);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    float[] y = multiply(type, stored, x, count);
    for (int n = 0; n < count; n++) {
      for (int row = 0; row < ROWS; row++) {
        double sum = 0;
        double size = 0;
        for (int k = 0; k < COLUMNS; k++) {
          double product = (double) x[n * COLUMNS + k] * value(type, stored[row * COLUMNS + k]);
          sum += product;
          size += Math.abs(product);
        }
        assertEquals(sum, y[n * ROWS + row], 2e-6 * size, "row " + row + " of " + n);
      }
    }
  }

  @Test
  void aMatrixOfZerosIsOne() throws IOException {
    for (float y : multiply(DType.BF16, new short[ROWS * COLUMNS], new float[COLUMNS], 1)) {
      assertEquals(0, y);
    }
  }

  /** Kept as it is, so that the result tells. */
  @ParameterizedTest
  @CsvSource({"F16, 31744", "BF16, 32640", "F16, 32256", "BF16, 32704"})
  void whatIsNoNumberStaysNone(DType type, short infiniteOrNaN) throws IOException {
    short[] stored = weights(type, 1, 2);
    stored[5] = infiniteOrNaN;
    float[] x = new float[COLUMNS];
    x[5] = 1;
    assertFalse(Float.isFinite(multiply(type, stored, x, 1)[0]));
  }

  private float[] multiply(DType type, short[] stored, float[] x, int count) throws IOException {
    Path file = folder.resolve("weights.safetensors");
    ByteBuffer bytes = ByteBuffer.allocate(2 * stored.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asShortBuffer().put(stored);
    Safetensors.write(
        file, new Safetensors.Content("m.weight", type, new long[] {ROWS, COLUMNS}, bytes));
    Map<String, StoredTensor> tensors = new HashMap<>();
    Safetensors.list(file).forEach(tensor -> tensors.put(tensor.name(), tensor));
    try (Torch torch = Torch.on(Device.cpu());
        PtNDManager scope = (PtNDManager) torch.manager().newSubManager()) {
      Matrix m =
          new WeightLoader(torch, new Weights(tensors), Precision.FLOAT32, null).projection("m");
      PtNDArray rows = (PtNDArray) scope.create(x, new Shape(count, COLUMNS));
      PtNDArray y = torch.tensor(scope, "projected", rows, m.projection(), 0);
      assertEquals(new Shape(count, ROWS), y.getShape());
      if (count < 17 && m.product() != null) {
        torch.rowKernel().multiply(m.product(), count, torch.address(rows), torch.address(y));
      }
      return y.toFloatArray();
    }
  }

  /** Gaussians times powers of ten, the first as large as can be. */
  private static short[] weights(DType type, float largest, int spread) {
    Random random = new Random(1);
    short[] stored = new short[ROWS * COLUMNS];
    for (int i = 0; i < stored.length; i++) {
      double size = Math.min(1, Math.abs(random.nextGaussian()) / 4);
      double weight = largest * size * Math.pow(10, -random.nextInt(spread + 1));
      float signed = (float) (i == 0 ? largest : random.nextBoolean() ? weight : -weight);
      stored[i] =
          type == DType.F16 ? float16(signed) : (short) (Float.floatToIntBits(signed) >>> 16);
    }
    return stored;
  }

  /** Cut off after ten bits, tiny ones to a multiple of 2^-24. */
  private static short float16(float number) {
    int sign = number < 0 ? 0x8000 : 0;
    float size = Math.abs(number);
    int exponent = Math.getExponent(size);
    if (exponent < -14) {
      return (short) (sign | (int) Math.scalb(size, 24));
    }
    int mantissa = (Float.floatToIntBits(size) >>> 13) & 0x3ff;
    return (short) (sign | (exponent + 15) << 10 | mantissa);
  }

  private static double value(DType type, short stored) {
    if (type == DType.BF16) {
      return Float.intBitsToFloat(stored << 16);
    }
    int exponent = (stored >> 10) & 0x1f;
    int mantissa = stored & 0x3ff;
    double size = exponent == 0 ? mantissa * 0x1p-24 : Math.scalb(1024.0 + mantissa, exponent - 25);
    return stored < 0 ? -size : size;
  }

  @Test
  void theTestsOwnNumbersAreRight() {
    assertEquals(1.5, value(DType.F16, float16(1.5f)));
    assertEquals(-65504, value(DType.F16, float16(-65504)));
    assertEquals(0x1p-24, value(DType.F16, float16(0x1p-24f)));
    assertTrue(value(DType.BF16, (short) 0x3f80) == 1);
  }
}

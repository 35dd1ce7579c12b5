package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A head at a time, as on CPUs, and all together, as on GPUs: the same attention. */
class AttendTest {
  private static final int SIZE = 8;

  /**
   * Queries: the last of the keys. Blocks have 524288 / keys queries: of 800 keys 655, of 900 582.
   */
  @ParameterizedTest
  @CsvSource({
    "4, 4, 0, 3, 9, 9, true",
    "6, 2, 1, 4, 300, 300, true",
    "4, 1, 2, 2, 130, 300, true",
    "2, 1, 0, 1, 800, 800, true",
    "2, 1, 1, 1, 700, 900, true",
    "2, 2, 0, 1, 900, 900, false",
    "4, 1, 0, -1, 1, 200, true",
    "4, 4, 0, -1, 256, 256, true",
    "6, 3, 0, 5, 140, 140, false",
  })
  void bothWaysAreTheDefinition(
      int heads, int keyHeads, int first, int last, int queries, int keys, boolean causal) {
    try (Torch torch = Torch.on(Device.cpu());
        PtNDManager scope = (PtNDManager) torch.manager().newSubManager()) {
      PtNDArray q = random(scope, heads, queries, SIZE);
      PtNDArray k = random(scope, keyHeads, keys, SIZE);
      PtNDArray v = random(scope, keyHeads, keys, SIZE);
      PtNDArray all = torch.zeros(scope, 0);
      NDArray weights = weights(q, k.repeat(0, heads / keyHeads), causal);
      NDArray values = weights.matMul(v.repeat(0, heads / keyHeads));
      for (boolean together : new boolean[] {false, true}) {
        PtNDArray total = torch.zeros(scope, queries, keys);
        PtNDArray[] found =
            torch.tensors(scope, "attend", q, k, v, causal, all, first, last, total, together);
        NDArray attended = found[0].reshape(queries, heads, SIZE).transpose(1, 0, 2);
        assertTrue(difference(values, attended) < 1e-5);
        assertTrue(difference(weights.get(":, -1"), found[1]) < 1e-6);
        NDArray expected = torch.zeros(scope, queries, keys);
        for (int head = first; head <= last; head++) {
          expected = expected.add(weights.get(head));
        }
        assertTrue(difference(expected, total) < 1e-5);
      }
    }
  }

  /**
   * With peaked attention, and keys far from 0. Of what bfloat16 rounds, the mean counts; the last
   * query's weights are those of float32.
   */
  @ParameterizedTest
  @CsvSource({"4, 2, 0, 3, 300, 300", "3, 1, 1, 1, 256, 600", "2, 2, 0, -1, 520, 520"})
  void inBfloat16ItIsTheDefinitionRounded(
      int heads, int keyHeads, int first, int last, int queries, int keys) {
    try (Torch torch = Torch.on(Device.cpu());
        PtNDManager scope = (PtNDManager) torch.manager().newSubManager()) {
      PtNDArray q = (PtNDArray) random(scope, heads, queries, SIZE).mul(3);
      PtNDArray k = rounded(torch, scope, random(scope, keyHeads, keys, SIZE).add(5));
      PtNDArray v = rounded(torch, scope, random(scope, keyHeads, keys, SIZE));
      NDArray weights = weights(q, k.repeat(0, heads / keyHeads), true);
      NDArray values = weights.matMul(v.repeat(0, heads / keyHeads));
      PtNDArray all = torch.zeros(scope, 0);
      PtNDArray total = torch.zeros(scope, queries, keys);
      PtNDArray[] found = torch.tensors(scope, "narrow_attend", q, k, v, all, first, last, total);
      NDArray attended = found[0].reshape(queries, heads, SIZE).transpose(1, 0, 2);
      assertTrue(relative(values, attended) < 0.012);
      assertTrue(difference(weights.get(":, -1"), found[1]) < 1e-5);
      NDArray expected = torch.zeros(scope, queries, keys);
      for (int head = first; head <= last; head++) {
        expected = expected.add(weights.get(head));
      }
      assertTrue(last < first || relative(expected, total) < 0.012);
    }
  }

  /**
   * Text sees the last tokens, a picture all of itself too: of 600 keys a picture from 100 to 420,
   * and a window of 90. In float32, and rounded.
   */
  @ParameterizedTest
  @CsvSource({"4, 2, 600", "2, 1, 500", "2, 1, 1"})
  void rangesOfKeysAreSeen(int heads, int keyHeads, int queries) {
    int keys = 600;
    try (Torch torch = Torch.on(Device.cpu());
        PtNDManager scope = (PtNDManager) torch.manager().newSubManager()) {
      PtNDArray q = random(scope, heads, queries, SIZE);
      PtNDArray k = rounded(torch, scope, random(scope, keyHeads, keys, SIZE));
      PtNDArray v = rounded(torch, scope, random(scope, keyHeads, keys, SIZE));
      float[] far = new float[queries * keys];
      long[] seen = new long[2 * keys];
      for (int i = 0; i < keys; i++) {
        boolean picture = i >= 100 && i < 420;
        seen[i] = Math.min(picture ? 100 : keys, Math.max(0, i - 89));
        seen[keys + i] = picture ? 420 : i + 1;
        for (int j = 0; j < keys && i >= keys - queries; j++) {
          boolean sees = j <= i && i - j < 90 || picture && j >= 100 && j < 420;
          far[(i - keys + queries) * keys + j] = sees ? 0 : 1e9f;
        }
      }
      NDArray hidden = scope.create(far, new Shape(queries, keys));
      NDArray scores = q.matMul(k.repeat(0, heads / keyHeads).transpose(0, 2, 1));
      NDArray weights = scores.div(Math.sqrt(SIZE)).sub(hidden).softmax(-1);
      NDArray values = weights.matMul(v.repeat(0, heads / keyHeads));
      PtNDArray ranges = (PtNDArray) scope.create(seen, new Shape(2, keys));
      for (String method : List.of("attend", "together", "narrow_attend")) {
        PtNDArray total = torch.zeros(scope, queries, keys);
        boolean narrow = method.equals("narrow_attend");
        boolean all = method.equals("together");
        PtNDArray[] found =
            narrow
                ? torch.tensors(scope, method, q, k, v, ranges, 0, heads - 1, total)
                : torch.tensors(scope, "attend", q, k, v, true, ranges, 0, heads - 1, total, all);
        NDArray attended = found[0].reshape(queries, heads, SIZE).transpose(1, 0, 2);
        assertTrue(relative(values, attended) < (narrow ? 0.012 : 1e-5), method);
        assertTrue(difference(weights.get(":, -1"), found[1]) < 1e-5, method);
        NDArray sum = weights.sum(new int[] {0});
        assertTrue(relative(sum, total) < (narrow ? 0.012 : 1e-5), method);
        NDArray unseen = hidden.gt(0).toType(DataType.FLOAT32, false);
        assertEquals(0, total.mul(unseen).sum().getFloat(), method);
      }
    }
  }

  private static PtNDArray rounded(Torch torch, PtNDManager scope, NDArray values) {
    long[] shape = values.getShape().getShape();
    PtNDArray narrow = torch.tensor(scope, "empty", shape, 15, values);
    torch.tensor(scope, "fill", narrow, 0, values);
    return torch.tensor(scope, "float32", narrow);
  }

  private static double relative(NDArray expected, NDArray found) {
    return expected.sub(found).norm().getFloat() / (double) expected.norm().getFloat();
  }

  /** [H, Q, K], by the definition. */
  private static NDArray weights(NDArray q, NDArray k, boolean causal) {
    long queries = q.getShape().get(1);
    long keys = k.getShape().get(1);
    NDArray scores = q.matMul(k.transpose(0, 2, 1)).div(Math.sqrt(SIZE));
    if (causal) {
      NDManager manager = q.getManager();
      NDArray query = manager.arange(keys - queries, (float) keys).reshape(queries, 1);
      NDArray hidden = manager.arange((float) keys).reshape(1, keys).gt(query);
      scores = scores.sub(hidden.toType(DataType.FLOAT32, false).mul(1e9f));
    }
    return scores.softmax(-1);
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

package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.Device;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.checkpoint.Safetensors;
import org.vlmvisualizer.checkpoint.StoredTensor;
import org.vlmvisualizer.checkpoint.StoredTensor.DType;
import org.vlmvisualizer.checkpoint.Weights;
import org.vlmvisualizer.core.ConnectorConfig;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.Spread;
import org.vlmvisualizer.engine.Precision;

/** Features of image tokens by hand: of three patches of two numbers. */
class ConnectorTest {
  private static final float[] PATCHES = {1, -2, 3, 4, 5, 6};
  private static final Spread MIXED =
      new Spread(new int[] {0, 1, 1, 3}, new int[] {2, 0, 1}, new float[] {1, 0.25f, 0.75f});

  @TempDir Path folder;

  private Map<String, StoredTensor> weights;

  /** A matrix that doubles, and one that adds up what four numbers hold. */
  @BeforeEach
  void store() throws IOException {
    weights = new LinkedHashMap<>();
    store("multi_modal_projector.linear_1.weight", new long[] {2, 2}, 1, 0, 0, 1);
    store("multi_modal_projector.linear_2.weight", new long[] {2, 2}, 2, 0, 0, 2);
    store("multi_modal_projector.proj.weight", new long[] {1, 8}, 1, 10, 100, 1000, 0, 0, 0, 1);
    store("image_newline", new long[] {2}, 7, 8);
  }

  private void store(String name, long[] shape, float... values) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    Path file = folder.resolve(weights.size() + name);
    Safetensors.write(file, new Safetensors.Content(name, DType.F32, shape, bytes));
    Safetensors.list(file).forEach(tensor -> weights.put(tensor.name(), tensor));
  }

  private float[] features(ConnectorConfig config, boolean newline, Spread spread) {
    try (Torch torch = Torch.on(Device.cpu());
        PtNDManager scope = (PtNDManager) torch.manager().newSubManager()) {
      WeightLoader loader = new WeightLoader(torch, new Weights(weights), Precision.FLOAT32, null);
      ModelConfig model = new ModelConfig(null, null, -1, false, config, newline, 0);
      PtNDArray patches = (PtNDArray) scope.create(PATCHES, new Shape(3, 2));
      return torch.floats(new Connector(torch, model, loader).run(scope, patches, spread));
    }
  }

  private static ConnectorConfig mlp(int layers, boolean poolsFirst) {
    return new ConnectorConfig.Mlp(layers, "quick_gelu", false, poolsFirst);
  }

  private static float twice(double x) {
    return (float) (2 * x / (1 + Math.exp(-1.702 * x)));
  }

  @Test
  void theIdentityPassesPatchesOn() {
    assertArrayEquals(PATCHES, features(mlp(0, false), false, Spread.identity(3)));
  }

  @Test
  void tokensArePatchesNewlinesOrWeightedSums() {
    assertArrayEquals(
        new float[] {5, 6, 7, 8, 2.5f, 2.5f}, features(mlp(0, false), true, MIXED), 1e-6f);
  }

  @Test
  void anActivationTellsSumsBeforeFromSumsBehindTheLayers() {
    assertArrayEquals(
        new float[] {twice(5), twice(6), 7, 8, twice(2.5), twice(2.5)},
        features(mlp(2, true), true, MIXED),
        1e-5f);
    assertArrayEquals(
        new float[] {
          twice(5),
          twice(6),
          7,
          8,
          0.25f * twice(1) + 0.75f * twice(3),
          0.25f * twice(-2) + 0.75f * twice(4)
        },
        features(mlp(2, false), true, MIXED),
        1e-5f);
  }

  @Test
  void pixelShuffleJoinsPatchesInTheirOrder() {
    Spread four = new Spread(new int[] {0, 4}, new int[] {1, 0, 2, 2}, new float[] {1, 1, 1, 1});
    assertArrayEquals(
        new float[] {3 + 40 + 100 - 2000 + 6},
        features(new ConnectorConfig.PixelShuffle(2), false, four));
  }

  /**
   * A token, a row's end, another one, a row's end, what is between tiles and overview, a token.
   */
  @Test
  void separatorsArePutBetweenJoinedPatches() throws IOException {
    store("multi_modal_projector.linear_1.weight", new long[] {1, 8}, 1, 0, 10, 0, 100, 0, 1000, 0);
    store("multi_modal_projector.linear_1.bias", new long[] {1}, 30);
    store("multi_modal_projector.linear_2.weight", new long[] {1, 1}, 2);
    store("sub_GN", new long[] {1, 1, 1, 8}, 1, 9, 1, 9, 1, 9, 2, 9);
    store("glb_GN", new long[] {1, 1, 8}, 3, 9, 0, 9, 0, 9, 0, 9);
    int[] patches = {0, 1, 2, 2, 1, 0, 0, 0, 2, 2, 2, 2};
    Spread spread = new Spread(new int[] {0, 4, 4, 8, 8, 8, 12}, patches, new float[12]);
    assertArrayEquals(
        new float[] {2 * 5561, 2 * 2141, 2 * 1143, 2 * 2141, 2 * 33, 2 * 5585},
        features(new ConnectorConfig.SeparatedMlp(2), false, spread));
  }

  @Test
  void whatTheModelDoesNotHaveIsABug() {
    assertThrows(IllegalArgumentException.class, () -> features(mlp(0, false), false, MIXED));
    assertThrows(
        IllegalArgumentException.class,
        () -> features(new ConnectorConfig.PixelShuffle(2), false, MIXED));
  }
}

package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.StoredTensor;
import org.vlmvisualizer.checkpoint.Weights;
import org.vlmvisualizer.core.ConnectorConfig.Mlp;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.family.Model;
import org.vlmvisualizer.family.WeightShapes;

/**
 * A tower whose weights are set by hand, so that a token's first feature grows with the brightness
 * of its patches: a bright square in a corner of a picture lights the tokens whose cells lie there,
 * in the overview and in the tiles.
 */
class HandSetTowerTest {
  /** What the norms are taken of, mostly: so they keep the order of what is added to it. */
  private static final float CONSTANT = 100;

  /** So that the activation passes what it gets. */
  private static final float SHIFT = 50;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llava-siglip-qwen2",
        "next-vicuna",
        "next-mistral",
        "idefics3-tiles",
        "smolvlm-tiles",
        "smolvlm-one-view",
        "onevision-one",
        "onevision-resized",
        "next-video-picture",
      })
  void aBrightCornerLightsItsCells(String name) throws Exception {
    Checkpoint checkpoint = Checkpoint.open(new Golden("families/" + name).checkpoint());
    try (Model model = Model.open(checkpoint);
        LlavaNetwork network =
            CpuNetwork.load(model.config(), weights(model.config()), Precision.FLOAT32)) {
      for (int[] size : new int[][] {{120, 80}, {70, 150}, {64, 64}}) {
        for (int corner = 0; corner < 4; corner++) {
          check(model, network, size[0], size[1], corner);
        }
      }
    }
  }

  private static void check(Model model, LlavaNetwork network, int width, int height, int corner) {
    double left = corner % 2 == 0 ? 0 : width / 2.0;
    double top = corner / 2 == 0 ? 0 : height / 2.0;
    ModelInput input =
        model
            .pictures(PictureOptions.of(Fit.PAD))
            .process(List.of(picture(width, height, left, top)), Progress.NONE);
    float[] features = Features.of(network, input).image();
    int hidden = features.length / input.layout().tokens();
    for (int v = 0; v < input.layout().views().size(); v++) {
      double darkest = Double.POSITIVE_INFINITY;
      double brightest = Double.NEGATIVE_INFINITY;
      Grid grid = input.layout().views().get(v).grid();
      for (int k = 0; k < input.layout().tokens(); k++) {
        if (input.layout().view()[k] == v) {
          double inside = inside(grid, input.layout(), k, left, top, width, height);
          float value = features[k * hidden];
          darkest = inside >= 1 ? Math.min(darkest, value) : darkest;
          brightest = inside <= -1 ? Math.max(brightest, value) : brightest;
        }
      }
      String what = "%s, %d x %d, corner %d".formatted(grid, width, height, corner);
      assertTrue(darkest > brightest, what + ": " + darkest + " and " + brightest);
    }
  }

  /** Cells between the token's cell and the edge of the bright quarter; negative outside of it. */
  private static double inside(
      Grid grid, Layout layout, int token, double left, double top, int width, int height) {
    double x = grid.centreX(layout.cell()[token]);
    double y = grid.centreY(layout.cell()[token]);
    double across = (left == 0 ? width / 2.0 - x : x - width / 2.0) / grid.cellWidth();
    double down = (top == 0 ? height / 2.0 - y : y - height / 2.0) / grid.cellHeight();
    boolean padding = x < 0 || x > width || y < 0 || y > height;
    return padding ? 0 : Math.min(across, down);
  }

  /** Black, with a white quarter. */
  private static RgbPicture picture(int width, int height, double left, double top) {
    byte[] rgb = new byte[3 * width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        boolean bright = x >= left && x < left + width / 2.0 && y >= top && y < top + height / 2.0;
        for (int c = 0; c < 3; c++) {
          rgb[3 * (y * width + x) + c] = (byte) (bright ? 255 : 0);
        }
      }
    }
    return new RgbPicture(width, height, rgb);
  }

  /** All zero, but that patches' brightness goes through to the first feature of tokens. */
  private Weights weights(ModelConfig config) throws IOException {
    Map<String, StoredTensor> tensors = new HashMap<>();
    for (Map.Entry<String, long[]> entry : WeightShapes.of(config).entrySet()) {
      long[] shape = entry.getValue();
      int count = 1;
      for (long side : shape) {
        count = Math.multiplyExact(count, (int) side);
      }
      float[] values = new float[count];
      fill(entry.getKey(), shape, values, config);
      ByteBuffer bytes = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(values);
      Path file = folder.resolve(entry.getKey());
      Files.write(file, bytes.array());
      tensors.put(
          entry.getKey(),
          new StoredTensor(
              entry.getKey(), StoredTensor.DType.F32, shape, file, 0, bytes.capacity()));
    }
    return new Weights(tensors);
  }

  private static void fill(String name, long[] shape, float[] values, ModelConfig config) {
    int row = (int) shape[shape.length - 1];
    if (name.endsWith("patch_embedding.weight")) {
      int patch = values.length / (int) shape[0];
      for (int i = 0; i < patch; i++) {
        values[i] = 1f / patch; // of the first feature
      }
    } else if (name.endsWith("position_embedding.weight")) {
      for (int i = 1; i < values.length; i += row) {
        values[i] = CONSTANT;
      }
    } else if (name.contains("norm") && name.endsWith("weight")) {
      Arrays.fill(values, 1);
    } else if (name.startsWith("multi_modal_projector.")) {
      boolean mlp = config.connector() instanceof Mlp;
      if (name.endsWith("bias")) {
        values[0] = SHIFT;
      } else {
        // Of patches that are joined, each one's first feature.
        for (int i = 0; i < (mlp ? 1 : row); i += config.vision().hiddenSize()) {
          values[i] = 1;
        }
      }
    }
  }
}

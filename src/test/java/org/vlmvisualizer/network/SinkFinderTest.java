package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.CheckpointCopy;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.StoredWeights;
import org.vlmvisualizer.analysis.Analysis;
import org.vlmvisualizer.analysis.AnalysisRequest;
import org.vlmvisualizer.analysis.AttentionModel;
import org.vlmvisualizer.attribution.AttentionOptions;
import org.vlmvisualizer.attribution.OcclusionWindow;
import org.vlmvisualizer.attribution.Sinks;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.VisionLayers;
import org.vlmvisualizer.engine.Precision;

/**
 * Attention sinks of a tiny model whose first token's state is made to explode in one dimension. Of
 * a state of 128 numbers, one by itself is at most √128 = 11 times the root mean square, so the bar
 * is lower than the paper's.
 */
class SinkFinderTest {
  private static final String NAME = "llama-wide";
  private static final int DIMENSION = 37;
  private static final double BAR = 9;
  private static final int BOS = 1;
  private static final float LARGE = 1000;

  @TempDir Path folder;

  private StoredWeights weights;
  private CheckpointCopy copy;

  private void explodeFirst() {
    copy = CheckpointCopy.of(NAME, folder);
    weights = new StoredWeights(copy.folder.resolve(CheckpointCopy.WEIGHTS));
    weights.set("language_model.model.embed_tokens.weight", BOS, DIMENSION, LARGE);
  }

  /** All features of image tokens have it, too. */
  private void explodePicture(int dimension) {
    weights.set("multi_modal_projector.linear_2.bias", 0, dimension, LARGE);
  }

  private boolean[][] sinks(int firstLayer) {
    weights.write();
    try (LoadedGolden model = new LoadedGolden(new Golden(NAME), copy.folder)) {
      assertEquals(BOS, model.prompt.inputIds()[0]);
      return model.network.sinks(model.pixels, model.prompt, BAR, firstLayer);
    }
  }

  private static int count(boolean[] layer) {
    int count = 0;
    for (boolean sink : layer) {
      count += sink ? 1 : 0;
    }
    return count;
  }

  @Test
  void whereOnlyTheFirstTokenExplodesNoImageTokenIsASink() {
    explodeFirst();
    for (boolean[] layer : sinks(1)) {
      assertEquals(0, count(layer));
    }
  }

  @Test
  void whatExplodesInItsDimensionIsASinkFromTheLayerOn() {
    explodeFirst();
    explodePicture(DIMENSION);
    boolean[][] sinks = sinks(SinkFinder.FIRST_LAYER);
    assertEquals(3, sinks.length);
    assertEquals(0, count(sinks[0]));
    assertEquals(0, count(sinks[1]), "not before the third layer");
    assertEquals(sinks[2].length, count(sinks[2]));
  }

  @Test
  void whatExplodesInAnotherDimensionIsNone() {
    explodeFirst();
    explodePicture(DIMENSION + 1);
    for (boolean[] layer : sinks(1)) {
      assertEquals(0, count(layer));
    }
  }

  /** With the bar of the paper, which nothing reaches here: the maps stay. */
  @Test
  void markedAndRemovedRunThrough() {
    explodeFirst();
    explodePicture(DIMENSION);
    weights.write();
    RgbPicture picture = new RgbPicture(40, 30, new byte[3600]);
    try (AttentionModel model =
        AttentionModel.open(
            Checkpoint.open(copy.folder), "cpu", Precision.FLOAT32, Progress.NONE)) {
      for (String method : new String[] {"language", "vlm-visualizer", "localization-heads"}) {
        Analysis kept = model.analyze(picture, request(method, Sinks.KEEP), Progress.NONE);
        assertFalse(kept.notes().containsKey("sinks"));
        for (Sinks sinks : new Sinks[] {Sinks.MARK, Sinks.REMOVE}) {
          Analysis asked = model.analyze(picture, request(method, sinks), Progress.NONE);
          assertEquals(sinks.name().toLowerCase(), asked.request().words().get("sinks"));
          assertEquals(kept.tokens(), asked.tokens());
          assertEquals(List.of(), asked.notes().get("sinks"));
          float[][] maps = asked.maps().get(0).map().values();
          assertTrue(Arrays.deepEquals(kept.maps().get(0).map().values(), maps), method);
        }
      }
    }
  }

  private static AnalysisRequest request(String method, Sinks sinks) {
    AttentionOptions options =
        new AttentionOptions(
            IndexRange.ALL,
            IndexRange.ALL,
            false,
            VisionLayers.ALL,
            sinks,
            OcclusionWindow.DEFAULT,
            List.of());
    return Defaults.with(Defaults.request("What is it?", method, 3), options);
  }
}

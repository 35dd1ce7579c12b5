package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Crop;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Keep;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.TraceRequest;
import org.vlmvisualizer.core.VisionLayers;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.family.Families;

class RunMemoryTest {
  private static final long PLENTY = Long.MAX_VALUE;

  /** The demo's: 3 layers, 192 wide, keys as wide, an MLP of 512; 256 patches of 8 pixels. */
  private static RunMemory need(VisionLayers vision, boolean matrix, int prompt, int crops) {
    Checkpoint demo = Checkpoint.find(Checkpoint.DEMO);
    ModelConfig config = Families.of(demo).config(demo);
    TraceRequest request =
        new TraceRequest(
            vision, IndexRange.ALL, IndexRange.ALL, false, matrix, Keep.NOTHING, false);
    return RunMemory.of(
        config,
        Precision.FLOAT32,
        request,
        prompt,
        100,
        Collections.nCopies(crops, Crop.square(new float[3], 1)));
  }

  private static String refused(RunMemory need, long free, long heap) {
    String sentence =
        assertThrows(InputException.class, () -> need.require(free, heap)).getMessage();
    PlainSentence.check(sentence);
    return sentence;
  }

  @Test
  void isAsByHand() {
    RunMemory need = need(VisionLayers.ALL, true, 7400, 37);
    assertEquals(7500, need.tokens());
    assertEquals(4L * (2 * 3 * 192 * 7500 + 8 * 192 * 7500 + 4 * 512 * 2048), need.run());
    assertEquals(4L * 2 * 7400 * 7400, need.matrix());
    assertEquals(4L * (37 + 2) * 256 * 256, need.vision());
    assertEquals(2 * (4L * 7500 * 7500 + 4L * 37 * 256 * 256), need.java());
    RunMemory bare = need(VisionLayers.NONE, false, 7400, 37);
    assertEquals(0, bare.matrix() + bare.vision() + bare.java());
    assertEquals(need.run(), bare.run());
  }

  @Test
  void theSentenceTellsFigureAndRemedy() {
    assertEquals(
        "Expected 0.47 GB of Java memory for 7500 tokens of prompt, picture and answer, found 0.10"
            + " GB; leave out the attention matrix (matrix=false), or give Java more memory.",
        refused(need(VisionLayers.ALL, true, 7400, 37), PLENTY, 100_000_000));
    assertEquals(
        "Expected 0.55 GB of free memory for 7500 tokens of prompt, picture and answer, found 0.20"
            + " GB; leave out the attention matrix (matrix=false).",
        refused(need(VisionLayers.ALL, true, 7400, 37), 200_000_000, PLENTY));
    assertEquals(
        "Expected 0.11 GB of free memory for 7500 tokens of prompt, picture and answer, found 0.01"
            + " GB; choose method=language, which records no attention of the vision tower.",
        refused(need(VisionLayers.ALL, false, 7400, 37), 10_000_000, PLENTY));
    assertEquals(
        "Expected 0.10 GB of free memory for 7500 tokens of prompt, picture and answer, found 0.01"
            + " GB; ask about fewer pictures, with less detail (tiles=off, detail=low) or a smaller length.",
        refused(need(VisionLayers.NONE, false, 7400, 37), 10_000_000, PLENTY));
  }

  @Test
  void whatFitsIsNotRefused() {
    RunMemory need = need(VisionLayers.ALL, true, 7400, 37);
    long all = need.run() + need.matrix() + need.vision();
    assertDoesNotThrow(() -> need.require(all, need.java()));
    assertThrows(InputException.class, () -> need.require(all - 1, need.java()));
    assertThrows(InputException.class, () -> need.require(all, need.java() - 1));
  }

  /** What there is: terabytes are refused, and not allocated. */
  @Test
  void terabytesAreRefused() {
    RunMemory need = need(VisionLayers.NONE, true, 1 << 20, 1);
    assertThrows(InputException.class, () -> need.require(true, 0));
  }

  /** 64 x 64 patches are 32 x 32 tokens: Java gets the attention between these alone. */
  @Test
  void ofPicturesOfAnySizeOneLayerIsBetweenPatches() {
    ModelConfig config = Families.of(qwen()).config(qwen());
    Crop crop = new Crop(new float[3 * 256 * 256], 1, 256, 256);
    TraceRequest request =
        new TraceRequest(
            VisionLayers.ALL, IndexRange.ALL, IndexRange.ALL, false, false, Keep.NOTHING, false);
    RunMemory need =
        RunMemory.of(config, Precision.FLOAT32, request, 1100, 100, List.of(crop, crop));
    assertEquals(4L * (2 * 1024 * 1024 + 4096 * 4096 * 5 / 4), need.vision());
    assertEquals(2 * 4L * 2 * 1024 * 1024, need.java());
  }

  private static Checkpoint qwen() {
    return Checkpoint.open(Golden.ROOT.resolve("families/qwen2-vl-one/checkpoint"));
  }
}

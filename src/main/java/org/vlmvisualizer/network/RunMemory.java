package org.vlmvisualizer.network;

import java.util.List;
import java.util.Locale;
import org.vlmvisualizer.core.Crop;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.JavaMemory;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.Replay;
import org.vlmvisualizer.core.TraceRequest;
import org.vlmvisualizer.core.VisionConfig;
import org.vlmvisualizer.core.VisionLayers;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.engine.SystemMemory;

/**
 * What one question takes beside the loaded model, told before it runs. All of it grows with the
 * tokens N, but for the whole-sequence matrix [N, N] and the tower's attention [B * P, P].
 *
 * @param tokens N of prompt and longest answer
 * @param run bytes of PyTorch's, without the two matrices
 * @param matrix bytes of the whole-sequence matrix in PyTorch, 0 if it is not recorded
 * @param vision bytes of the tower's attention in PyTorch, 0 if it is not recorded
 * @param java bytes of both as Java's arrays
 */
record RunMemory(long tokens, long run, long matrix, long vision, long java) {
  /** Maps, tables and pictures of the result need room as well. */
  private static final double SHARE = 0.8;

  /** What a matrix takes of Java: as it comes, and as its rows or the result's matrix. */
  private static final long COPIES = 2;

  /**
   * @param prompt its tokens, the pictures' included
   * @param answer its tokens at most
   * @param crops that the tower sees
   */
  static RunMemory of(
      ModelConfig config,
      Precision precision,
      TraceRequest request,
      long prompt,
      long answer,
      List<Crop> crops) {
    long tokens = prompt + answer;
    long matrix = request.promptRows() ? MemoryNeed.matrixBytes(prompt) : 0;
    boolean seen = request.vision() != VisionLayers.NONE;
    long kept = seen ? Float.BYTES * keptElements(config.vision(), crops) : 0;
    long layer = seen ? Float.BYTES * layerElements(config.vision(), crops) : 0;
    long rows = request.promptRows() ? tokens * tokens * Float.BYTES : 0;
    boolean again = request.replay().stream().anyMatch(Replay::readsPrompt);
    long once = MemoryNeed.runBytes(config.decoder(), tokens, precision);
    // Rollout has one matrix of all tokens more than the whole-sequence matrix takes.
    long rolled = request.replay().contains(Replay.ROLLOUT) ? 12 * tokens * tokens : 0;
    // The tower is done with what it took when the decoder begins.
    long decoder = (again ? 2 : 1) * once + rolled;
    long run = Math.max(decoder, Float.BYTES * towerElements(config.vision(), crops));
    return new RunMemory(tokens, run, matrix, kept + layer, COPIES * (rows + kept));
  }

  /** What is kept of the tower's attention, of all crops. */
  private static long keptElements(VisionConfig vision, List<Crop> crops) {
    return crops.stream().mapToLong(vision::places).sum() * largest(vision, crops);
  }

  /** One layer's attention between patches, and what it is added to: between patches or blocks. */
  private static long layerElements(VisionConfig vision, List<Crop> crops) {
    long patches = patches(vision, crops);
    return vision.blocks() == null ? 2 * patches * patches : patches * patches * 5 / 4;
  }

  /** A layer's states, projections and what lies between its matrices. */
  private static long towerElements(VisionConfig vision, List<Crop> crops) {
    long row = 8L * vision.hiddenSize() + 2L * vision.intermediateSize();
    return patches(vision, crops) * row;
  }

  private static long patches(VisionConfig vision, List<Crop> crops) {
    int each = vision.blocks() == null ? 1 : vision.blocks().patches();
    return largest(vision, crops) * each;
  }

  private static long largest(VisionConfig vision, List<Crop> crops) {
    return crops.stream().mapToLong(vision::places).max().orElse(0);
  }

  /**
   * @param onCpu whether PyTorch takes what Java's system has free; a GPU's own memory is left to
   *     PyTorch, which keeps some for its next question
   * @param kept bytes that are kept of the last question's pictures: this one reuses or frees them
   * @throws InputException if it does not fit
   */
  void require(boolean onCpu, long kept) {
    require(
        onCpu ? SystemMemory.available() + kept : Long.MAX_VALUE,
        (long) (SHARE * JavaMemory.available((long) (java / SHARE))));
  }

  /**
   * @param free bytes for PyTorch
   * @param heap bytes for Java's arrays
   */
  void require(long free, long heap) {
    if (java > heap) {
      throw refusal(java, "Java memory", heap, ", or give Java more memory");
    }
    if (run + matrix + vision > free) {
      throw refusal(run + matrix + vision, "free memory", free, "");
    }
  }

  private InputException refusal(long needed, String of, long found, String more) {
    return new InputException(
        String.format(
            Locale.ROOT,
            "Expected %.2f GB of %s for %d tokens of prompt, picture and answer, found %.2f GB; %s%s.",
            needed / 1e9,
            of,
            tokens,
            found / 1e9,
            remedy(),
            more));
  }

  /** Without the largest part of what is not needed. */
  private String remedy() {
    if (matrix > vision) {
      return "leave out the attention matrix (matrix=false)";
    }
    return vision > 0
        ? "choose method=language, which records no attention of the vision tower"
        : "ask about fewer pictures, with less detail (tiles=off, detail=low) or a smaller length";
  }
}

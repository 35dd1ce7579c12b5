package org.vlmvisualizer.core;

import java.util.List;

/**
 * Sizes of a vision tower, named as in transformers' CLIPVisionConfig.
 *
 * @param positionIds [P] which row of the table of positions each patch takes; empty where each
 *     takes the row of its own number
 * @param blocks how pictures of any size are seen; null where all crops are squares of {@code
 *     imageSize}
 */
public record VisionConfig(
    TowerType type,
    int hiddenSize,
    int intermediateSize,
    int numHiddenLayers,
    int numAttentionHeads,
    int imageSize,
    int patchSize,
    String hiddenAct,
    double layerNormEps,
    List<Integer> positionIds,
    Blocks blocks) {

  /**
   * Patches in square blocks, each of which becomes one image token.
   *
   * @param temporalPatchSize frames of a patch; a still picture stands for all of them
   * @param mergeSize patches in a row of a block
   * @param window blocks in a row of the windows within which most layers attend; 0 if all layers
   *     attend to the whole crop
   * @param fullLayers the layers that attend to the whole crop, where there are windows
   * @param positions in a row of the table of positions, which is stretched over a crop; 0 if there
   *     is none
   * @param taps the layers whose outputs become features for the decoder's first layers
   */
  public record Blocks(
      int temporalPatchSize,
      int mergeSize,
      int window,
      List<Integer> fullLayers,
      int positions,
      List<Integer> taps) {
    public Blocks {
      fullLayers = List.copyOf(fullLayers);
      taps = List.copyOf(taps);
    }

    /** Patches of a block. */
    public int patches() {
      return mergeSize * mergeSize;
    }

    /** Whether a layer attends to the whole crop. */
    public boolean isFull(int layer) {
      return window == 0 || fullLayers.contains(layer);
    }
  }

  /** A tower that sees square crops. */
  public VisionConfig(
      TowerType type,
      int hiddenSize,
      int intermediateSize,
      int numHiddenLayers,
      int numAttentionHeads,
      int imageSize,
      int patchSize,
      String hiddenAct,
      double layerNormEps,
      List<Integer> positionIds) {
    this(
        type,
        hiddenSize,
        intermediateSize,
        numHiddenLayers,
        numAttentionHeads,
        imageSize,
        patchSize,
        hiddenAct,
        layerNormEps,
        positionIds,
        null);
  }

  /** The same sizes with other positions. */
  public VisionConfig withPositions(List<Integer> ids) {
    return new VisionConfig(
        type,
        hiddenSize,
        intermediateSize,
        numHiddenLayers,
        numAttentionHeads,
        imageSize,
        patchSize,
        hiddenAct,
        layerNormEps,
        List.copyOf(ids),
        blocks);
  }

  /**
   * Places of a crop between which attention is recorded: its patches, or the blocks that become
   * image tokens.
   */
  public int places(Crop crop) {
    if (blocks == null) {
      return numPatches();
    }
    int cell = patchSize * blocks.mergeSize();
    return crop.width() / cell * (crop.height() / cell);
  }

  /** P, patches of a square crop. */
  public int numPatches() {
    int side = imageSize / patchSize;
    return side * side;
  }

  /** Tokens of the tower: a class token, where there is one, then the patches. */
  public int numTokens() {
    return numPatches() + (type.hasClassToken() ? 1 : 0);
  }
}

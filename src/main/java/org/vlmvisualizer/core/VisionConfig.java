package org.vlmvisualizer.core;

import java.util.List;

/**
 * Sizes of a vision tower, named as in transformers' CLIPVisionConfig.
 *
 * @param positionIds [P] which row of the table of positions each patch takes; empty where each
 *     takes the row of its own number
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
    List<Integer> positionIds) {

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
        List.copyOf(ids));
  }

  /** P, patches of a crop. */
  public int numPatches() {
    int side = imageSize / patchSize;
    return side * side;
  }

  /** Tokens of the tower: a class token, where there is one, then the patches. */
  public int numTokens() {
    return numPatches() + (type.hasClassToken() ? 1 : 0);
  }
}

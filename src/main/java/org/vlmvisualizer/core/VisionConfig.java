package org.vlmvisualizer.core;

/** Sizes of a CLIP vision tower, named as in transformers' CLIPVisionConfig. */
public record VisionConfig(
    int hiddenSize,
    int intermediateSize,
    int numHiddenLayers,
    int numAttentionHeads,
    int imageSize,
    int patchSize,
    String hiddenAct,
    double layerNormEps) {

  /** P, patches of a picture. */
  public int numPatches() {
    int side = imageSize / patchSize;
    return side * side;
  }
}

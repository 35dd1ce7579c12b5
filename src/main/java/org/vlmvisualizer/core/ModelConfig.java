package org.vlmvisualizer.core;

/**
 * Sizes of a whole vision-language model.
 *
 * @param visionFeatureLayer which of the vision tower's hidden states the projector reads; negative
 *     counts from the end, -1 being the last layer's output
 * @param projectorAct activation between the projector's two linear layers
 * @param imageTokenId the id that stands for one patch in the prompt
 */
public record ModelConfig(
    VisionConfig vision,
    DecoderConfig decoder,
    int visionFeatureLayer,
    String projectorAct,
    boolean projectorBias,
    int imageTokenId) {

  /** The number of vision layers that are run: those up to the one the projector reads. */
  public int visionLayersUsed() {
    return visionFeatureLayer < 0
        ? vision.numHiddenLayers() + 1 + visionFeatureLayer
        : visionFeatureLayer;
  }
}

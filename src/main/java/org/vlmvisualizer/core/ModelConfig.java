package org.vlmvisualizer.core;

/**
 * Sizes of a whole vision-language model.
 *
 * @param visionFeatureLayer which of the vision tower's hidden states the projector reads; negative
 *     counts from the end, -1 being the last layer's output
 * @param projectorAct activation between the projector's linear layers
 * @param imageTokenId the id that stands for one patch in the prompt; it has no embedding of its
 *     own, so it may be one that no vocabulary has
 * @param projectorLayers linear layers of the projector; 0 hands the features on as they are
 */
public record ModelConfig(
    VisionConfig vision,
    DecoderConfig decoder,
    int visionFeatureLayer,
    String projectorAct,
    boolean projectorBias,
    int imageTokenId,
    int projectorLayers) {

  /** With the two-layer projector of LLaVA-1.5. */
  public ModelConfig(
      VisionConfig vision,
      DecoderConfig decoder,
      int visionFeatureLayer,
      String projectorAct,
      boolean projectorBias,
      int imageTokenId) {
    this(vision, decoder, visionFeatureLayer, projectorAct, projectorBias, imageTokenId, 2);
  }

  /** The number of vision layers that are run: those up to the one the projector reads. */
  public int visionLayersUsed() {
    return visionFeatureLayer < 0
        ? vision.numHiddenLayers() + 1 + visionFeatureLayer
        : visionFeatureLayer;
  }
}

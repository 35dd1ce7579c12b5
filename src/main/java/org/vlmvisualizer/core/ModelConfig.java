package org.vlmvisualizer.core;

/**
 * Sizes of a whole vision-language model.
 *
 * @param visionFeatureLayer which of the vision tower's hidden states the connector reads; negative
 *     counts from the end, -1 being the last layer's output
 * @param visionNorm whether the tower's last norm is applied to them
 * @param imageNewline whether there is a feature for image tokens without a place, {@code
 *     image_newline}
 * @param imageTokenId the id that stands for one image token in the prompt; it has no embedding of
 *     its own, so it may be one that no vocabulary has
 */
public record ModelConfig(
    VisionConfig vision,
    DecoderConfig decoder,
    int visionFeatureLayer,
    boolean visionNorm,
    ConnectorConfig connector,
    boolean imageNewline,
    int imageTokenId) {

  /** The number of vision layers that are run: those up to the one the connector reads. */
  public int visionLayersUsed() {
    return visionFeatureLayer < 0
        ? vision.numHiddenLayers() + 1 + visionFeatureLayer
        : visionFeatureLayer;
  }
}

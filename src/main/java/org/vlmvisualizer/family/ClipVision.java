package org.vlmvisualizer.family;

import java.util.List;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.VisionConfig;

/**
 * The configuration of a CLIP vision tower.
 *
 * <p>Defaults of absent keys are those of transformers 4.57: CLIPVisionConfig.
 */
final class ClipVision {
  static final List<String> ACTIVATIONS = List.of("quick_gelu", "gelu", "gelu_pytorch_tanh");

  /** Ten times what any CLIP has. */
  private static final int MAX_IMAGE_SIZE = 4096;

  private static final int MAX_PATCHES = 16384;

  private ClipVision() {}

  /**
   * Without a vision_config, LlavaConfig means CLIP ViT-L/14 at 336 pixels.
   *
   * @param given whether there is one
   * @throws InputException if it asks for what is not supported
   */
  static VisionConfig config(ConfigObject c, boolean given) {
    c.oneOf("model_type", "clip_vision_model", List.of("clip_vision_model"));
    VisionConfig vision =
        new VisionConfig(
            c.size("hidden_size", given ? 768 : 1024),
            c.size("intermediate_size", given ? 3072 : 4096),
            c.count("num_hidden_layers", given ? 12 : 24),
            c.count("num_attention_heads", given ? 12 : 16),
            c.size("image_size", given ? 224 : 336),
            c.size("patch_size", given ? 32 : 14),
            c.oneOf("hidden_act", "quick_gelu", ACTIVATIONS),
            c.number("layer_norm_eps", 1e-5));
    c.requireDivides("num_attention_heads", vision.numAttentionHeads(), vision.hiddenSize());
    checkPatches(vision);
    return vision;
  }

  private static void checkPatches(VisionConfig vision) {
    if (vision.patchSize() > vision.imageSize()) {
      throw new InputException(
          "Expected patch_size to be at most image_size in config.json, found %d and %d."
              .formatted(vision.patchSize(), vision.imageSize()));
    }
    if (vision.imageSize() > MAX_IMAGE_SIZE || vision.numPatches() > MAX_PATCHES) {
      throw new InputException(
          "Expected image_size up to %d and up to %d patches in config.json, found image_size %d with patch_size %d."
              .formatted(MAX_IMAGE_SIZE, MAX_PATCHES, vision.imageSize(), vision.patchSize()));
    }
  }

  /**
   * The hidden states that the projector reads.
   *
   * @throws InputException if the tower has no such layer
   */
  static int featureLayer(ConfigObject config, String key, VisionConfig vision) {
    int layer = config.integer(key, -2);
    if (layer > vision.numHiddenLayers() || layer < -vision.numHiddenLayers() || layer == 0) {
      throw new InputException(
          "Expected %s within the %d layers of the vision tower, found %d in config.json."
              .formatted(key, vision.numHiddenLayers(), layer));
    }
    return layer;
  }
}

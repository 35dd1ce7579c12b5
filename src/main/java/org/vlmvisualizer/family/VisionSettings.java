package org.vlmvisualizer.family;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.stream.Stream;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.TowerType;
import org.vlmvisualizer.core.VisionConfig;

/**
 * The configuration of a vision tower by its {@code model_type}.
 *
 * <p>Defaults of absent keys are those of transformers 4.57.6: CLIPVisionConfig,
 * SiglipVisionConfig, Idefics3VisionConfig, which SmolVLM's equals, InternVLVisionConfig.
 */
enum VisionSettings {
  CLIP(
      "clip_vision_model",
      new VisionConfig(TowerType.CLIP, 768, 3072, 12, 12, 224, 32, "quick_gelu", 1e-5, List.of())),
  SIGLIP(
      "siglip_vision_model",
      new VisionConfig(
          TowerType.SIGLIP, 768, 3072, 12, 12, 224, 16, "gelu_pytorch_tanh", 1e-6, List.of())),
  /** Positions are bucketed, see {@link BucketedPositions}. */
  IDEFICS3(
      "idefics3_vision",
      new VisionConfig(
          TowerType.SIGLIP, 1152, 3072, 12, 16, 224, 32, "gelu_pytorch_tanh", 1e-6, List.of())),
  INTERNVL(
      "internvl_vision",
      new VisionConfig(TowerType.INTERNVL, 1024, 4096, 24, 16, 448, 14, "gelu", 1e-6, List.of()));

  static final List<String> ACTIVATIONS = List.of("quick_gelu", "gelu", "gelu_pytorch_tanh");

  /**
   * Endings of stored names of SigLIP's pooling head, {@code SiglipMultiheadAttentionPoolingHead},
   * which no connector reads.
   */
  static final List<String> POOLING_HEAD =
      Stream.of(
              "probe",
              "attention.in_proj_weight",
              "attention.in_proj_bias",
              "attention.out_proj.weight",
              "attention.out_proj.bias",
              "layernorm.weight",
              "layernorm.bias",
              "mlp.fc1.weight",
              "mlp.fc1.bias",
              "mlp.fc2.weight",
              "mlp.fc2.bias")
          .map(name -> ".head." + name)
          .toList();

  /** Ten times what any tower has. */
  private static final int MAX_IMAGE_SIZE = 4096;

  private static final int MAX_PATCHES = 16384;

  private static final VisionConfig CLIP_LARGE =
      new VisionConfig(TowerType.CLIP, 1024, 4096, 24, 16, 336, 14, "quick_gelu", 1e-5, List.of());

  private final String modelType;
  private final VisionConfig byDefault;

  VisionSettings(String modelType, VisionConfig byDefault) {
    this.modelType = modelType;
    this.byDefault = byDefault;
  }

  /** Whether there is a type of this name. */
  static boolean knows(String modelType) {
    return Stream.of(values()).anyMatch(type -> type.modelType.equals(modelType));
  }

  /**
   * The tower of a LLaVA in Hugging Face format.
   *
   * @param c its vision_config
   * @throws InputException if it is no CLIP and no SigLIP, or asks for what is not supported
   */
  static VisionConfig llava(ConfigObject c) {
    String type = c.oneOf("model_type", CLIP.modelType, List.of(CLIP.modelType, SIGLIP.modelType));
    return (type.equals(CLIP.modelType) ? CLIP : SIGLIP).config(c);
  }

  /**
   * CLIP ViT-L/14 at 336 pixels, but for the keys given: what LlavaConfig means without a
   * vision_config.
   */
  static VisionConfig clipLarge(ConfigObject c) {
    return CLIP.config(c, CLIP_LARGE);
  }

  /**
   * @throws InputException if it asks for what is not supported
   */
  VisionConfig config(ConfigObject c) {
    return config(c, byDefault);
  }

  private VisionConfig config(ConfigObject c, VisionConfig byDefault) {
    // Two that transformers takes whatever vision_config says.
    if (this != IDEFICS3 && this != INTERNVL) {
      c.oneOf("model_type", modelType, List.of(modelType));
    }
    VisionConfig vision =
        new VisionConfig(
            byDefault.type(),
            c.size("hidden_size", byDefault.hiddenSize()),
            c.size("intermediate_size", byDefault.intermediateSize()),
            c.count("num_hidden_layers", byDefault.numHiddenLayers()),
            c.count("num_attention_heads", byDefault.numAttentionHeads()),
            side(c, "image_size", byDefault.imageSize()),
            side(c, "patch_size", byDefault.patchSize()),
            c.oneOf("hidden_act", byDefault.hiddenAct(), ACTIVATIONS),
            c.number("layer_norm_eps", byDefault.layerNormEps()),
            List.of());
    c.requireDivides("num_attention_heads", vision.numAttentionHeads(), vision.hiddenSize());
    checkPatches(vision);
    return vision;
  }

  /** InternVL has a height and a width. */
  private int side(ConfigObject c, String key, int byDefault) {
    if (this != INTERNVL || !c.has(key) || !c.json().get(key).isJsonArray()) {
      return c.size(key, byDefault);
    }
    List<Double> sides = c.numbers(key);
    if (sides.size() != 2 || !sides.get(0).equals(sides.get(1))) {
      throw c.unexpected("a square", key);
    }
    JsonObject one = new JsonObject();
    one.addProperty(key, sides.get(0));
    return new ConfigObject(one, c.where()).size(key, byDefault);
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
   * The hidden states that the connector reads.
   *
   * @throws InputException if the tower has no such layer
   */
  static int featureLayer(ConfigObject config, String key, int byDefault, VisionConfig vision) {
    int layer = config.integer(key, byDefault);
    if (layer > vision.numHiddenLayers() || layer < -vision.numHiddenLayers() || layer == 0) {
      throw new InputException(
          "Expected %s within the %d layers of the vision tower, found %d in config.json."
              .formatted(key, vision.numHiddenLayers(), layer));
    }
    return layer;
  }

  /**
   * Which of the tower's tokens are image tokens: all patches, and no class token.
   *
   * @throws InputException if config.json says otherwise
   */
  static void checkStrategy(ConfigObject config, String byDefault, VisionConfig vision) {
    String key = "vision_feature_select_strategy";
    String patches = vision.type().hasClassToken() ? "default" : "full";
    String found = config.text(key, byDefault);
    if (!found.equals(patches)) {
      throw config.unexpected(
          "%s, which takes all patches of its %s vision tower"
              .formatted(patches, name(vision.type())),
          key,
          found);
    }
  }

  private static String name(TowerType type) {
    return switch (type) {
      case CLIP -> "CLIP";
      case INTERNVL -> "InternVL";
      default -> "SigLIP";
    };
  }
}

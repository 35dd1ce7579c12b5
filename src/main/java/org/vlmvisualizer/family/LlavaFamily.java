package org.vlmvisualizer.family;

import java.util.Map;
import java.util.stream.Stream;
import org.vlmvisualizer.boxes.BoxFormat;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.checkpoint.WeightMap;
import org.vlmvisualizer.core.ConnectorConfig;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.core.TowerType;
import org.vlmvisualizer.core.VisionConfig;
import org.vlmvisualizer.image.PictureProcessor;
import org.vlmvisualizer.prompt.PromptEncoder;
import org.vlmvisualizer.prompt.PromptTemplate;

/**
 * LLaVA-1.5 in Hugging Face format, and models that are made as it is: a CLIP or SigLIP vision
 * tower and one of the {@link DecoderSettings decoders}.
 *
 * <p>Defaults of absent keys are those of transformers 4.57: LlavaConfig.
 */
class LlavaFamily extends ModelFamily {
  static final WeightMap WEIGHTS =
      new WeightMap(
          Map.ofEntries(
              // Up to transformers 4.51, and most files on the hub.
              Map.entry("language_model.model.", "language_model."),
              Map.entry("language_model.lm_head.", "lm_head."),
              Map.entry("vision_tower.vision_model.", "vision_tower."),
              // Since transformers 4.52.
              Map.entry("model.language_model.", "language_model."),
              Map.entry("model.vision_tower.vision_model.", "vision_tower."),
              Map.entry("model.vision_tower.", "vision_tower."),
              Map.entry("model.multi_modal_projector.", "multi_modal_projector."),
              Map.entry("model.image_newline", "image_newline")),
          Stream.concat(ClipTower.BUFFERS.stream(), VisionSettings.POOLING_HEAD.stream()).toList());

  private final int imageTokenId;
  private final int featureLayer;

  LlavaFamily() {
    this("llava", 32000, -2);
  }

  /**
   * A family that is built as this one.
   *
   * @param imageTokenId what absent keys mean, as {@code featureLayer}
   */
  LlavaFamily(String modelType, int imageTokenId, int featureLayer) {
    super(modelType, WEIGHTS);
    this.imageTokenId = imageTokenId;
    this.featureLayer = featureLayer;
  }

  @Override
  public ModelConfig config(Checkpoint checkpoint) {
    ConfigObject config = checkpoint.config();
    if (!config.has("text_config")) {
      throw new InputException(
          "Expected a LLaVA model in Hugging Face format, but config.json in %s has no text_config; choose the checkpoint's -hf variant."
              .formatted(checkpoint.folder()));
    }
    VisionConfig vision = vision(config);
    VisionSettings.checkStrategy(config, selectStrategy(), vision);
    int layer = VisionSettings.featureLayer(config, "vision_feature_layer", featureLayer, vision);
    ConfigObject text = config.object("text_config");
    return new ModelConfig(
        vision,
        DecoderSettings.of(text).config(text, isTied(checkpoint, config)),
        layer,
        false,
        new ConnectorConfig.Mlp(
            2,
            config.oneOf("projector_hidden_act", "gelu", VisionSettings.ACTIVATIONS),
            config.flag("multimodal_projector_bias", true),
            poolsFirst(config)),
        hasNewline(),
        tokenId(config, "image_token", imageTokenId));
  }

  private static VisionConfig vision(ConfigObject config) {
    ConfigObject vision = config.object("vision_config");
    return config.has("vision_config")
        ? VisionSettings.llava(vision)
        : VisionSettings.clipLarge(vision);
  }

  /** vision_feature_select_strategy where the key is absent. */
  String selectStrategy() {
    return "default";
  }

  /** Whether there is a feature for the ends of rows of image tokens. */
  boolean hasNewline() {
    return false;
  }

  /** {@link ConnectorConfig.Mlp#poolsFirst}. */
  boolean poolsFirst(ConfigObject config) {
    return false;
  }

  /** The same by two names, {@code TOKEN_index} and {@code TOKEN_id}. */
  static int tokenId(ConfigObject config, String token, int byDefault) {
    int index = config.integer(token + "_index", config.integer(token + "_id", byDefault));
    int id = config.integer(token + "_id", index);
    if (id != index) {
      throw config.unexpected(token + "_index " + index, token + "_id", "" + id);
    }
    return index;
  }

  /**
   * transformers 4 goes by text_config alone. transformers 5 ties by the outer object too, and then
   * stores no lm_head.
   */
  static boolean isTied(Checkpoint checkpoint, ConfigObject config) {
    return config.flag("tie_word_embeddings", false)
        && checkpoint.tensors().stream().noneMatch(t -> t.name().endsWith("lm_head.weight"));
  }

  @Override
  public PictureProcessor pictures(Checkpoint checkpoint, PictureOptions options) {
    return ImageSettings.read(checkpoint, config(checkpoint).vision()).singleView(options);
  }

  /** LLaVA-1.5's; models of other parts were trained on other answers. */
  @Override
  public BoxFormat boxes(Checkpoint checkpoint) {
    ConfigObject config = checkpoint.config();
    boolean isFirst =
        modelType().equals("llava")
            && vision(config).type() == TowerType.CLIP
            && DecoderSettings.of(config.object("text_config")) == DecoderSettings.LLAMA;
    return isFirst ? BoxFormat.LLAVA : BoxFormat.NONE;
  }

  @Override
  public PromptTemplate template(Checkpoint checkpoint) {
    return ChatTemplate.of(checkpoint)
        .map(ChatTemplate::known)
        .orElseGet(() -> DefaultTemplate.of(checkpoint.config().object("text_config")));
  }

  @Override
  public PromptEncoder encoder(Checkpoint checkpoint, ModelConfig config) {
    LlavaProcessor.check(checkpoint, config);
    return super.encoder(checkpoint, config);
  }
}

package org.vlmvisualizer.family;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.vlmvisualizer.boxes.BoxFormat;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.checkpoint.WeightMap;
import org.vlmvisualizer.core.ConnectorConfig.ShuffledMlp;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.core.VisionConfig;
import org.vlmvisualizer.image.InternVlProcessor;
import org.vlmvisualizer.image.PictureProcessor;
import org.vlmvisualizer.image.SingleView;
import org.vlmvisualizer.prompt.PromptEncoder;
import org.vlmvisualizer.prompt.PromptTemplate;

/**
 * InternVL3 in Hugging Face format (-hf): tiles of a picture and an overview; the vision tower
 * InternViT, whose patches are joined in blocks; a decoder of Qwen's kind.
 *
 * <p>Defaults of absent keys are those of transformers 4.57.6: InternVLConfig,
 * InternVLVisionConfig, GotOcr2ImageProcessor.
 */
final class InternVlFamily extends ModelFamily {
  private static final int MAX_TILES = 64;
  private static final int MAX_FACTOR = 16;

  private static final Map<String, String> TOKENS =
      Map.of(
          "start_image_token", InternVlProcessor.START,
          "end_image_token", InternVlProcessor.END,
          "context_image_token", InternVlProcessor.CONTEXT);

  private static final WeightMap WEIGHTS =
      new WeightMap(
          Map.of(
              "language_model.model.", "language_model.",
              "language_model.lm_head.", "lm_head.",
              // Since transformers 4.52.
              "model.language_model.", "language_model.",
              "model.vision_tower.", "vision_tower.",
              "model.multi_modal_projector.", "multi_modal_projector."),
          Stream.concat(ClipTower.BUFFERS.stream(), Stream.of("embeddings.mask_token")).toList());

  InternVlFamily() {
    super("internvl", WEIGHTS);
  }

  @Override
  public ModelConfig config(Checkpoint checkpoint) {
    ConfigObject config = checkpoint.config();
    ConfigObject tower = config.object("vision_config");
    VisionConfig vision = vision(tower);
    VisionSettings.checkStrategy(config, "default", vision);
    requireLastLayer(config);
    ConfigObject text = config.object("text_config");
    DecoderSettings decoder =
        text.has("model_type") ? DecoderSettings.of(text) : DecoderSettings.QWEN2;
    return new ModelConfig(
        vision,
        decoder.config(text, LlavaFamily.isTied(checkpoint, config)),
        vision.numHiddenLayers(),
        !tower.flag("use_mean_pooling", true),
        new ShuffledMlp(
            factor(config, vision),
            config.oneOf("projector_hidden_act", "gelu", VisionSettings.ACTIVATIONS)),
        false,
        config.integer("image_token_id", 151667));
  }

  /** The smaller of InternVL's towers; that of 6 billion parameters differs in these settings. */
  private static VisionConfig vision(ConfigObject c) {
    require(c, "attention_bias", false, true);
    require(c, "use_qk_norm", false, false);
    require(c, "use_absolute_position_embeddings", true, true);
    c.oneOf("norm_type", "layer_norm", List.of("layer_norm"));
    if (c.integer("num_channels", 3) != 3) {
      throw c.unexpected("3", "num_channels", "" + c.integer("num_channels", 3));
    }
    return VisionSettings.INTERNVL.config(c);
  }

  private static void require(ConfigObject c, String key, boolean byDefault, boolean needed) {
    if (c.flag(key, byDefault) != needed) {
      throw c.unexpected(needed + ", as InternViT-300M has it,", key, "" + !needed);
    }
  }

  /** transformers 4.57.6 can take no other either: it looks for the tower under a wrong name. */
  private static void requireLastLayer(ConfigObject config) {
    int layer = config.integer("vision_feature_layer", -1);
    if (layer != -1) {
      throw config.unexpected("-1", "vision_feature_layer", "" + layer);
    }
  }

  /** Patches in a row of a token: 1 / downsample_ratio. */
  private static int factor(ConfigObject config, VisionConfig vision) {
    double ratio = config.number("downsample_ratio", 0.5);
    int factor = (int) Math.rint(1 / ratio);
    int patches = vision.imageSize() / vision.patchSize();
    if (factor < 1 || factor > MAX_FACTOR || factor * ratio != 1 || patches % factor != 0) {
      throw config.unexpected(
          "1 by a divisor of the %d patches of a side, up to %d".formatted(patches, MAX_FACTOR),
          "downsample_ratio",
          Double.toString(ratio));
    }
    return factor;
  }

  @Override
  public PictureProcessor pictures(Checkpoint checkpoint, PictureOptions options) {
    ModelConfig config = config(checkpoint);
    VisionConfig vision = config.vision();
    ImageSettings settings = ImageSettings.read(checkpoint, vision);
    settings.requireWholeTiles(options, "GotOcr2ImageProcessor");
    ConfigObject c = settings.json();
    int most = c.count("max_patches", 12);
    int least = c.count("min_patches", 1);
    if (most > MAX_TILES || least > most) {
      throw c.unexpected(
          "min_patches up to max_patches, and max_patches up to " + MAX_TILES,
          "max_patches",
          Integer.toString(most));
    }
    return new InternVlProcessor(
        vision.imageSize(),
        vision.patchSize(),
        settings.normalization(),
        ((ShuffledMlp) config.connector()).factor(),
        options.tiles() ? least : 1,
        options.tiles() ? most : 1,
        ImageSettings.video(checkpoint, vision).frames(SingleView.Shape.SQUASH));
  }

  @Override
  public BoxFormat boxes(Checkpoint checkpoint) {
    return BoxFormat.INTERNVL;
  }

  @Override
  public PromptTemplate template(Checkpoint checkpoint) {
    return ChatTemplate.of(checkpoint).map(ChatTemplate::known).orElse(PromptTemplate.INTERNVL);
  }

  @Override
  public PromptEncoder encoder(Checkpoint checkpoint, ModelConfig config) {
    int patches = ((ShuffledMlp) config.connector()).patches();
    int tokens = config.vision().numPatches() / patches;
    LlavaProcessor.requireTokens(LlavaProcessor.config(checkpoint), "image_seq_length", tokens);
    LlavaProcessor.requireTokens(checkpoint.config(), "image_seq_length", tokens);
    LlavaProcessor.checkTokens(checkpoint, TOKENS);
    return encoder(checkpoint, config, InternVlProcessor.CONTEXT);
  }
}

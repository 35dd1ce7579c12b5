package org.vlmvisualizer.family;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.checkpoint.StoredTensor;
import org.vlmvisualizer.checkpoint.WeightMap;
import org.vlmvisualizer.core.ConnectorConfig.SeparatedMlp;
import org.vlmvisualizer.core.DecoderConfig;
import org.vlmvisualizer.core.Generation;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.core.VisionConfig;
import org.vlmvisualizer.image.Phi3VProcessor;
import org.vlmvisualizer.image.PictureProcessor;
import org.vlmvisualizer.image.Resampling;
import org.vlmvisualizer.prompt.PromptEncoder;
import org.vlmvisualizer.prompt.PromptTemplate;
import org.vlmvisualizer.prompt.TokenizerConfig;

/**
 * Phi-3-vision and Phi-3.5-vision in their authors' format: tiles of a picture on white and an
 * overview, with learned separators between; a CLIP tower, and a decoder that is Mistral's but for
 * its fused matrices and rotary factors.
 *
 * <p>transformers 4.57 has no such model. Sources: configuration_phi3_v.py, whose are the defaults
 * of absent keys, processing_phi3_v.py and image_embedding_phi3_v.py of Phi-3-vision-128k-instruct;
 * vLLM's phi3v.py.
 */
final class Phi3VFamily extends ModelFamily {
  /** The authors number the pictures of a prompt from -1 downwards. */
  private static final int IMAGE_TOKEN = -1;

  private static final String TOWER = "openai/clip-vit-large-patch14-336";

  /** Ends each turn of the prompt. */
  private static final String END = "<|end|>";

  private static final String ROPE = "rope_scaling";
  private static final int MAX_TILES = 64;

  private static final String EMBEDDINGS = "model.embed_tokens.weight";
  private static final String SAME_EMBEDDINGS = "model.vision_embed_tokens.wte.weight";

  private static final WeightMap WEIGHTS =
      new WeightMap(
          Map.of(
              "model.", "language_model.",
              "model.vision_embed_tokens.img_processor.vision_model.", "vision_tower.",
              "model.vision_embed_tokens.img_projection.0.", "multi_modal_projector.linear_1.",
              "model.vision_embed_tokens.img_projection.2.", "multi_modal_projector.linear_2.",
              "model.vision_embed_tokens.wte.", "language_model.embed_tokens.",
              "model.vision_embed_tokens.", ""),
          ClipTower.BUFFERS);

  private static final Map<String, Number> DEFAULTS =
      Map.of(
          "vocab_size", 32064,
          "hidden_size", 3072,
          "intermediate_size", 8192,
          "max_position_embeddings", 4096,
          "rms_norm_eps", 1e-5);

  Phi3VFamily() {
    super("phi3_v", WEIGHTS);
  }

  @Override
  boolean runs(ModelKind kind) {
    return kind.modelType().equals(modelType());
  }

  @Override
  public ModelConfig config(Checkpoint checkpoint) {
    ConfigObject config = checkpoint.config();
    if (config.has("text_config")) {
      throw new InputException(
          "Expected a Phi-3-V model in its authors' format, but config.json in %s has a text_config; choose microsoft's own checkpoint."
              .formatted(checkpoint.folder()));
    }
    requireSeparators(config.object("embd_layer"));
    ConfigObject pictures = config.object("img_processor");
    VisionConfig vision = vision(config, pictures);
    return new ModelConfig(
        vision,
        decoder(config),
        VisionSettings.featureLayer(pictures, "layer_idx", -2, vision),
        false,
        new SeparatedMlp(Phi3VProcessor.BLOCK),
        false,
        IMAGE_TOKEN);
  }

  private static void requireSeparators(ConfigObject c) {
    c.oneOf("embedding_cls", "none", List.of("image"));
    c.oneOf("hd_transform_order", "glb_sub", List.of("sub_glb"));
    c.oneOf("projection_cls", "linear", List.of("mlp"));
    for (String key : List.of("use_hd_transform", "with_learnable_separator")) {
      if (!c.flag(key, false)) {
        throw c.unexpected("true", key, "false");
      }
    }
  }

  /** CLIP ViT-L/14 at 336 pixels, which vision_config alone, if there is one, makes another. */
  private static VisionConfig vision(ConfigObject config, ConfigObject pictures) {
    pictures.oneOf("name", "none", List.of("clip_vision_model"));
    pictures.oneOf("model_name", "none", List.of(TOWER));
    pictures.oneOf("type_feature", "patch", List.of("patch"));
    VisionConfig vision = VisionSettings.clipLarge(config.object("vision_config"));
    int block = Phi3VProcessor.BLOCK * vision.patchSize();
    if (vision.imageSize() % block != 0) {
      throw config
          .object("vision_config")
          .unexpected("a multiple of " + block, "image_size", "" + vision.imageSize());
    }
    int width = pictures.integer("image_dim_out", vision.hiddenSize());
    if (width != vision.hiddenSize()) {
      throw pictures.unexpected(
          vision.hiddenSize() + ", the width of the vision tower,", "image_dim_out", "" + width);
    }
    LlavaProcessor.requireTokens(pictures, "num_img_tokens", tokens(vision));
    return vision;
  }

  /** Image tokens of a tile. */
  private static int tokens(VisionConfig vision) {
    return vision.numPatches() / (Phi3VProcessor.BLOCK * Phi3VProcessor.BLOCK);
  }

  private static DecoderConfig decoder(ConfigObject config) {
    JsonObject all = config.json().deepCopy();
    DEFAULTS.forEach((key, value) -> all.asMap().putIfAbsent(key, new JsonPrimitive(value)));
    // Without these two, Mistral has eight, and a window.
    List.of("num_key_value_heads", "sliding_window")
        .forEach(key -> all.asMap().putIfAbsent(key, JsonNull.INSTANCE));
    JsonElement rope = all.remove(ROPE);
    ConfigObject plain = new ConfigObject(all, config.where());
    DecoderConfig decoder = DecoderSettings.MISTRAL.config(plain, false);
    return decoder.with(
        rope == null || rope.isJsonNull()
            ? decoder.rope()
            : RopeSettings.longRope(config, decoder.rope(), decoder.headDim() / 2),
        true);
  }

  /** The tower's module holds the embeddings of text as well, which are one and the same. */
  @Override
  List<StoredTensor> tensors(Checkpoint checkpoint) {
    List<StoredTensor> all = checkpoint.tensors();
    boolean both = all.stream().anyMatch(t -> t.name().equals(EMBEDDINGS));
    return all.stream().filter(t -> !both || !t.name().equals(SAME_EMBEDDINGS)).toList();
  }

  @Override
  public PromptEncoder encoder(Checkpoint checkpoint, ModelConfig config) {
    return PromptEncoder.piecewise(
        tokenizer(checkpoint), config.decoder().vocabSize(), config.imageTokenId());
  }

  private static JsonObject tokenizer(Checkpoint checkpoint) {
    return TokenizerConfig.applied(
        checkpoint.required("tokenizer.json"), checkpoint.optional("tokenizer_config.json"));
  }

  @Override
  public PictureProcessor pictures(Checkpoint checkpoint, PictureOptions options) {
    VisionConfig vision = config(checkpoint).vision();
    ImageSettings settings = ImageSettings.read(checkpoint, vision);
    settings.requireTiles(options, "Phi3VImageProcessor");
    ConfigObject c = settings.json();
    if (settings.resampling(Resampling.BILINEAR) != Resampling.BILINEAR) {
      throw c.unexpected("2 (BILINEAR)", "resample");
    }
    LlavaProcessor.requireTokens(c, "num_img_tokens", tokens(vision));
    int most = c.count("num_crops", 1);
    if (most > MAX_TILES) {
      throw c.unexpected("at most " + MAX_TILES, "num_crops", "" + most);
    }
    return new Phi3VProcessor(
        vision.imageSize(), vision.patchSize(), settings.normalization(), most);
  }

  @Override
  public PromptTemplate template(Checkpoint checkpoint) {
    return ChatTemplate.of(checkpoint).map(ChatTemplate::known).orElse(PromptTemplate.PHI3);
  }

  /**
   * The published generation_config.json names an id that ends no answer; the authors hand over the
   * tokenizer's end, and what ends a turn of the prompt ends the answer too.
   */
  @Override
  public Generation generation(Checkpoint checkpoint) {
    ConfigObject config = checkpoint.config();
    String end =
        LlavaProcessor.token(checkpoint.settings("tokenizer_config.json"), "eos_token", END);
    Set<Integer> ends = new HashSet<>();
    for (JsonElement element : tokenizer(checkpoint).getAsJsonArray("added_tokens")) {
      JsonObject token = element.getAsJsonObject();
      if (Set.of(END, end).contains(token.get("content").getAsString())) {
        ends.add(token.get("id").getAsInt());
      }
    }
    Generation own = GenerationSettings.of(checkpoint, config, true);
    if (own.repetitionPenalty() != 1) {
      throw checkpoint
          .settings("generation_config.json")
          .unexpected(
              "1, since image tokens have no logits to penalise,",
              "repetition_penalty",
              "" + own.repetitionPenalty());
    }
    ends.addAll(own.eosIds());
    return own.endingWith(ends);
  }
}

package org.vlmvisualizer.family;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.checkpoint.WeightMap;
import org.vlmvisualizer.core.DecoderConfig;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.VisionConfig;
import org.vlmvisualizer.image.ImageProcessor;
import org.vlmvisualizer.prompt.PromptTemplate;

/**
 * LLaVA-1.5 in Hugging Face format: a CLIP vision tower and a LLaMA or Mistral decoder.
 *
 * <p>Defaults of absent keys are those of transformers 4.57: LlavaConfig, CLIPVisionConfig,
 * LlamaConfig, MistralConfig.
 */
final class LlavaFamily implements ModelFamily {
  private static final String CONFIG = "config.json";
  private static final List<String> ACTIVATIONS =
      List.of("quick_gelu", "gelu", "gelu_pytorch_tanh");
  private static final int BICUBIC = 3;
  private static final double[] CLIP_MEAN = {0.48145466, 0.4578275, 0.40821073};
  private static final double[] CLIP_STD = {0.26862954, 0.26130258, 0.27577711};

  private static final WeightMap WEIGHTS =
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
              Map.entry("model.multi_modal_projector.", "multi_modal_projector.")),
          List.of("rotary_emb.inv_freq", "embeddings.position_ids"));

  @Override
  public String modelType() {
    return "llava";
  }

  @Override
  public WeightMap weightMap() {
    return WEIGHTS;
  }

  @Override
  public ModelConfig config(Checkpoint checkpoint) {
    ConfigObject config = new ConfigObject(checkpoint.config(), CONFIG);
    if (!config.has("text_config")) {
      throw new InputException(
          "Expected a LLaVA model in Hugging Face format, but config.json in %s has no text_config; choose the checkpoint's -hf variant."
              .formatted(checkpoint.folder()));
    }
    config.oneOf("vision_feature_select_strategy", "default", List.of("default"));
    VisionConfig vision = vision(config.object("vision_config"), config.has("vision_config"));
    int layer = config.integer("vision_feature_layer", -2);
    if (layer > vision.numHiddenLayers() || layer < -vision.numHiddenLayers() || layer == 0) {
      throw new InputException(
          "Expected vision_feature_layer within the %d layers of the vision tower, found %d in config.json."
              .formatted(vision.numHiddenLayers(), layer));
    }
    boolean tied = config.flag("tie_word_embeddings", false);
    return new ModelConfig(
        vision,
        decoder(config.object("text_config"), tied),
        layer,
        config.oneOf("projector_hidden_act", "gelu", ACTIVATIONS),
        config.flag("multimodal_projector_bias", true),
        config.integer("image_token_index", config.integer("image_token_id", 32000)));
  }

  /** Without a vision_config, LlavaConfig means CLIP ViT-L/14 at 336 pixels. */
  private static VisionConfig vision(ConfigObject c, boolean given) {
    c.oneOf("model_type", "clip_vision_model", List.of("clip_vision_model"));
    VisionConfig vision =
        new VisionConfig(
            c.size("hidden_size", given ? 768 : 1024),
            c.size("intermediate_size", given ? 3072 : 4096),
            c.layers("num_hidden_layers", given ? 12 : 24),
            c.size("num_attention_heads", given ? 12 : 16),
            c.size("image_size", given ? 224 : 336),
            c.size("patch_size", given ? 32 : 14),
            c.oneOf("hidden_act", "quick_gelu", ACTIVATIONS),
            c.number("layer_norm_eps", 1e-5));
    requireDivides("num_attention_heads", vision.numAttentionHeads(), vision.hiddenSize());
    if (vision.patchSize() > vision.imageSize()) {
      throw new InputException(
          "Expected patch_size to be at most image_size in config.json, found %d and %d."
              .formatted(vision.patchSize(), vision.imageSize()));
    }
    return vision;
  }

  private static DecoderConfig decoder(ConfigObject c, boolean tied) {
    String type = c.oneOf("model_type", "llama", List.of("llama", "mistral"));
    boolean mistral = type.equals("mistral");
    c.oneOf("hidden_act", "silu", List.of("silu"));
    int hiddenSize = c.size("hidden_size", 4096);
    int heads = c.size("num_attention_heads", 32);
    int keyValueHeads = c.size("num_key_value_heads", mistral ? 8 : heads);
    requireDivides("num_key_value_heads", keyValueHeads, heads);
    if (!c.has("head_dim")) {
      requireDivides("num_attention_heads", heads, hiddenSize);
    }
    int positions = c.size("max_position_embeddings", mistral ? 131072 : 2048);
    return new DecoderConfig(
        hiddenSize,
        c.size("intermediate_size", mistral ? 14336 : 11008),
        c.layers("num_hidden_layers", 32),
        heads,
        keyValueHeads,
        c.size("head_dim", Math.max(1, hiddenSize / heads)),
        c.size("vocab_size", 32000),
        // Up to its window, sliding attention is plain attention.
        Math.min(positions, mistral ? window(c) : positions),
        c.number("rms_norm_eps", 1e-6),
        ropeTheta(c),
        !mistral && c.flag("attention_bias", false),
        !mistral && c.flag("mlp_bias", false),
        tied || c.flag("tie_word_embeddings", false));
  }

  private static int window(ConfigObject c) {
    boolean none = c.json().has("sliding_window") && !c.has("sliding_window");
    return none ? Integer.MAX_VALUE : c.size("sliding_window", 4096);
  }

  /** transformers 5 writes rope_parameters, earlier ones rope_theta and rope_scaling. */
  private static double ropeTheta(ConfigObject c) {
    for (String key : List.of("rope_scaling", "rope_parameters")) {
      ConfigObject rope = c.object(key);
      rope.oneOf("rope_type", rope.text("type", "default"), List.of("default"));
    }
    return c.object("rope_parameters").number("rope_theta", c.number("rope_theta", 10000));
  }

  private static void requireDivides(String key, int divisor, int number) {
    if (number % divisor != 0) {
      throw new InputException(
          "Expected %s in config.json to divide %d, found %d.".formatted(key, number, divisor));
    }
  }

  @Override
  public ImageProcessor imageProcessor(Checkpoint checkpoint, Fit fit) {
    String file = "preprocessor_config.json";
    ConfigObject c = new ConfigObject(checkpoint.optional(file), file);
    if (c.integer("resample", BICUBIC) != BICUBIC) {
      throw new InputException(
          "Expected bicubic resampling (resample 3) in "
              + file
              + ", found "
              + c.json().get("resample")
              + ".");
    }
    VisionConfig vision = config(checkpoint).vision();
    return new ImageProcessor(
        vision.imageSize(),
        vision.patchSize(),
        channels(c, "image_mean", CLIP_MEAN),
        channels(c, "image_std", CLIP_STD),
        c.number("rescale_factor", 1 / 255.0),
        fit);
  }

  private static double[] channels(ConfigObject c, String key, double[] byDefault) {
    double[] values = c.numbers(key).stream().mapToDouble(Double::doubleValue).toArray();
    if (values.length != 0 && values.length != byDefault.length) {
      throw new InputException(
          "Expected 3 values for %s in %s, found %d.".formatted(key, c.where(), values.length));
    }
    return values.length == 0 ? byDefault : values;
  }

  @Override
  public PromptTemplate template(Checkpoint checkpoint) {
    String jinja = "";
    if (checkpoint.has("chat_template.jinja")) {
      jinja = checkpoint.text("chat_template.jinja");
    }
    for (String file :
        List.of("chat_template.json", "processor_config.json", "tokenizer_config.json")) {
      if (jinja.isBlank()) {
        jinja = new ConfigObject(checkpoint.optional(file), file).text("chat_template", "");
      }
    }
    if (!jinja.isBlank()) {
      return PromptTemplate.recognise(jinja);
    }
    ConfigObject text = new ConfigObject(checkpoint.config(), CONFIG).object("text_config");
    boolean mistral = text.text("model_type", "llama").equals("mistral");
    return mistral ? PromptTemplate.MISTRAL : PromptTemplate.VICUNA_V1;
  }

  @Override
  public Set<Integer> eosIds(Checkpoint checkpoint) {
    String file = "generation_config.json";
    ConfigObject generation = new ConfigObject(checkpoint.optional(file), file);
    ConfigObject text = new ConfigObject(checkpoint.config(), CONFIG).object("text_config");
    List<Double> ids = generation.numbers("eos_token_id");
    if (ids.isEmpty()) {
      ids = text.numbers("eos_token_id");
    }
    Set<Integer> eos = new HashSet<>();
    ids.forEach(id -> eos.add(id.intValue()));
    return eos.isEmpty() ? Set.of(2) : eos;
  }
}

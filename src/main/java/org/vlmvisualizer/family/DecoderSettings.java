package org.vlmvisualizer.family;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.core.DecoderConfig;
import org.vlmvisualizer.core.InputException;

/**
 * The configuration of a decoder by its {@code model_type}: what the types differ in, and what
 * their keys mean.
 *
 * <p>Defaults of absent keys are those of transformers 4.57.6: LlamaConfig, MistralConfig,
 * Qwen2Config, Qwen3Config.
 */
enum DecoderSettings {
  LLAMA(32000, 11008, 0, 2048),
  MISTRAL(32000, 14336, 8, 131072),
  QWEN2(151936, 22016, 32, 32768),
  QWEN3(151936, 22016, 32, 32768);

  private static final int QWEN3_HEAD_DIM = 128;

  private final int vocabSize;
  private final int intermediateSize;
  private final int keyValueHeads;
  private final int positions;

  /**
   * @param keyValueHeads 0 for as many as heads
   */
  DecoderSettings(int vocabSize, int intermediateSize, int keyValueHeads, int positions) {
    this.vocabSize = vocabSize;
    this.intermediateSize = intermediateSize;
    this.keyValueHeads = keyValueHeads;
    this.positions = positions;
  }

  /**
   * The type that an object of config.json names; without a name, LLaMA.
   *
   * @throws InputException if it is not supported
   */
  static DecoderSettings of(ConfigObject c) {
    List<String> names = Stream.of(values()).map(DecoderSettings::modelType).toList();
    return values()[names.indexOf(c.oneOf("model_type", LLAMA.modelType(), names))];
  }

  /** Whether there is a type of this name. */
  static boolean knows(String modelType) {
    return Stream.of(values()).anyMatch(type -> type.modelType().equals(modelType));
  }

  String modelType() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @param c the object with the decoder's sizes
   * @param tied whether the logits' weights are the embeddings, though {@code c} does not say so
   * @throws InputException if it asks for what is not supported
   */
  DecoderConfig config(ConfigObject c, boolean tied) {
    c.oneOf("hidden_act", "silu", List.of("silu"));
    int hiddenSize = c.size("hidden_size", 4096);
    int layers = c.count("num_hidden_layers", 32);
    int heads = c.count("num_attention_heads", 32);
    boolean none = isNull(c, "num_key_value_heads") || keyValueHeads == 0;
    int keyHeads = c.count("num_key_value_heads", none ? heads : keyValueHeads);
    c.requireDivides("num_key_value_heads", keyHeads, heads);
    boolean attentionBias = (this == LLAMA || this == QWEN3) && c.flag("attention_bias", false);
    int window = window(c, layers);
    return new DecoderConfig(
        hiddenSize,
        c.size("intermediate_size", intermediateSize),
        layers,
        heads,
        keyHeads,
        headDim(c, hiddenSize, heads),
        c.size("vocab_size", vocabSize),
        Math.min(c.size("max_position_embeddings", positions), window),
        c.number("rms_norm_eps", 1e-6),
        RopeSettings.of(c),
        this == QWEN2 || attentionBias,
        attentionBias,
        this == LLAMA && c.flag("mlp_bias", false),
        this == QWEN3,
        tied || c.flag("tie_word_embeddings", false),
        window);
  }

  /** The same with tokens placed by time, row and column. */
  DecoderConfig multimodal(ConfigObject c, boolean tied) {
    DecoderConfig plain = config(c, tied);
    List<Integer> axes = RopeSettings.axes(c, plain.headDim() / 2, this == QWEN3);
    return plain.with(plain.rope().on(axes));
  }

  private int headDim(ConfigObject c, int hiddenSize, int heads) {
    if (!c.has("head_dim") && this != QWEN3) {
      c.requireDivides("num_attention_heads", heads, hiddenSize);
    }
    int size = c.size("head_dim", this == QWEN3 ? QWEN3_HEAD_DIM : Math.max(1, hiddenSize / heads));
    if (size % 2 != 0) {
      throw c.unexpected("an even number", "head_dim", Integer.toString(size));
    }
    return size;
  }

  /** How far a token looks back in the layers that look back least. */
  private int window(ConfigObject c, int layers) {
    boolean slides =
        switch (this) {
          case LLAMA -> false;
          case MISTRAL -> true;
          case QWEN2, QWEN3 -> qwenSlides(c, layers);
        };
    return slides && !isNull(c, "sliding_window")
        ? c.size("sliding_window", 4096)
        : Integer.MAX_VALUE;
  }

  /** Qwen says by layer whether it slides, or from which layer on. */
  private static boolean qwenSlides(ConfigObject c, int layers) {
    boolean allowed = c.flag("use_sliding_window", false);
    if (!c.has("layer_types")) {
      return allowed && c.integer("max_window_layers", 28) < layers;
    }
    JsonElement types = c.json().get("layer_types");
    List<String> names =
        types.isJsonArray()
            ? StreamSupport.stream(types.getAsJsonArray().spliterator(), false)
                .map(JsonElement::toString)
                .toList()
            : List.of();
    boolean full = names.stream().allMatch("\"full_attention\""::equals);
    boolean known = List.of("\"full_attention\"", "\"sliding_attention\"").containsAll(names);
    if (names.size() != layers || !known || !full && !allowed) {
      throw c.unexpected(
          "full_attention or, with use_sliding_window, sliding_attention for each of %d layers"
              .formatted(layers),
          "layer_types");
    }
    return !full;
  }

  /** Whether a key is there and says none, where its absence means a default. */
  private static boolean isNull(ConfigObject c, String key) {
    return JsonNull.INSTANCE.equals(c.json().get(key));
  }
}

package org.vlmvisualizer.family;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.core.DecoderConfig;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.RopeConfig;

/**
 * The decoder of Gemma 3, by its text_config.
 *
 * <p>Defaults of absent keys are those of transformers 4.57.6: Gemma3TextConfig.
 */
final class Gemma3Decoder {
  private static final String FULL = "full_attention";
  private static final String SLIDING = "sliding_attention";
  private static final String PARAMETERS = "rope_parameters";

  private static final Map<String, Object> DEFAULTS =
      Map.ofEntries(
          Map.entry("vocab_size", 262208),
          Map.entry("hidden_size", 2304),
          Map.entry("intermediate_size", 9216),
          Map.entry("num_hidden_layers", 26),
          Map.entry("num_attention_heads", 8),
          Map.entry("num_key_value_heads", 4),
          Map.entry("head_dim", 256),
          Map.entry("max_position_embeddings", 131072),
          Map.entry("rms_norm_eps", 1e-6),
          Map.entry("rope_theta", 1e6),
          Map.entry("rope_local_base_freq", 1e4),
          Map.entry("query_pre_attn_scalar", 256),
          Map.entry("sliding_window", 4096),
          Map.entry("tie_word_embeddings", true),
          Map.entry("eos_token_id", 1));

  private Gemma3Decoder() {}

  /** The text_config of config.json, whole. */
  static ConfigObject text(ConfigObject config) {
    ConfigObject own = config.object("text_config");
    JsonObject all = own.json().deepCopy();
    DEFAULTS.forEach((key, value) -> all.asMap().putIfAbsent(key, primitive(value)));
    return new ConfigObject(all, own.where());
  }

  private static JsonElement primitive(Object value) {
    return value instanceof Number number
        ? new JsonPrimitive(number)
        : new JsonPrimitive((Boolean) value);
  }

  /**
   * @param c its {@link #text}
   * @param tied whether the logits' weights are the embeddings, though {@code c} does not say so
   * @throws InputException if it asks for what is not supported
   */
  static DecoderConfig config(ConfigObject c, boolean tied) {
    c.oneOf("model_type", "gemma3_text", List.of("gemma3_text"));
    c.oneOf("hidden_activation", DecoderConfig.TANH_GELU, List.of(DecoderConfig.TANH_GELU));
    refuseFlag(c, "attention_bias");
    refuseFlag(c, "use_bidirectional_attention");
    refuseValue(c, "attn_logit_softcapping");
    refuseValue(c, "final_logit_softcapping");
    int layers = c.count("num_hidden_layers", 0);
    int heads = c.count("num_attention_heads", 0);
    int keyHeads = c.count("num_key_value_heads", 0);
    c.requireDivides("num_key_value_heads", keyHeads, heads);
    int headDim = c.size("head_dim", 0);
    if (headDim % 2 != 0) {
      throw c.unexpected("an even number", "head_dim");
    }
    int hiddenSize = c.size("hidden_size", 0);
    return new DecoderConfig(
        hiddenSize,
        c.size("intermediate_size", 0),
        layers,
        heads,
        keyHeads,
        headDim,
        c.size("vocab_size", 0),
        c.size("max_position_embeddings", 0),
        c.number("rms_norm_eps", 0),
        rope(c, FULL, "rope_theta", "rope_scaling"),
        false,
        false,
        false,
        true,
        tied || c.flag("tie_word_embeddings", true),
        Integer.MAX_VALUE,
        new DecoderConfig.Style(
            DecoderConfig.TANH_GELU,
            Math.sqrt(hiddenSize),
            Math.sqrt(headDim / (double) c.size("query_pre_attn_scalar", 0)),
            1,
            true),
        new DecoderConfig.Sight(
            true,
            sliding(c, layers),
            c.size("sliding_window", 0),
            rope(c, SLIDING, "rope_local_base_freq", "")),
        false);
  }

  private static void refuseFlag(ConfigObject c, String key) {
    if (c.flag(key, false)) {
      throw c.unexpected("false", key);
    }
  }

  private static void refuseValue(ConfigObject c, String key) {
    if (c.has(key)) {
      throw c.unexpected("none", key);
    }
  }

  /**
   * transformers 5 writes rope_parameters of each kind of layer, earlier ones the keys that are
   * named here.
   *
   * @param scaling empty for none
   */
  private static RopeConfig rope(ConfigObject c, String kind, String theta, String scaling) {
    JsonObject own = new JsonObject();
    own.add("rope_theta", c.json().get(theta));
    if (c.has(scaling)) {
      own.add("rope_scaling", c.json().get(scaling));
    }
    if (c.has(PARAMETERS)) {
      ConfigObject parameters = c.object(PARAMETERS);
      if (!parameters.has(kind)) {
        throw c.unexpected("an object with full_attention and sliding_attention", PARAMETERS);
      }
      own.add(PARAMETERS, parameters.object(kind).json());
    }
    return RopeSettings.of(new ConfigObject(own, c.where()));
  }

  /** By layer_types, or all but every sixth, or whichever sliding_window_pattern says. */
  private static List<Boolean> sliding(ConfigObject c, int layers) {
    int pattern = c.count("sliding_window_pattern", 6);
    if (!c.has("layer_types")) {
      return IntStream.range(0, layers).mapToObj(i -> (i + 1) % pattern != 0).toList();
    }
    JsonElement types = c.json().get("layer_types");
    List<String> names =
        types.isJsonArray()
            ? types.getAsJsonArray().asList().stream().map(JsonElement::toString).toList()
            : List.of();
    List<String> known = List.of('"' + FULL + '"', '"' + SLIDING + '"');
    if (names.size() != layers || !known.containsAll(names)) {
      throw c.unexpected(
          "full_attention or sliding_attention for each of %d layers".formatted(layers),
          "layer_types");
    }
    return names.stream().map(known.get(1)::equals).toList();
  }
}

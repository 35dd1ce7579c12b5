package org.vlmvisualizer.family;

import java.util.List;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.core.DecoderConfig;
import org.vlmvisualizer.core.RopeConfig;

/**
 * The configuration of a LLaMA or Mistral decoder.
 *
 * <p>Defaults of absent keys are those of transformers 4.57: LlamaConfig, MistralConfig.
 */
final class LlamaDecoder {
  private LlamaDecoder() {}

  /**
   * @param c the object with the decoder's sizes
   * @param mistral whether defaults are Mistral's
   * @param tied whether the logits' weights are the embeddings, though {@code c} does not say so
   * @throws InputException if it asks for what is not supported
   */
  static DecoderConfig config(ConfigObject c, boolean mistral, boolean tied) {
    c.oneOf("hidden_act", "silu", List.of("silu"));
    int hiddenSize = c.size("hidden_size", 4096);
    int heads = c.count("num_attention_heads", 32);
    int keyValueHeads = c.count("num_key_value_heads", mistral ? 8 : heads);
    c.requireDivides("num_key_value_heads", keyValueHeads, heads);
    if (!c.has("head_dim")) {
      c.requireDivides("num_attention_heads", heads, hiddenSize);
    }
    int window = mistral ? window(c) : Integer.MAX_VALUE;
    int positions = c.size("max_position_embeddings", mistral ? 131072 : 2048);
    return new DecoderConfig(
        hiddenSize,
        c.size("intermediate_size", mistral ? 14336 : 11008),
        c.count("num_hidden_layers", 32),
        heads,
        keyValueHeads,
        c.size("head_dim", Math.max(1, hiddenSize / heads)),
        c.size("vocab_size", 32000),
        Math.min(positions, window),
        c.number("rms_norm_eps", 1e-6),
        new RopeConfig(ropeTheta(c)),
        !mistral && c.flag("attention_bias", false),
        !mistral && c.flag("mlp_bias", false),
        tied || c.flag("tie_word_embeddings", false),
        window);
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
}

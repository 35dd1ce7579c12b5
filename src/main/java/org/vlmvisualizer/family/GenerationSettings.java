package org.vlmvisualizer.family;

import com.google.gson.JsonElement;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.core.CleanText;
import org.vlmvisualizer.core.Generation;
import org.vlmvisualizer.core.InputException;

/**
 * What a checkpoint says about how its answers are generated. Answers are greedy, so that {@code
 * do_sample}, {@code temperature}, {@code top_k} and {@code top_p} do not count; whatever else
 * would change them is obeyed, or refused by name.
 *
 * <p>Source: transformers 4.57, generation/configuration_utils.py and generation/utils.py.
 */
final class GenerationSettings {
  private static final String FILE = "generation_config.json";

  /** Settings that are not supported, with the values at which they do nothing. */
  private static final Map<String, String> UNSUPPORTED =
      Map.ofEntries(
          Map.entry("num_beams", "1"),
          Map.entry("num_beam_groups", "1"),
          Map.entry("num_return_sequences", "1"),
          Map.entry("constraints", ""),
          Map.entry("force_words_ids", ""),
          Map.entry("penalty_alpha", "0"),
          Map.entry("dola_layers", ""),
          Map.entry("prompt_lookup_num_tokens", ""),
          Map.entry("assistant_early_exit", ""),
          Map.entry("guidance_scale", "1"),
          Map.entry("sequence_bias", ""),
          Map.entry("encoder_repetition_penalty", "1"),
          Map.entry("encoder_no_repeat_ngram_size", "0"),
          Map.entry("bad_words_ids", ""),
          Map.entry("forced_bos_token_id", ""),
          Map.entry("forced_eos_token_id", ""),
          Map.entry("exponential_decay_length_penalty", ""),
          Map.entry("watermarking_config", ""),
          Map.entry("token_healing", "false"),
          Map.entry("stop_strings", ""),
          Map.entry("max_time", ""));

  private final List<ConfigObject> sources;

  private GenerationSettings(List<ConfigObject> sources) {
    this.sources = sources;
  }

  /**
   * Of generation_config.json; without one, of config.json, first its outermost object.
   *
   * @param text the decoder's object in config.json
   * @param overPrompt whether the model is given the prompt as ids, so that it counts as repeated
   * @throws InputException if it asks for what is not supported
   */
  static Generation of(Checkpoint checkpoint, ConfigObject text, boolean overPrompt) {
    ConfigObject config = checkpoint.config();
    ConfigObject file = checkpoint.settings(FILE);
    GenerationSettings settings =
        new GenerationSettings(checkpoint.has(FILE) ? List.of(file) : List.of(config, text));
    settings.refuseUnsupported();
    return new Generation(
        eosIds(List.of(file, config, text), text.text("model_type", "llama")),
        settings.penalty(),
        settings.count("no_repeat_ngram_size"),
        settings.ids("suppress_tokens"),
        settings.ids("begin_suppress_tokens"),
        // As in transformers, min_new_tokens takes the place of min_length.
        settings.has("min_new_tokens") ? 0 : settings.count("min_length"),
        settings.count("min_new_tokens"),
        overPrompt);
  }

  private void refuseUnsupported() {
    UNSUPPORTED.forEach(
        (key, neutral) -> {
          for (ConfigObject source : sources) {
            if (source.has(key) && !isNeutral(source.json().get(key), neutral)) {
              throw new InputException(
                  "Expected settings for greedy answers, but %s sets %s to %s, which is not supported; remove it there to ask without."
                      .formatted(
                          source.where(),
                          key,
                          CleanText.cut(source.json().get(key).toString(), 60)));
            }
          }
        });
  }

  private boolean has(String key) {
    return sources.stream().anyMatch(c -> c.has(key));
  }

  private static boolean isNeutral(JsonElement value, String neutral) {
    if (!value.isJsonPrimitive()) {
      return value.isJsonArray() && value.getAsJsonArray().isEmpty();
    }
    boolean number = value.getAsJsonPrimitive().isNumber() && neutral.matches("\\d");
    return number
        ? value.getAsDouble() == Double.parseDouble(neutral)
        : value.getAsString().equals(neutral);
  }

  /** The first of the objects in which a setting is another than where it does nothing. */
  private ConfigObject source(String key, double neutral) {
    return sources.stream()
        .filter(c -> c.has(key) && c.number(key, neutral) != neutral)
        .findFirst()
        .orElse(sources.get(0));
  }

  private double penalty() {
    String key = "repetition_penalty";
    ConfigObject source = source(key, 1);
    double penalty = source.number(key, 1);
    if (!((float) penalty > 0)) {
      throw source.unexpected("a positive number", key, Double.toString(penalty));
    }
    return penalty;
  }

  private int count(String key) {
    ConfigObject source = source(key, 0);
    int count = source.integer(key, 0);
    if (count < 0) {
      throw source.unexpected("0 or more", key, Integer.toString(count));
    }
    return count;
  }

  private Set<Integer> ids(String key) {
    Set<Integer> ids = new HashSet<>();
    sources.stream()
        .filter(c -> c.has(key))
        .findFirst()
        .ifPresent(c -> c.numbers(key).forEach(id -> ids.add(id.intValue())));
    return ids;
  }

  /** Where nothing says it, LLaMA's and Mistral's own is 2, and Qwen's have none. */
  private static Set<Integer> eosIds(List<ConfigObject> sources, String type) {
    return sources.stream()
        .map(c -> c.numbers("eos_token_id"))
        .filter(ids -> !ids.isEmpty())
        .findFirst()
        .map(ids -> Set.copyOf(ids.stream().map(Double::intValue).toList()))
        .orElse(type.contains("qwen") ? Set.of() : Set.of(2));
  }
}

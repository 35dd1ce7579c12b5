package org.vlmvisualizer.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.core.DecoderConfig;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.RopeConfig;

/** What a decoder's object in config.json means, with the defaults of transformers 4.57.6. */
class DecoderSettingsTest {
  private static final int NONE = Integer.MAX_VALUE;

  /**
   * @param keys as in JSON, with single quotes and without the outer braces
   */
  private static DecoderConfig read(String keys) {
    JsonObject object =
        JsonParser.parseString("{" + keys.replace('\'', '"') + "}").getAsJsonObject();
    ConfigObject c = new ConfigObject(object, "text_config of config.json");
    return DecoderSettings.of(c).config(c, false);
  }

  private static DecoderConfig defaults(
      int vocabulary,
      int intermediate,
      int keyHeads,
      int positions,
      boolean qkvBias,
      boolean qkNorm,
      int window) {
    return new DecoderConfig(
        4096,
        intermediate,
        32,
        32,
        keyHeads,
        128,
        vocabulary,
        positions,
        1e-6,
        new RopeConfig(10000, new RopeConfig.Plain()),
        qkvBias,
        false,
        false,
        qkNorm,
        false,
        window);
  }

  @Test
  void absentKeysTakeTheDefaultsOfTheType() {
    assertEquals(defaults(32000, 11008, 32, 2048, false, false, NONE), read(""));
    assertEquals(
        defaults(32000, 14336, 8, 4096, false, false, 4096), read("'model_type': 'mistral'"));
    assertEquals(
        defaults(151936, 22016, 32, 32768, true, false, NONE), read("'model_type': 'qwen2'"));
    assertEquals(
        defaults(151936, 22016, 32, 32768, false, true, NONE), read("'model_type': 'qwen3'"));
  }

  @Test
  void nullMeansNoneWhereAbsenceMeansADefault() {
    assertEquals(
        32, read("'model_type': 'mistral', 'num_key_value_heads': null").numKeyValueHeads());
    DecoderConfig open = read("'model_type': 'mistral', 'sliding_window': null");
    assertEquals(NONE, open.slidingWindow());
    assertEquals(131072, open.maxPositionEmbeddings());
  }

  @Test
  void attentionBiasCountsWhereTheTypeHasIt() {
    assertTrue(read("'attention_bias': true").outputBias());
    assertTrue(read("'model_type': 'qwen3', 'attention_bias': true").qkvBias());
    assertEquals(
        read("'model_type': 'qwen2'"), read("'model_type': 'qwen2', 'attention_bias': true"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "'sliding_window': 64, 'max_window_layers': 0 | 32768",
        "'use_sliding_window': true, 'sliding_window': 64, 'max_window_layers': 32 | 32768",
        "'use_sliding_window': true, 'sliding_window': 64, 'max_window_layers': 31 | 64",
        "'use_sliding_window': true, 'sliding_window': 64 | 64",
        "'use_sliding_window': true, 'sliding_window': null, 'max_window_layers': 0 | 32768",
        "'num_hidden_layers': 2, 'layer_types': ['full_attention', 'full_attention'] | 32768",
        "'use_sliding_window': true, 'num_hidden_layers': 2, 'layer_types': ['full_attention', 'sliding_attention'] | 4096",
      })
  void qwenIsRunAsFarAsNoLayerSlides(String keys, int longest) {
    for (String type : new String[] {"qwen2", "qwen3"}) {
      assertEquals(
          longest, read("'model_type': '%s', %s".formatted(type, keys)).maxPositionEmbeddings());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "'rope_theta': 5.5 | 5.5",
        "'rope_scaling': null, 'rope_theta': 5.5 | 5.5",
        "'rope_scaling': {'rope_type': 'default'}, 'rope_theta': 5.5 | 5.5",
        "'rope_parameters': {'rope_type': 'default', 'rope_theta': 7} | 7",
      })
  void plainRotaryEmbeddingsHaveABase(String keys, double theta) {
    assertEquals(new RopeConfig(theta, new RopeConfig.Plain()), read(keys).rope());
  }

  @Test
  void scaledRotaryEmbeddings() {
    assertEquals(
        new RopeConfig(10000, new RopeConfig.Linear(2)),
        read("'rope_scaling': {'type': 'linear', 'factor': 2.0}").rope());
    assertEquals(
        new RopeConfig(500000, new RopeConfig.Llama3(8, 1, 4, 8192)),
        read("'rope_theta': 500000, 'rope_scaling': {'rope_type': 'llama3', 'factor': 8, "
                + "'low_freq_factor': 1, 'high_freq_factor': 4, "
                + "'original_max_position_embeddings': 8192}")
            .rope());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "'model_type': 'gemma' | model_type",
        "'hidden_act': 'gelu' | hidden_act",
        "'head_dim': 7 | head_dim",
        "'hidden_size': 33 | num_attention_heads",
        "'partial_rotary_factor': 0.5 | partial_rotary_factor",
        "'rope_scaling': {'rope_type': 'yarn', 'factor': 4} | rope_type",
        "'rope_scaling': {'type': 'yarn', 'factor': 2} | rope_type",
        "'rope_scaling': {'type': 'linear', 'rope_type': 'llama3'} | type",
        "'rope_scaling': {'factor': 2} | rope_type",
        "'rope_scaling': {'type': 'linear'} | factor",
        "'rope_scaling': {'type': 'linear', 'factor': 0} | factor",
        "'rope_scaling': {'type': 'linear', 'factor': 2}, 'rope_parameters': {'rope_type': 'default'} | rope_type",
        "'rope_scaling': {'type': 'llama3', 'factor': 8, 'low_freq_factor': 4, 'high_freq_factor': 4, 'original_max_position_embeddings': 9} | high_freq_factor",
        "'rope_scaling': {'type': 'llama3', 'factor': 8, 'low_freq_factor': 1, 'high_freq_factor': 4} | original_max_position_embeddings",
        "'model_type': 'qwen2', 'layer_types': ['full_attention'] | layer_types",
        "'model_type': 'qwen2', 'num_hidden_layers': 1, 'layer_types': 'full_attention' | layer_types",
        "'model_type': 'qwen2', 'num_hidden_layers': 1, 'layer_types': ['sliding_attention'] | layer_types",
        "'model_type': 'qwen3', 'num_hidden_layers': 1, 'layer_types': ['linear_attention'] | layer_types",
      })
  void whatIsNotSupportedIsRefusedByName(String keys, String name) {
    InputException refusal = assertThrows(InputException.class, () -> read(keys));
    PlainSentence.check(refusal.getMessage());
    assertTrue(refusal.getMessage().contains(name), refusal.getMessage());
  }
}

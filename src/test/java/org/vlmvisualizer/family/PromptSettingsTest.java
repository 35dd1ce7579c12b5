package org.vlmvisualizer.family;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.json.StrictJson;

/** How a checkpoint is asked and what ends its answer, where its files say little about it. */
class PromptSettingsTest {
  @TempDir Path folder;

  private static ConfigObject config(String json) {
    return new ConfigObject(StrictJson.object(json.replace('\'', '"')), "config.json");
  }

  @ParameterizedTest
  @CsvSource({
    "mistral, 32064, MISTRAL",
    "llama, 32064, VICUNA_V1",
    "llava_llama, 32000, VICUNA_V1_EOS",
    "llama, 64064, CHATML_DIRECT",
    "llama, 128320, LLAMA_3",
    "qwen2, 152000, INTERLEAVE",
    "qwen3, 151936, INTERLEAVE",
    "llava_mistral, 32000, MISTRAL",
    "llava_llama, 128256, LLAMA_3",
    "llava_qwen, 151936, CHATML",
    "llava_qwen2, 152064, HUATUO"
  })
  void withoutATemplateTheDecoderDecides(String type, int tokens, String template) {
    ConfigObject c = config("{'model_type': '%s', 'vocab_size': %d}".formatted(type, tokens));
    assertEquals(template, DefaultTemplate.of(c).name());
  }

  private Set<Integer> eosIds(String decoder, String generation) throws IOException {
    Files.writeString(folder.resolve("config.json"), "{}");
    Path file = folder.resolve("generation_config.json");
    Files.deleteIfExists(file);
    if (!generation.isEmpty()) {
      Files.writeString(file, "{\"eos_token_id\": " + generation + "}");
    }
    ConfigObject text = config("{'model_type': '" + decoder + "'}");
    return GenerationSettings.of(Checkpoint.open(folder), text, true).eosIds();
  }

  @ParameterizedTest
  @CsvSource({
    "qwen2, '[151645, 151643]', '151645 151643'",
    "llama, '[128001, 128009]', '128001 128009'",
    "llama, 49279, 49279",
    "llama, '', 2",
    "mistral, '', 2",
    "qwen2, '', ''",
    "qwen3, '', ''"
  })
  void endsAnswersAsTransformersDoes(String decoder, String generation, String expected)
      throws IOException {
    Set<Integer> ids =
        Arrays.stream(expected.split(" "))
            .filter(id -> !id.isEmpty())
            .map(Integer::valueOf)
            .collect(Collectors.toSet());
    assertEquals(ids, eosIds(decoder, generation));
  }

  @Test
  void settingsOfConfigCountWithoutTheFile() throws IOException {
    ConfigObject text = config("{'model_type': 'qwen2', 'eos_token_id': 7}");
    Files.writeString(folder.resolve("config.json"), "{}");
    assertEquals(Set.of(7), GenerationSettings.of(Checkpoint.open(folder), text, true).eosIds());
  }
}

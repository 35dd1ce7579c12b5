package org.vlmvisualizer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.CheckpointCopy;
import org.vlmvisualizer.Golden;

/**
 * Settings beside the weights that would change pixels, prompt or answer, and are not supported,
 * are refused by name.
 */
class CheckpointSettingsTest {
  @TempDir Path folder;

  private CheckpointCopy copy() {
    return CheckpointCopy.of("llama-mha", folder);
  }

  private String refused(CheckpointCopy copy, String... options) throws Exception {
    List<String> arguments = CliRun.arguments(folder, options);
    arguments.set(arguments.indexOf("--model") + 1, copy.folder.toString());
    return CliRun.refusal(1, folder, arguments);
  }

  private void refusedNaming(CheckpointCopy copy, String... words) throws Exception {
    String sentence = refused(copy);
    for (String word : words) {
      assertTrue(sentence.contains(word), "'" + word + "' in: " + sentence);
    }
  }

  private static void put(JsonObject json, String key, String value) {
    json.add(key, JsonParser.parseString(value));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "do_resize | false",
        "resample | 4",
        "image_processor_type | \"LlavaNextImageProcessor\"",
        "image_processor_type | \"ViTImageProcessorFast\"",
        "size | {\"shortest_edge\": 32}",
        "size | {\"longest_edge\": 28}",
        "size | {\"height\": 28, \"width\": 30}",
        "size | 224",
        "size | [28, 30]",
        "crop_size | 27",
        "crop_size | {\"height\": 28}",
        "do_normalize | \"yes\"",
        "image_std | [1, 1]",
        "image_std | [1, 0, 1]"
      })
  void imageProcessor(String key, String value) throws Exception {
    refusedNaming(
        copy().edit("preprocessor_config.json", json -> put(json, key, value)),
        key,
        "preprocessor_config.json");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"do_center_crop | false", "size | {\"height\": 28, \"width\": 28}"})
  void croppingWhereTheProcessorDoesNot(String key, String value) throws Exception {
    String sentence =
        refused(
            copy().edit("preprocessor_config.json", json -> put(json, key, value)),
            "--fit",
            "crop");
    assertTrue(sentence.contains(key) && sentence.contains("fit=pad"), sentence);
  }

  @Test
  void twoImageProcessorsThatDiffer() throws Exception {
    refusedNaming(
        copy()
            .edit(
                "processor_config.json",
                json ->
                    put(
                        json,
                        "image_processor",
                        "{\"size\": {\"shortest_edge\": 28}, \"do_normalize\": false}")),
        "image_processor of processor_config.json",
        "preprocessor_config.json");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "patch_size | 14",
        "num_additional_image_tokens | 0",
        "vision_feature_select_strategy | \"full\"",
        "image_token | \"<img>\""
      })
  void processor(String key, String value) throws Exception {
    refusedNaming(
        copy().edit("processor_config.json", json -> put(json, key, value)),
        key,
        "processor_config.json");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "num_beams | 4",
        "penalty_alpha | 0.6",
        "bad_words_ids | [[5]]",
        "sequence_bias | [[[5], 1.0]]",
        "guidance_scale | 1.5",
        "encoder_repetition_penalty | 1.1",
        "forced_eos_token_id | 2",
        "exponential_decay_length_penalty | [5, 1.1]",
        "prompt_lookup_num_tokens | 3",
        "dola_layers | \"low\"",
        "stop_strings | [\".\"]",
        "repetition_penalty | 0",
        "no_repeat_ngram_size | -1"
      })
  void generation(String key, String value) throws Exception {
    refusedNaming(
        copy().edit("generation_config.json", json -> put(json, key, value)),
        key,
        "generation_config.json");
  }

  @Test
  void generationOfConfigAlone() throws Exception {
    refusedNaming(
        copy()
            .delete("generation_config.json")
            .edit(
                "config.json",
                json -> json.getAsJsonObject("text_config").addProperty("num_beams", 2)),
        "num_beams",
        "text_config of config.json");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tokenizer_class | \"BertTokenizer\"",
        "add_prefix_space | false",
        "bos_token | \"<nowhere>\"",
        "image_token | \"<img>\"",
        "extra_special_tokens | {\"image_token\": \"<img>\"}"
      })
  void tokenizer(String key, String value) throws Exception {
    refusedNaming(
        copy()
            .edit(
                "tokenizer_config.json",
                json -> {
                  json.remove("image_token");
                  json.remove("extra_special_tokens");
                  put(json, key, value);
                }),
        key,
        "tokenizer_config.json");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 13, 316, 383})
  void imageTokenIndexOfAnotherToken(int id) throws Exception {
    refusedNaming(
        copy().edit("config.json", json -> json.addProperty("image_token_index", id)),
        "image_token_index " + id,
        "382");
  }

  @Test
  void imageTokenByTwoNames() throws Exception {
    refusedNaming(
        copy().edit("config.json", json -> json.addProperty("image_token_id", 5)),
        "image_token_id",
        "image_token_index 382");
  }

  @Test
  void lmHeadOfATiedModelDoesNotCount() throws Exception {
    CheckpointCopy copy = CheckpointCopy.of("llama-tied-system", folder).add("lm_head.weight");
    CliRun run =
        CliRun.of(CliRun.arguments(folder, "--model", copy.folder.toString(), "--system", "keep"));
    assertEquals(0, run.exitCode(), run.err());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"quant_method\": \"bitsandbytes\", \"load_in_4bit\": true} | bitsandbytes",
        "{\"quant_method\": \"gptq\", \"bits\": 4} | gptq",
        "{\"quant_method\": \"awq\"} | awq"
      })
  void quantised(String value, String method) throws Exception {
    refusedNaming(
        copy().edit("config.json", json -> put(json, "quantization_config", value)),
        "quantization_config",
        method,
        "plain checkpoint");
  }

  @Test
  void gguf() throws Exception {
    Path model = folder.resolve("gguf");
    Files.createDirectory(model);
    Files.writeString(model.resolve("llava-Q4.gguf"), "GGUF");
    for (Path named : List.of(model, model.resolve("llava-Q4.gguf"))) {
      String sentence =
          CliRun.refusal(1, folder, CliRun.arguments(folder, "--model", named.toString()));
      assertTrue(sentence.contains("llava-Q4.gguf is in GGUF format"), sentence);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "chat_template.jinja",
        "chat_template.json",
        "processor_config.json",
        "tokenizer_config.json"
      })
  void chatTemplateWhereverItIs(String file) throws Exception {
    String template = Golden.chatTemplate().replace("'ASSISTANT:'", "'ASSISTANT: '");
    CheckpointCopy copy = copy();
    JsonObject json = new JsonObject();
    json.addProperty("chat_template", template);
    switch (file) {
      case "chat_template.jinja" -> copy.write(file, template);
      case "chat_template.json" -> copy.write(file, json.toString());
      default -> copy.edit(file, own -> own.addProperty("chat_template", template));
    }
    refusedNaming(copy, file, "template=");
  }

  @Test
  void oneOfSeveralChatTemplates() throws Exception {
    CheckpointCopy copy = copy();
    copy.edit(
        "tokenizer_config.json",
        json ->
            put(
                json,
                "chat_template",
                "[{\"name\": \"tool_use\", \"template\": \"a\"}, {\"name\": \"default\", \"template\": \"b\"}]"));
    refusedNaming(copy, "tokenizer_config.json", "template=");
  }

  @Test
  void aWindowIsNotBlamedOnTheAnswer() throws Exception {
    CheckpointCopy copy = CheckpointCopy.of("mistral-gqa-bfloat16", folder);
    copy.edit(
        "config.json",
        json -> json.getAsJsonObject("text_config").addProperty("sliding_window", 60));
    String sentence = refused(copy, "--length", "40");
    assertTrue(sentence.contains("sliding_window"), sentence);
    assertTrue(sentence.contains("set length to at most "), sentence);
    copy.edit(
        "config.json",
        json -> json.getAsJsonObject("text_config").addProperty("sliding_window", 20));
    sentence = refused(copy, "--length", "1");
    assertTrue(sentence.contains("sliding_window"), sentence);
    assertTrue(sentence.contains("the prompt alone has "), sentence);
  }

  @Test
  void modelTypeIsSaidOfWhat() throws Exception {
    refusedNaming(
        copy()
            .edit(
                "config.json",
                json -> json.getAsJsonObject("text_config").addProperty("model_type", "gemma2")),
        "model_type in text_config of config.json");
  }

  @Test
  void aKindOfTokenizerThatIsLackingIsNotBlamedOnTheFile() throws Exception {
    refusedNaming(
        copy()
            .edit(
                "tokenizer.json",
                json -> json.getAsJsonObject("model").addProperty("type", "Unigram")),
        "Unigram",
        "not supported, choose another model");
  }
}

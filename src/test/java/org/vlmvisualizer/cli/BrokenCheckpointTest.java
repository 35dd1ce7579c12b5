package org.vlmvisualizer.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.CheckpointCopy;

/** Checkpoints that are broken or lie are refused in one sentence that names the fault. */
class BrokenCheckpointTest {
  private static final String NORM = "language_model.model.norm.weight";

  @TempDir Path folder;

  private CheckpointCopy copy() {
    return CheckpointCopy.of("llama-mha", folder);
  }

  private void refused(CheckpointCopy copy, String... words) throws Exception {
    String sentence =
        CliRun.refusal(1, folder, CliRun.arguments(folder, "--model", copy.folder.toString()));
    for (String word : words) {
      assertTrue(sentence.contains(word), "'" + word + "' in: " + sentence);
    }
  }

  private static Consumer<JsonObject> offsets(long start, long end) {
    return json -> {
      JsonArray offsets = new JsonArray();
      offsets.add(start);
      offsets.add(end);
      json.getAsJsonObject(NORM).add("data_offsets", offsets);
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"config.json", "tokenizer.json", "model.safetensors"})
  void missingFile(String file) throws Exception {
    refused(copy().delete(file), file);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "3", "null", "no JSON", "{\"a\": ", "\u0000", "{\"a\" 1}"})
  void brokenConfig(String text) throws Exception {
    refused(copy().write("config.json", text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "{", "{\"model\": {\"vocab\": 3}}", "{\"model\": null}"})
  void brokenTokenizer(String text) throws Exception {
    refused(copy().write("tokenizer.json", text), "tokenizer.json");
  }

  @Test
  void tokenizerThatIsOnlyAVocabulary() throws Exception {
    refused(
        copy().write("tokenizer.json", "{\"model\": {\"vocab\": {\"a\": 0}}}"), "tokenizer.json");
  }

  @Test
  void tokenizerLargerThanTheEmbedding() throws Exception {
    refused(
        copy()
            .edit(
                "tokenizer.json",
                json ->
                    json.getAsJsonObject("model").getAsJsonObject("vocab").addProperty("new", 392)),
        "392",
        "393");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mamba", "", "gemma4"})
  void unsupportedModelTypeIsNamedWithThoseSupported(String type) throws Exception {
    refused(
        copy().edit("config.json", json -> json.addProperty("model_type", type)),
        "'" + type + "'",
        "llava");
  }

  @Test
  void sectionsOfPositionsThatAreMissing() throws Exception {
    refused(
        copy().edit("config.json", json -> json.addProperty("model_type", "qwen2_vl")),
        "mrope_section",
        "found none");
  }

  @ParameterizedTest
  @CsvSource({
    "num_hidden_layers, 3",
    "num_hidden_layers, 0",
    "num_hidden_layers, -1",
    "num_hidden_layers, 268435456",
    "num_attention_heads, 3",
    "num_key_value_heads, 2",
    "head_dim, 1e300",
    "hidden_size, 33",
    "hidden_size, 1.5",
    "vocab_size, 391",
    "vocab_size, 100000000000",
    "max_position_embeddings, 10",
    "rms_norm_eps, -5",
    "rope_theta, 0",
    "rope_theta, -1"
  })
  void decoderThatTheWeightsAreNotOf(String key, String value) throws Exception {
    JsonPrimitive number = new JsonPrimitive(new java.math.BigDecimal(value));
    refused(
        copy().edit("config.json", json -> json.getAsJsonObject("text_config").add(key, number)));
  }

  @ParameterizedTest
  @CsvSource({
    "num_hidden_layers, 4",
    "num_hidden_layers, 268435456",
    "image_size, 268435456",
    "image_size, 35",
    "patch_size, 29",
    "hidden_size, 0",
    "num_attention_heads, 5"
  })
  void visionTowerThatTheWeightsAreNotOf(String key, int value) throws Exception {
    refused(
        copy()
            .edit(
                "config.json",
                json -> json.getAsJsonObject("vision_config").addProperty(key, value)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-9, 0.01, 0.1, 0.5, 0.999999})
  void weightsCutShort(double share) throws Exception {
    refused(
        copy().bytes(file -> Arrays.copyOf(file, (int) (share * file.length))),
        "model.safetensors",
        "ownload it again");
  }

  @Test
  void weightsWithTheirLastByteCutOffOrOneTooMany() throws Exception {
    CheckpointCopy copy = copy().bytes(file -> Arrays.copyOf(file, file.length - 1));
    refused(copy, "model.safetensors");
    refused(copy.bytes(file -> Arrays.copyOf(file, file.length + 2)), "model.safetensors");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, 99_999_999, 100_000_001, Long.MAX_VALUE, Long.MIN_VALUE})
  void headerLengthThatCannotBe(long length) throws Exception {
    refused(
        copy()
            .bytes(
                file -> {
                  ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
                  return file;
                }),
        "header");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 128",
    "100000000, 100000128",
    "-128, 0",
    "128, 0",
    "9223372036854775000, 9223372036854775128",
    "-9223372036854775808, 9223372036854775807"
  })
  void offsetsThatLie(long start, long end) throws Exception {
    refused(copy().header(offsets(start, end)), "model.safetensors");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NaN",
        "[]",
        "{\"x\": 1}",
        "{\"x\": {}}",
        "{\"x\": {\"dtype\": \"F32\", \"shape\": [NaN], \"data_offsets\": [0, NaN]}}",
        "{\"x\": {\"dtype\": \"F32\", \"shape\": {}, \"data_offsets\": [0]}}",
        "{\"x\": {\"dtype\": \"Q4\", \"shape\": [1], \"data_offsets\": [0, 4]}}",
        "{\"x\": {\"dtype\": null, \"shape\": [1], \"data_offsets\": [0, 4]}}",
        "{\"x\": {\"dtype\": \"F32\", \"shape\": [99999999999, 99999999999], \"data_offsets\": [0, 4]}}"
      })
  void headersThatLie(String header) throws Exception {
    refused(copy().headerText(text -> header), "model.safetensors");
  }

  @Test
  void missingTensorIsNamed() throws Exception {
    refused(
        copy().header(json -> json.add("something.else", json.remove(NORM))),
        "language_model.norm.weight",
        "missing");
  }

  @Test
  void unusedTensorIsNamed() throws Exception {
    refused(copy().add("adapter.weight"), "adapter.weight", "not part");
  }

  @Test
  void tensorOfAnotherShapeIsNamed() throws Exception {
    refused(
        copy()
            .header(
                json -> {
                  JsonArray shape = new JsonArray();
                  shape.add(4);
                  shape.add(8);
                  json.getAsJsonObject(NORM).add("shape", shape);
                }),
        NORM,
        "[32]",
        "[4, 8]");
  }

  @Test
  void weightsThatAreNoNumbers() throws Exception {
    refused(
        copy()
            .bytes(
                file -> {
                  int start = 8 + CheckpointCopy.headerLength(file);
                  Arrays.fill(file, start, file.length, (byte) 0xff);
                  return file;
                }));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model-00009.safetensors",
        "../golden.safetensors",
        "/etc/passwd",
        "..",
        "a\0b",
        ""
      })
  void indexThatNamesAFileNotThere(String name) throws Exception {
    CheckpointCopy sharded = CheckpointCopy.of("llama-gqa-sharded", folder);
    refused(
        sharded.edit(
            "model.safetensors.index.json",
            json -> {
              JsonObject map = json.getAsJsonObject("weight_map");
              map.addProperty(map.keySet().iterator().next(), name);
            }));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[]", "{\"weight_map\": 3}", "{\"weight_map\": {\"a\": {}}}"})
  void brokenIndex(String text) throws Exception {
    CheckpointCopy sharded = CheckpointCopy.of("llama-gqa-sharded", folder);
    refused(sharded.write("model.safetensors.index.json", text), "index.json");
  }

  @Test
  void chatTemplateThatIsNotKnown() throws Exception {
    refused(copy().write("chat_template.jinja", "{{ messages }}"), "template");
  }
}

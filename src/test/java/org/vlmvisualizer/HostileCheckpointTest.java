package org.vlmvisualizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.Safetensors;
import org.vlmvisualizer.checkpoint.TestFiles;
import org.vlmvisualizer.checkpoint.TorchFile;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.family.Families;
import org.vlmvisualizer.family.ModelFamily;

/** Checkpoints that ask for too much, or for what is none of theirs, within a second and 100 MB. */
class HostileCheckpointTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "text_config,vocab_size,1e9,vocab_size",
    "text_config,vocab_size,200000000,200000000",
    "text_config,hidden_size,1e9,hidden_size",
    "text_config,intermediate_size,200000000,200000000",
    "text_config,num_hidden_layers,1e9,num_hidden_layers",
    "text_config,num_hidden_layers,1024,layers.2.",
    "text_config,max_position_embeddings,1e9,max_position_embeddings",
    "vision_config,num_hidden_layers,1e9,num_hidden_layers",
    "vision_config,image_size,1e9,image_size",
    "vision_config,image_size,268435456,image_size",
    "vision_config,image_size,4000,image_size",
  })
  void refusesSizesThatNoWeightHas(String section, String key, String value, String named) {
    Path golden = Golden.ROOT.resolve("llama-mha/checkpoint");
    TestFiles.copy(golden, folder.resolve("copy"));
    JsonObject config = json(golden.resolve("config.json"));
    config.getAsJsonObject(section).add(key, JsonParser.parseString(value));
    write(folder.resolve("copy/config.json"), config.toString());
    refused(named, () -> open(folder.resolve("copy")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x.bin", "/etc/passwd", "a\\\\b", "C:x", "..", ".", "", "a\\u0000b"})
  void opensNothingOutsideTheFolder(String name) {
    write(folder.resolve("config.json"), "{}");
    write(
        folder.resolve("pytorch_model.bin.index.json"),
        "{\"weight_map\":{\"a\":\"" + name + "\"}}");
    refused("is not opened", () -> Checkpoint.open(folder).tensors());
  }

  @Test
  void refusesDeepJson() {
    write(folder.resolve("config.json"), "{\"a\":" + "[".repeat(1_000_000));
    refused("config.json", () -> Checkpoint.open(folder));
    write(folder.resolve("config.json"), " ".repeat(3 << 20));
    refused("2 MiB", () -> Checkpoint.open(folder));
  }

  /** Each hides a quotation mark, and brackets behind it, from a reader that looks for strings. */
  @ParameterizedTest
  @ValueSource(
      strings = {"/*\"*/{", "//\"\n{", "#\"\n{", "{'\"':1,", "{a\":1,", "{\"a\":x\",", "{"})
  void refusesDeepTokenizersInEverySpelling(String start) {
    Path golden = Golden.ROOT.resolve("llama-mha/checkpoint");
    TestFiles.copy(golden, folder.resolve("copy"));
    Checkpoint checkpoint = Checkpoint.open(folder.resolve("copy"));
    ModelFamily family = Families.of(checkpoint);
    String tokenizer = json(golden.resolve("tokenizer.json")).toString().substring(1);
    String deep = start + "\"deep\":" + "[".repeat(100_000) + "]".repeat(100_000) + ",";
    write(folder.resolve("copy/tokenizer.json"), deep + tokenizer);
    refused("tokenizer.json", () -> family.encoder(checkpoint, family.config(checkpoint)));
  }

  /** As many objects as fit: each instruction or bracket makes one. */
  @ParameterizedTest
  @ValueSource(strings = {"}", "]", ")", "(", "}]", "]\u0094", "G\0\0\0\0\0\0\0\0", "K\1\u0085"})
  void boundsTheMemoryOfPickles(String instructions) {
    String pickle = "\u0080\u0002" + instructions.repeat(1_048_000 / instructions.length());
    Path file = folder.resolve("x.bin");
    TestFiles.write(file, TestFiles.torch(pickle, List.of(), true));
    refused("x.bin", () -> TorchFile.list(file));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{\"a\":", "[[],", "[{},"})
  void boundsTheMemoryOfHeaders(String start) {
    String header = start + "[],".repeat(((2 << 20) - 100) / 3);
    String length = "\0\0\0\0\0\0\0\0";
    byte[] content = TestFiles.latin(length + header);
    ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).putLong(content.length - 8);
    Path file = TestFiles.write(folder.resolve("x.safetensors"), content);
    refused("x.safetensors", () -> Safetensors.list(file));
  }

  @ParameterizedTest
  @CsvSource({
    "use_dora,true,use_dora",
    "peft_type,\"IA3\",peft_type",
    "rank_pattern,{\"q_proj\":8},rank_pattern",
    "init_lora_weights,\"pissa\",init_lora_weights",
    "r,5,rank 5",
    "target_modules,[\"q_proj\"; \"experts\"],experts",
    "modules_to_save,[\"embed_tokens\"],embed_tokens",
    "base_model_name_or_path,\"some/where\",put it there",
    "base_model_name_or_path,\"..\",put it there",
    "base_model_name_or_path,\"x/checkpoint\",put it there",
  })
  void refusesAdaptersByName(String key, String value, String named) {
    Path golden = Golden.ROOT.resolve("hugging-face-lora");
    TestFiles.copy(golden.resolve("checkpoint"), folder.resolve("checkpoint"));
    TestFiles.copy(golden.resolve("base"), folder.resolve("base"));
    Path file = folder.resolve("checkpoint/adapter_config.json");
    JsonObject config = json(file);
    config.add(key, JsonParser.parseString(value.replace(';', ',')));
    write(file, config.toString());
    refused(named, () -> open(folder.resolve("checkpoint")));
  }

  /** An adapter of modules that this base has not. */
  @Test
  void refusesUnknownTargetModules() {
    Path golden = Golden.ROOT.resolve("hugging-face-lora");
    TestFiles.copy(golden.resolve("base"), folder.resolve("base"));
    TestFiles.copy(golden.resolve("checkpoint"), folder.resolve("checkpoint"));
    Path weights = folder.resolve("checkpoint/adapter_model.safetensors");
    String text = new String(TestFiles.read(weights), StandardCharsets.ISO_8859_1);
    TestFiles.write(
        weights, TestFiles.latin(text.replace("0.self_attn.q_proj", "9.self_attn.q_proj")));
    refused("layers.9.self_attn.q_proj", () -> open(folder.resolve("checkpoint")));
  }

  /** The tower is nowhere: the message says what to put where. */
  @Test
  void saysWhereTheVisionTowerGoes() {
    Path golden = Golden.ROOT.resolve("original-safetensors-beside/checkpoint");
    TestFiles.copy(golden, folder.resolve("copy"));
    refused("tiny-clip", () -> open(folder.resolve("copy")));
  }

  /** What a hub would do: other checkpoints lie wherever it says. */
  @Test
  void findsOtherCheckpointsWhereItIsTold() {
    Path golden = Golden.ROOT.resolve("hugging-face-lora");
    TestFiles.copy(golden.resolve("checkpoint"), folder.resolve("copy"));
    Checkpoint checkpoint =
        Checkpoint.open(
            folder.resolve("copy"),
            (from, name) -> {
              assertEquals("somewhere/base", name);
              return golden.resolve("base");
            });
    assertEquals("llava", checkpoint.config().text("model_type", ""));
  }

  private static Object open(Path folder) {
    Checkpoint checkpoint = Checkpoint.open(folder);
    ModelFamily family = Families.of(checkpoint);
    return family.weights(checkpoint, family.config(checkpoint));
  }

  private static void refused(String named, Supplier<Object> reader) {
    AtomicReference<InputException> told = new AtomicReference<>();
    Mutator.bounded(named, () -> told.set(assertThrows(InputException.class, () -> reader.get())));
    assertTrue(told.get().getMessage().contains(named), told.get().getMessage());
  }

  private static JsonObject json(Path file) {
    String text = new String(TestFiles.read(file), StandardCharsets.UTF_8);
    return JsonParser.parseString(text).getAsJsonObject();
  }

  private static void write(Path file, String content) {
    TestFiles.write(file, content.getBytes(StandardCharsets.UTF_8));
  }
}

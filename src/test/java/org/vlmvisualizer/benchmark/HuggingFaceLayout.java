package org.vlmvisualizer.benchmark;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.vlmvisualizer.core.VisionConfig;
import org.vlmvisualizer.family.WeightShapes;

/** The layout of llava-hf/llava-1.5-7b-hf: safetensors shards of 5 GB, all in one folder. */
final class HuggingFaceLayout {
  static final int VOCABULARY = 32064;

  private static final long SHARD_BYTES = 5_000_000_000L;
  private static final Path TINY = Path.of("src/test/resources/golden/llama-mha/checkpoint");

  private HuggingFaceLayout() {}

  static void write(Path folder, LlavaSize size) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), config(size));
    for (String file :
        List.of(
            "tokenizer.json",
            "generation_config.json",
            "tokenizer_config.json",
            "special_tokens_map.json")) {
      Files.writeString(folder.resolve(file), Files.readString(TINY.resolve(file)));
    }
    Files.writeString(
        folder.resolve("preprocessor_config.json"),
        RandomCheckpoint.preprocessor(size.vision().imageSize()));
    Files.writeString(
        folder.resolve("processor_config.json"),
        "{\"processor_class\": \"LlavaProcessor\", \"patch_size\": %d, \"vision_feature_select_strategy\": \"default\", \"num_additional_image_tokens\": 1}"
            .formatted(size.vision().patchSize()));
    List<RandomTensor> tensors =
        WeightShapes.of(size.config(VOCABULARY)).entrySet().stream()
            .map(e -> new RandomTensor(stored(e.getKey()), e.getKey(), e.getValue(), size.type()))
            .toList();
    RandomCheckpoint.writeShards(
        folder,
        "model-%05d-of-%05d.safetensors",
        RandomCheckpoint.HUGGING_FACE_INDEX,
        RandomTensor.shards(tensors, SHARD_BYTES),
        HuggingFaceLayout::writeShard);
  }

  private static String config(LlavaSize size) throws IOException {
    JsonObject tiny =
        JsonParser.parseString(Files.readString(TINY.resolve("config.json"))).getAsJsonObject();
    VisionConfig v = size.vision();
    return """
        {"model_type": "llava", "architectures": ["LlavaForConditionalGeneration"],
         "image_token_index": %d, "image_seq_length": %d, "vision_feature_layer": -2,
         "vision_feature_select_strategy": "default", "projector_hidden_act": "gelu",
         "tie_word_embeddings": false, "torch_dtype": "%s",
         "text_config": {"model_type": "llama", "hidden_size": %d, "intermediate_size": %d,
          "num_hidden_layers": %d, "num_attention_heads": %d, "num_key_value_heads": %d,
          "vocab_size": %d, "max_position_embeddings": 4096, "rms_norm_eps": 1e-05},
         "vision_config": {"model_type": "clip_vision_model", "hidden_size": %d,
          "intermediate_size": %d, "num_hidden_layers": %d, "num_attention_heads": %d,
          "image_size": %d, "patch_size": %d, "projection_dim": 768, "vocab_size": 32000}}
        """
        .formatted(
            tiny.get("image_token_index").getAsInt(),
            v.numPatches(),
            size.torchType(),
            size.hidden(),
            size.intermediate(),
            size.layers(),
            size.heads(),
            size.heads(),
            VOCABULARY,
            v.hiddenSize(),
            v.intermediateSize(),
            v.numHiddenLayers(),
            v.numAttentionHeads(),
            v.imageSize(),
            v.patchSize());
  }

  /** The names of most files on the hub. */
  private static String stored(String canonical) {
    return canonical
        .replaceFirst("^language_model\\.", "language_model.model.")
        .replaceFirst("^lm_head\\.", "language_model.lm_head.")
        .replaceFirst("^vision_tower\\.", "vision_tower.vision_model.");
  }

  private static void writeShard(Path file, List<RandomTensor> tensors) throws IOException {
    JsonObject header = new JsonObject();
    long offset = 0;
    for (RandomTensor tensor : tensors) {
      JsonObject entry = new JsonObject();
      entry.addProperty("dtype", tensor.type().name());
      entry.add("shape", array(tensor.shape()));
      entry.add("data_offsets", array(offset, offset + tensor.bytes()));
      offset += tensor.bytes();
      header.add(tensor.name(), entry);
    }
    JsonObject metadata = new JsonObject();
    metadata.addProperty("format", "pt");
    header.add("__metadata__", metadata);
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
      out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).array());
      out.write(json);
      for (RandomTensor tensor : tensors) {
        tensor.writeTo(out);
      }
    }
  }

  private static JsonArray array(long... values) {
    JsonArray array = new JsonArray();
    for (long value : values) {
      array.add(value);
    }
    return array;
  }
}

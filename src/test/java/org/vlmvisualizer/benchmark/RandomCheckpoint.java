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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.WeightShapes;
import org.vlmvisualizer.family.Families;

/**
 * Writes a seeded random checkpoint of full size in Hugging Face layout, bfloat16, for timings
 * where no trained weights can be had: {@code RandomCheckpoint FOLDER llava-1.5-7b|llava-1b}. The
 * tokenizer is that of a tiny test model.
 */
public final class RandomCheckpoint {
  private static final long SHARD_BYTES = 5_000_000_000L;
  private static final Path TINY = Path.of("src/test/resources/golden/llama-mha/checkpoint");

  private RandomCheckpoint() {}

  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 2) {
      System.err.println("Usage: RandomCheckpoint FOLDER llava-1.5-7b|llava-1b");
      System.exit(2);
    }
    write(Path.of(arguments[0]), arguments[1]);
  }

  /** Does nothing if the folder already holds this checkpoint whole. */
  static void write(Path folder, String size) throws IOException {
    Path index = folder.resolve("model.safetensors.index.json");
    if (Files.exists(index)) {
      return;
    }
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), config(size).toString());
    for (String file :
        List.of(
            "tokenizer.json",
            "generation_config.json",
            "chat_template.jinja",
            "tokenizer_config.json",
            "special_tokens_map.json")) {
      Files.writeString(folder.resolve(file), Files.readString(TINY.resolve(file)));
    }
    Files.writeString(
        folder.resolve("preprocessor_config.json"),
        "{\"image_processor_type\": \"CLIPImageProcessor\", \"resample\": 3,"
            + " \"size\": {\"shortest_edge\": 336},"
            + " \"crop_size\": {\"height\": 336, \"width\": 336}}");
    Files.writeString(
        folder.resolve("processor_config.json"),
        "{\"processor_class\": \"LlavaProcessor\", \"patch_size\": 14,"
            + " \"vision_feature_select_strategy\": \"default\","
            + " \"num_additional_image_tokens\": 1}");
    Checkpoint checkpoint = Checkpoint.open(folder);
    Map<String, long[]> shapes = WeightShapes.of(Families.of(checkpoint).config(checkpoint));
    JsonObject weightMap = new JsonObject();
    List<Map<String, long[]>> shards = shards(shapes);
    for (int i = 0; i < shards.size(); i++) {
      String name = "model-%05d-of-%05d.safetensors".formatted(i + 1, shards.size());
      writeShard(folder.resolve(name), shards.get(i), i);
      shards.get(i).keySet().forEach(tensor -> weightMap.addProperty(stored(tensor), name));
    }
    JsonObject json = new JsonObject();
    json.add("metadata", new JsonObject());
    json.add("weight_map", weightMap);
    // Last: its presence says that the rest is whole.
    Files.writeString(index, json.toString());
  }

  private static JsonObject config(String size) throws IOException {
    JsonObject tiny =
        JsonParser.parseString(Files.readString(TINY.resolve("config.json"))).getAsJsonObject();
    int imageToken = tiny.get("image_token_index").getAsInt();
    boolean small = size.equals("llava-1b");
    return JsonParser.parseString(
            """
            {"model_type": "llava", "architectures": ["LlavaForConditionalGeneration"],
             "image_token_index": %d, "image_seq_length": 576, "vision_feature_layer": -2,
             "vision_feature_select_strategy": "default", "projector_hidden_act": "gelu",
             "tie_word_embeddings": false, "torch_dtype": "bfloat16",
             "text_config": {"model_type": "llama", "hidden_size": %d, "intermediate_size": %d,
              "num_hidden_layers": %d, "num_attention_heads": %d, "num_key_value_heads": %d,
              "vocab_size": 32064, "max_position_embeddings": 4096, "rms_norm_eps": 1e-05},
             "vision_config": {"model_type": "clip_vision_model", "hidden_size": 1024,
              "intermediate_size": 4096, "num_hidden_layers": 24, "num_attention_heads": 16,
              "image_size": 336, "patch_size": 14, "projection_dim": 768, "vocab_size": 32000}}
            """
                .formatted(
                    imageToken,
                    small ? 2048 : 4096,
                    small ? 5504 : 11008,
                    small ? 18 : 32,
                    small ? 16 : 32,
                    small ? 16 : 32))
        .getAsJsonObject();
  }

  private static List<Map<String, long[]>> shards(Map<String, long[]> shapes) {
    List<Map<String, long[]>> shards = new ArrayList<>();
    long bytes = SHARD_BYTES;
    for (Map.Entry<String, long[]> e : shapes.entrySet()) {
      if (bytes >= SHARD_BYTES) {
        shards.add(new LinkedHashMap<>());
        bytes = 0;
      }
      shards.get(shards.size() - 1).put(e.getKey(), e.getValue());
      bytes += 2 * elements(e.getValue());
    }
    return shards;
  }

  /** The names of most files on the hub. */
  private static String stored(String canonical) {
    return canonical
        .replaceFirst("^language_model\\.", "language_model.model.")
        .replaceFirst("^lm_head\\.", "language_model.lm_head.")
        .replaceFirst("^vision_tower\\.", "vision_tower.vision_model.");
  }

  private static void writeShard(Path file, Map<String, long[]> shapes, int seed)
      throws IOException {
    JsonObject header = new JsonObject();
    long offset = 0;
    for (Map.Entry<String, long[]> e : shapes.entrySet()) {
      JsonObject entry = new JsonObject();
      entry.addProperty("dtype", "BF16");
      JsonArray shape = new JsonArray();
      for (long size : e.getValue()) {
        shape.add(size);
      }
      entry.add("shape", shape);
      JsonArray offsets = new JsonArray();
      offsets.add(offset);
      offset += 2 * elements(e.getValue());
      offsets.add(offset);
      entry.add("data_offsets", offsets);
      header.add(stored(e.getKey()), entry);
    }
    JsonObject metadata = new JsonObject();
    metadata.addProperty("format", "pt");
    header.add("__metadata__", metadata);
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    SplittableRandom random = new SplittableRandom(seed);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
      out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).array());
      out.write(json);
      for (Map.Entry<String, long[]> e : shapes.entrySet()) {
        boolean norm = e.getKey().contains("norm") && e.getKey().endsWith("weight");
        writeValues(out, elements(e.getValue()), norm, random);
      }
    }
  }

  /** Uniform in ±0.035 (standard deviation 0.02); weights of norms are 1. */
  private static void writeValues(
      OutputStream out, long count, boolean ones, SplittableRandom random) throws IOException {
    byte[] chunk = new byte[1 << 16];
    for (long done = 0; done < count; ) {
      int n = (int) Math.min(chunk.length / 2, count - done);
      for (int i = 0; i < n; i++) {
        float value = ones ? 1 : (random.nextInt() >> 8) * (0.035f / (1 << 23));
        int bits = Float.floatToRawIntBits(value) >>> 16;
        chunk[2 * i] = (byte) bits;
        chunk[2 * i + 1] = (byte) (bits >>> 8);
      }
      out.write(chunk, 0, 2 * n);
      done += n;
    }
  }

  private static long elements(long[] shape) {
    long elements = 1;
    for (long size : shape) {
      elements *= size;
    }
    return elements;
  }
}

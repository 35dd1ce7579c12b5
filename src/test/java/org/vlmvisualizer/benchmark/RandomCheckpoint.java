package org.vlmvisualizer.benchmark;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes a seeded random checkpoint of full size, for timings where no trained weights can be had:
 * {@code RandomCheckpoint FOLDER SIZE}. A size with "-original" behind it is written as LLaVA's
 * authors do, the vision tower in a folder beside; others as transformers does. The tokenizer is
 * that of a tiny test model.
 */
public final class RandomCheckpoint {
  static final String HUGGING_FACE_INDEX = "model.safetensors.index.json";
  static final String ORIGINAL_INDEX = "pytorch_model.bin.index.json";
  private static final String ORIGINAL = "-original";

  /** Writes the tensors of one file. */
  @FunctionalInterface
  interface ShardWriter {
    void write(Path file, List<RandomTensor> tensors) throws IOException;
  }

  private RandomCheckpoint() {}

  public static void main(String[] arguments) throws IOException {
    String name = arguments.length == 2 ? arguments[1].replaceFirst(ORIGINAL + "$", "") : "";
    LlavaSize size = LlavaSize.KNOWN.get(name);
    if (size == null) {
      System.err.printf(
          "Usage: RandomCheckpoint FOLDER SIZE%nwith SIZE one of %s, or one of them with %s%n",
          String.join(", ", LlavaSize.KNOWN.keySet()), ORIGINAL);
      System.exit(2);
    }
    write(Path.of(arguments[0]), size, arguments[1].endsWith(ORIGINAL));
  }

  /** Does nothing if the folder already holds such a checkpoint whole. */
  public static void write(Path folder, LlavaSize size, boolean original) throws IOException {
    if (Files.exists(folder.resolve(original ? ORIGINAL_INDEX : HUGGING_FACE_INDEX))) {
      return;
    }
    if (original) {
      OriginalLayout.write(folder, size);
    } else {
      HuggingFaceLayout.write(folder, size);
    }
  }

  /**
   * Writes shards, and the index last: its presence says that the rest is whole.
   *
   * @param names format of a shard's name, given its number from 1 on and how many there are
   */
  static void writeShards(
      Path folder, String names, String index, List<List<RandomTensor>> shards, ShardWriter writer)
      throws IOException {
    JsonObject weightMap = new JsonObject();
    long bytes = 0;
    for (int i = 0; i < shards.size(); i++) {
      String name = names.formatted(i + 1, shards.size());
      writer.write(folder.resolve(name), shards.get(i));
      for (RandomTensor tensor : shards.get(i)) {
        weightMap.addProperty(tensor.name(), name);
        bytes += tensor.bytes();
      }
    }
    JsonObject metadata = new JsonObject();
    metadata.addProperty("total_size", bytes);
    JsonObject json = new JsonObject();
    json.add("metadata", metadata);
    json.add("weight_map", weightMap);
    Files.writeString(folder.resolve(index), json.toString());
  }

  /** CLIP's preprocessor_config.json. */
  static String preprocessor(int imageSize) {
    return """
        {"image_processor_type": "CLIPImageProcessor", "crop_size": {"height": %1$d, "width": %1$d},
         "do_center_crop": true, "do_normalize": true, "do_resize": true,
         "image_mean": [0.48145466, 0.4578275, 0.40821073],
         "image_std": [0.26862954, 0.26130258, 0.27577711], "resample": 3,
         "size": {"shortest_edge": %1$d}}
        """
        .formatted(imageSize);
  }
}

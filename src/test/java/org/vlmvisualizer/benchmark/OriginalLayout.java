package org.vlmvisualizer.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.vlmvisualizer.checkpoint.StoredTensor.DType;
import org.vlmvisualizer.core.VisionConfig;
import org.vlmvisualizer.family.WeightShapes;

/**
 * The layout of liuhaotian/llava-v1.5-7b: PyTorch shards of 10 GB without the vision tower, which
 * lies in a folder beside as openai/clip-vit-large-patch14-336, text tower included.
 */
final class OriginalLayout {
  static final int VOCABULARY = 32000;
  static final String TOWER = "clip-vit-large-patch14-336";

  private static final long SHARD_BYTES = 10_000_000_000L;
  private static final Path TINY =
      Path.of("src/test/resources/golden/original-bin-inside/checkpoint");

  private OriginalLayout() {}

  static void write(Path folder, LlavaSize size) throws IOException {
    Files.createDirectories(folder);
    writeTower(folder.toAbsolutePath().resolveSibling(TOWER), size.vision());
    Files.writeString(folder.resolve("config.json"), config(size));
    Files.writeString(
        folder.resolve("generation_config.json"),
        "{\"bos_token_id\": 1, \"eos_token_id\": 2, \"pad_token_id\": 0}");
    for (String file : List.of("tokenizer.model", "tokenizer_config.json")) {
      Files.write(folder.resolve(file), Files.readAllBytes(TINY.resolve(file)));
    }
    List<RandomTensor> tensors =
        tensors(size, name -> !name.startsWith("vision_tower."), size.type());
    RandomCheckpoint.writeShards(
        folder,
        "pytorch_model-%05d-of-%05d.bin",
        RandomCheckpoint.ORIGINAL_INDEX,
        RandomTensor.shards(tensors, SHARD_BYTES),
        TorchFileWriter::write);
  }

  private static List<RandomTensor> tensors(LlavaSize size, Predicate<String> which, DType type) {
    return WeightShapes.of(size.config(VOCABULARY)).entrySet().stream()
        .filter(e -> which.test(e.getKey()))
        .map(e -> new RandomTensor(stored(e.getKey()), e.getKey(), e.getValue(), type))
        .toList();
  }

  private static String stored(String canonical) {
    return canonical
        .replaceFirst("^language_model\\.", "model.")
        .replaceFirst("^multi_modal_projector\\.linear_1\\.", "model.mm_projector.0.")
        .replaceFirst("^multi_modal_projector\\.linear_2\\.", "model.mm_projector.2.")
        .replaceFirst("^vision_tower\\.", "vision_model.");
  }

  /** The keys and the order of the published file. */
  private static String config(LlavaSize size) {
    return """
        {"_name_or_path": "llava-v1.5", "architectures": ["LlavaLlamaForCausalLM"],
         "bos_token_id": 1, "eos_token_id": 2, "freeze_mm_mlp_adapter": false,
         "freeze_mm_vision_resampler": false, "hidden_act": "silu", "hidden_size": %d,
         "image_aspect_ratio": "pad", "initializer_range": 0.02, "intermediate_size": %d,
         "max_length": 4096, "max_position_embeddings": 4096, "mm_hidden_size": %d,
         "mm_projector_type": "mlp2x_gelu", "mm_resampler_type": null,
         "mm_use_im_patch_token": false, "mm_use_im_start_end": false,
         "mm_vision_select_feature": "patch", "mm_vision_select_layer": -2,
         "mm_vision_tower": "openai/%s", "model_type": "llava",
         "num_attention_heads": %d, "num_hidden_layers": %d, "num_key_value_heads": %d,
         "pad_token_id": 0, "pretraining_tp": 1, "rms_norm_eps": 1e-05, "rope_scaling": null,
         "tie_word_embeddings": false, "torch_dtype": "%s", "transformers_version": "4.31.0",
         "tune_mm_mlp_adapter": false, "tune_mm_vision_resampler": false,
         "unfreeze_mm_vision_tower": false, "use_cache": true, "use_mm_proj": true,
         "vocab_size": %d}
        """
        .formatted(
            size.hidden(),
            size.intermediate(),
            size.vision().hiddenSize(),
            TOWER,
            size.heads(),
            size.layers(),
            size.heads(),
            size.torchType(),
            VOCABULARY);
  }

  private static void writeTower(Path folder, VisionConfig v) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("preprocessor_config.json"), RandomCheckpoint.preprocessor(v.imageSize()));
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"architectures": ["CLIPModel"], "initializer_factor": 1.0,
         "logit_scale_init_value": 2.6592, "model_type": "clip", "projection_dim": 768,
         "text_config": {"model_type": "clip_text_model", "hidden_size": 768,
          "intermediate_size": 3072, "num_attention_heads": 12, "num_hidden_layers": 12,
          "projection_dim": 768},
         "torch_dtype": "float32",
         "vision_config": {"model_type": "clip_vision_model", "hidden_size": %d,
          "intermediate_size": %d, "num_attention_heads": %d, "num_hidden_layers": %d,
          "image_size": %d, "patch_size": %d, "projection_dim": 768}}
        """
            .formatted(
                v.hiddenSize(),
                v.intermediateSize(),
                v.numAttentionHeads(),
                v.numHiddenLayers(),
                v.imageSize(),
                v.patchSize()));
    LlavaSize only = new LlavaSize(1, 1, 0, 1, v, DType.F32);
    List<RandomTensor> tensors = new ArrayList<>();
    add(tensors, "logit_scale", DType.F32);
    addText(tensors, v.hiddenSize());
    add(tensors, "vision_model.embeddings.position_ids", DType.I64, 1, v.numPatches() + 1);
    tensors.addAll(tensors(only, name -> name.startsWith("vision_tower."), DType.F32));
    TorchFileWriter.write(folder.resolve("pytorch_model.bin"), tensors);
  }

  /** CLIP's other half, in short: it is stored in the same file and must not be read. */
  private static void addText(List<RandomTensor> tensors, int visionSize) {
    Map<String, long[]> shapes =
        Map.of(
            "text_model.embeddings.token_embedding.weight", new long[] {49408, 768},
            "text_model.final_layer_norm.weight", new long[] {768},
            "text_projection.weight", new long[] {768, 768},
            "visual_projection.weight", new long[] {768, visionSize});
    shapes.keySet().stream()
        .sorted()
        .forEach(name -> add(tensors, name, DType.F32, shapes.get(name)));
  }

  private static void add(List<RandomTensor> tensors, String name, DType type, long... shape) {
    tensors.add(new RandomTensor(name, name, shape, type));
  }
}

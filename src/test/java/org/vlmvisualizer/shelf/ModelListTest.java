package org.vlmvisualizer.shelf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.family.Families;
import org.vlmvisualizer.family.ModelKind;
import org.vlmvisualizer.family.WeightShapes;
import org.vlmvisualizer.hub.HubId;
import org.vlmvisualizer.json.StrictJson;

class ModelListTest {
  private static final String IMG_PROCESSOR =
      "{'name': 'clip_vision_model', 'model_name': 'openai/clip-vit-large-patch14-336'}"
          .replace('\'', '"');
  private static final String EMBD_LAYER =
      ("{'embedding_cls': 'image', 'hd_transform_order': 'sub_glb', 'projection_cls': 'mlp',"
              + "'use_hd_transform': true, 'with_learnable_separator': true}")
          .replace('\'', '"');

  @TempDir Path folder;

  private static JsonObject file() throws Exception {
    try (InputStream in = ModelList.class.getResourceAsStream("models.json")) {
      return StrictJson.object(in.readAllBytes());
    }
  }

  /** What is shown can be run: its family takes a config.json of these sizes. */
  @Test
  void everyModelThatIsShownIsTakenByItsFamily() throws Exception {
    JsonObject file = file();
    int taken = 0;
    for (JsonElement entry : file.getAsJsonArray("models")) {
      JsonObject model = entry.getAsJsonObject();
      String id = model.get("id").getAsString();
      if (ModelList.find(id).isPresent()) {
        Checkpoint checkpoint = checkpoint(file, model, taken + id.replace('/', '-'));
        long matrices = matrices(checkpoint);
        double listed = ModelList.find(id).orElseThrow().size().parameters();
        assertEquals(1, listed / matrices, 1e-3, id);
        assertEquals(
            Families.of(checkpoint).pictures(checkpoint, PictureOptions.of(Fit.PAD)).mostTokens(),
            ModelList.find(id).orElseThrow().size().imageTokens(),
            id);
        taken++;
      }
    }
    assertEquals(ModelList.runnable().size(), taken);
    assertTrue(taken >= 3, "the demo and both LLaVA-1.5");
  }

  private static long matrices(Checkpoint checkpoint) {
    return WeightShapes.of(Families.of(checkpoint).config(checkpoint)).values().stream()
        .filter(shape -> shape.length > 1)
        .mapToLong(
            shape -> {
              long elements = 1;
              for (long size : shape) {
                elements *= size;
              }
              return elements;
            })
        .sum();
  }

  /**
   * A folder with config.json and no weights; in the original format, beside one with the tower's.
   */
  private Checkpoint checkpoint(JsonObject file, JsonObject model, String name) throws Exception {
    String type = model.get("model_type").getAsString();
    JsonObject decoder = part(file, "decoders", model.get("decoder"));
    JsonObject tower = part(file, "towers", model.get("tower"));
    decoder.add("vocab_size", model.get("vocab_size"));
    JsonObject config = new JsonObject();
    if (type.matches("llava_(llama|mistral|qwen2)")) {
      config = decoder;
      config.addProperty("mm_vision_tower", name + "-tower");
      config.addProperty("mm_projector_type", "mlp2x_gelu");
      config.add("mm_hidden_size", tower.get("hidden_size"));
      write(name + "-tower", tower);
    } else if (type.equals("qwen")) {
      config = decoder;
      config.addProperty("intermediate_size", 2 * decoder.get("intermediate_size").getAsInt());
      JsonObject visual = new JsonObject();
      visual.add("width", tower.get("hidden_size"));
      visual.add("layers", tower.get("num_hidden_layers"));
      config.add("visual", visual);
    } else if (type.equals("phi3_v")) {
      config = decoder;
      config.add("img_processor", StrictJson.object(IMG_PROCESSOR.getBytes()));
      config.add("embd_layer", StrictJson.object(EMBD_LAYER.getBytes()));
    } else {
      if (tower.get("model_type").getAsString().equals("siglip_vision_model")) {
        config.addProperty("vision_feature_layer", -1);
        config.addProperty("vision_feature_select_strategy", "full");
      }
      if (model.has("scale_factor")) {
        config.add("scale_factor", model.get("scale_factor"));
      }
      config.add("text_config", decoder);
      config.add("vision_config", tower);
    }
    config.addProperty("model_type", type);
    Path here = write(name, config);
    int side = tower.has("image_size") ? tower.get("image_size").getAsInt() : 0;
    JsonObject processor = processor(type, side);
    if (type.equals("phi3_v")) {
      processor.addProperty("num_crops", name.contains("3.5") ? 4 : 16);
    }
    Files.writeString(here.resolve("preprocessor_config.json"), processor.toString());
    return Checkpoint.open(here);
  }

  /** As on the hub, as far as it is not the same for all of a class. */
  private static JsonObject processor(String type, int side) {
    JsonObject processor = new JsonObject();
    String kind =
        switch (type) {
          case "llava_next", "llava_next_video" -> "LlavaNext";
          case "llava_onevision" -> "LlavaOnevision";
          case "idefics3" -> "Idefics3";
          case "smolvlm" -> "SmolVLM";
          case "qwen2_vl", "qwen2_5_vl", "qwen3_vl" -> "Qwen2VL";
          case "gemma3" -> "Gemma3";
          case "internvl" -> "GotOcr2";
          case "phi3_v" -> "Phi3V";
          default -> "CLIP";
        };
    processor.addProperty("image_processor_type", kind + "ImageProcessor");
    if (type.equals("idefics3") || type.equals("smolvlm")) {
      processor.add("size", edge(4 * side));
      processor.add("max_image_size", edge(side));
    } else if (type.equals("qwen3_vl")) {
      processor.addProperty("image_processor_type", kind + "ImageProcessorFast");
      JsonObject size = edge(16777216);
      size.addProperty("shortest_edge", 65536);
      processor.add("size", size);
      processor.addProperty("patch_size", 16);
    } else if (kind.equals("Qwen2VL")) {
      processor.addProperty("min_pixels", 3136);
      processor.addProperty("max_pixels", 12845056);
    }
    return processor;
  }

  private static JsonObject edge(int longest) {
    JsonObject edge = new JsonObject();
    edge.addProperty("longest_edge", longest);
    return edge;
  }

  private static JsonObject part(JsonObject file, String kind, JsonElement name) {
    return file.getAsJsonObject(kind).getAsJsonObject(name.getAsString()).deepCopy();
  }

  private Path write(String name, JsonObject config) throws Exception {
    Path here = Files.createDirectories(folder.resolve(name));
    Files.writeString(here.resolve("config.json"), config.toString());
    // No tensor at all: an empty header of two bytes.
    Files.write(here.resolve("model.safetensors"), new byte[] {2, 0, 0, 0, 0, 0, 0, 0, '{', '}'});
    return here;
  }

  @Test
  void modelsOfFamiliesToComeAreNotShown() {
    for (ListedModel model : ModelList.all()) {
      assertEquals(Families.run(model.kind()), ModelList.find(model.id()).isPresent(), model.id());
    }
    assertFalse(Families.run(new ModelKind("none", "llama", "clip_vision_model")));
    assertFalse(Families.run(new ModelKind("llava", "none", "clip_vision_model")));
    assertFalse(Families.run(new ModelKind("llava", "llama", "none")));
  }

  @Test
  void namesAreIdsAndTextsFitTheTable() {
    Set<String> ids = new HashSet<>();
    for (ListedModel model : ModelList.all()) {
      assertTrue(ids.add(model.id()), model.id() + " comes twice");
      assertTrue(model.id().equals("demo") || HubId.parse(model.id()).isPresent(), model.id());
      assertTrue(model.goodFor().length() <= 45, model.goodFor());
      assertTrue(model.licence().length() <= 25, model.licence());
    }
  }

  /** Sizes of files as the models' pages on the hub give them: 14.13 GB and so on. */
  @Test
  void sizesAreThoseOfTheFilesOnTheHub() {
    assertSize(15.87, "FreedomIntelligence/HuatuoGPT-Vision-7B");
    assertSize(14.13, "wisdomik/Quilt-Llava-v1.5-7b");
    assertSize(16.28, "llava-hf/llava-interleave-qwen-7b-dpo-hf");
    assertSize(8.99, "HuggingFaceTB/SmolVLM2-2.2B-Instruct");
    assertSize(1.03, "HuggingFaceTB/SmolVLM2-256M-Video-Instruct");
    assertSize(19.31, "Qwen/Qwen-VL-Chat");
    assertSize(4.42, "Qwen/Qwen2-VL-2B-Instruct");
    assertSize(16.58, "Qwen/Qwen2.5-VL-7B-Instruct");
    assertSize(4.26, "Qwen/Qwen3-VL-2B-Instruct");
    assertSize(8.88, "Qwen/Qwen3-VL-4B-Instruct");
    assertSize(17.53, "Qwen/Qwen3-VL-8B-Instruct");
    assertSize(8.60, "google/gemma-3-4b-it");
  }

  private static void assertSize(double gigabytes, String id) {
    ListedModel model =
        ModelList.all().stream().filter(m -> m.id().equals(id)).findFirst().orElseThrow();
    assertEquals(gigabytes, model.downloadBytes() / 1e9, 0.006, id);
  }

  @Test
  void lessPrecisionTakesLessMemory() {
    for (ListedModel model : ModelList.all()) {
      long int4 = model.memory(Precision.INT4);
      long bfloat16 = model.memory(Precision.BFLOAT16);
      assertTrue(int4 < bfloat16 && bfloat16 < model.memory(Precision.FLOAT32), model.id());
    }
  }

  @Test
  void anEntryThatIsNotWholeIsRefused() throws Exception {
    for (String key : List.of("id", "licence", "good_for", "decoder", "vocab_size", "bits")) {
      JsonObject file = file();
      file.getAsJsonArray("models").get(0).getAsJsonObject().remove(key);
      InputException e = assertThrows(InputException.class, () -> ModelList.parse(file), key);
      assertNotNull(e.getMessage());
      PlainSentence.check(e.getMessage());
    }
  }
}

package org.vlmvisualizer.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Detail;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.json.StrictJson;
import org.vlmvisualizer.prompt.PromptTemplate;

/**
 * Models as published in the original LLaVA's format: the keys that decide about their pictures,
 * and those that only say how they were trained.
 */
class LlavaOriginalFamilyTest {
  private static final String PINPOINTS =
      "[[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]]";

  private static final String TRAINING =
      "'freeze_mm_mlp_adapter': false, 'freeze_mm_vision_resampler': false,"
          + "'mm_projector_lr': null, 'mm_resampler_type': null, 'mm_use_im_patch_token': false,"
          + "'mm_use_im_start_end': false, 'mm_vision_tower_lr': 2e-06, 'mm_hidden_size': 1024,"
          + "'mm_projector_type': 'mlp2x_gelu', 'mm_vision_select_feature': 'patch',"
          + "'mm_vision_select_layer': -2, 'pretraining_tp': 1, 'tokenizer_model_max_length': 4096,"
          + "'tokenizer_padding_side': 'right', 'tune_mm_mlp_adapter': false,"
          + "'tune_mm_vision_resampler': false, 'unfreeze_mm_vision_tower': true,"
          + "'use_mm_proj': true, 'mm_vision_tower': 'openai/clip-vit-large-patch14-336'";

  private static final String NEXT =
      "{'model_type': 'llava', 'vocab_size': 32000, 'image_aspect_ratio': 'anyres',"
          + "'image_crop_resolution': 224, 'image_split_resolution': 224,"
          + "'image_grid_pinpoints': "
          + PINPOINTS
          + ", 'mm_patch_merge_type': 'spatial_unpad',"
          + TRAINING
          + "}";

  private static final String PLAIN =
      "{'model_type': 'llava_mistral', 'num_key_value_heads': 8, 'intermediate_size': 14336,"
          + "'image_aspect_ratio': 'pad', 'sliding_window': null,"
          + TRAINING
          + "}";

  private static final ModelFamily FAMILY = new LlavaOriginalFamily();

  @TempDir Path folder;

  private static JsonObject json(String text) {
    return StrictJson.object(text.replace('\'', '"'));
  }

  /** A folder with the vision tower among its weights. */
  private Checkpoint checkpoint(JsonObject config) throws IOException {
    Files.writeString(folder.resolve("config.json"), config.toString());
    byte[] header =
        "{\"%sx\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 4]}}"
            .formatted(ClipTower.INSIDE)
            .getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    file.write(length.putLong(header.length).array());
    file.write(header);
    file.write(new byte[4]);
    Files.write(folder.resolve("model.safetensors"), file.toByteArray());
    return Checkpoint.open(folder);
  }

  private ModelInput black(JsonObject config, int width, int height) throws IOException {
    return FAMILY
        .pictures(checkpoint(config), PictureOptions.of(Fit.PAD))
        .process(
            List.of(new RgbPicture(width, height, new byte[3 * width * height])), Progress.NONE);
  }

  @Test
  void nextSeesAnOverviewAndTiles() throws IOException {
    ModelConfig config = FAMILY.config(checkpoint(json(NEXT)));
    assertTrue(config.imageNewline());
    assertEquals(336, config.vision().imageSize());
    ModelInput input = black(json(NEXT), 600, 300);
    assertEquals(3, input.crops().size());
    assertEquals(576 + 24 * (48 + 1), input.layout().view().length);
  }

  /** As LLaVA 1.2's unpad_image counts them; transformers' keeps 52 rows. */
  @Test
  void nextUnpadsWithoutRounding() throws IOException {
    assertEquals(576 + 50 * (24 + 1), black(json(NEXT), 376, 799).layout().view().length);
  }

  /** LLaVA-Med and Quilt-LLaVA: one crop, whatever stands there about tiles. */
  @ParameterizedTest
  @CsvSource({"llava_mistral, flat", "llava_llama, flat", "llava_mistral, spatial_unpad"})
  void oneCrop(String type, String merge) throws IOException {
    JsonObject config = json(PLAIN);
    config.addProperty("model_type", type);
    config.addProperty("mm_patch_merge_type", merge);
    PromptTemplate asked =
        type.equals("llava_mistral") ? PromptTemplate.MISTRAL : PromptTemplate.VICUNA_V1_EOS;
    assertEquals(asked, FAMILY.template(checkpoint(config)));
    assertFalse(FAMILY.config(checkpoint(config)).decoder().qkvBias());
    assertEquals(576, black(config, 60, 30).layout().view().length);
  }

  /** HuatuoGPT-Vision names its tower by a folder of its authors. */
  @ParameterizedTest
  @CsvSource({"./vit/clip_vit_large_patch14_336", "openai/clip-vit-large-patch14-336"})
  void huatuo(String tower) throws IOException {
    JsonObject config = json(PLAIN);
    config.addProperty("model_type", "llava_qwen2");
    config.addProperty("mm_vision_tower", tower);
    ModelConfig read = FAMILY.config(checkpoint(config));
    assertEquals(576, read.vision().numPatches());
    assertTrue(read.decoder().qkvBias());
  }

  @ParameterizedTest
  @CsvSource({
    "image_aspect_ratio, '\"anyres_max_9\"'",
    "image_aspect_ratio, '\"highres\"'",
    "image_aspect_ratio, '\"crop_split\"'",
    "image_aspect_ratio, 5",
    "mm_patch_merge_type, '\"flat\"'",
    "mm_patch_merge_type, '\"spatial\"'",
    "mm_patch_merge_type, '\"unpad\"'",
    "mm_patch_merge_type, null",
    "image_grid_pinpoints, null",
    "image_grid_pinpoints, '\"(1x1),...,(6x6)\"'",
    "image_grid_pinpoints, '[[336, 600]]'",
    "mm_vision_select_feature, '\"cls_patch\"'",
    "mm_vision_select_layer, 30",
    "mm_projector_type, '\"pooler\"'",
    "mm_resampler_type, '\"spatial_pool\"'",
    "mm_hidden_size, 1152",
    "s2, true",
    "tune_mm_mlp_adapter, true"
  })
  void whatIsNotObeyedIsRefusedByName(String key, String value) throws IOException {
    JsonObject config = json(NEXT);
    config.addProperty("mm_use_im_start_end", key.equals("tune_mm_mlp_adapter"));
    config.add(key, json("{'it': " + value + "}").get("it"));
    Checkpoint checkpoint = checkpoint(config);
    String sentence =
        assertThrows(
                InputException.class,
                () -> {
                  FAMILY.config(checkpoint);
                  FAMILY.pictures(checkpoint, PictureOptions.of(Fit.PAD));
                })
            .getMessage();
    assertTrue(sentence.contains(key), sentence);
    PlainSentence.check(sentence);
  }

  @Test
  void nextHasNoChoiceOfFitTilesAndDetail() throws IOException {
    Checkpoint checkpoint = checkpoint(json(NEXT));
    for (PictureOptions options :
        List.of(
            PictureOptions.of(Fit.CROP),
            new PictureOptions(Fit.PAD, false, Detail.STANDARD),
            new PictureOptions(Fit.PAD, true, Detail.FULL))) {
      PlainSentence.check(
          assertThrows(InputException.class, () -> FAMILY.pictures(checkpoint, options))
              .getMessage());
    }
  }
}

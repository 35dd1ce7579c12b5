package org.vlmvisualizer.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.CheckpointCopy;
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
import org.vlmvisualizer.core.View;

/** What the files of InternVL's models ask for: absent keys, and what is refused by name. */
class InternVlFamilyTest {
  private static final PictureOptions TILES = new PictureOptions(Fit.PAD, true, Detail.STANDARD);

  @TempDir Path folder;

  private CheckpointCopy copy() {
    return CheckpointCopy.of("families/internvl-one", folder);
  }

  private static Checkpoint open(CheckpointCopy copy) {
    return Checkpoint.open(copy.folder);
  }

  /** What a question about a wide picture is made of. */
  private static ModelInput input(CheckpointCopy copy, PictureOptions options) {
    Checkpoint checkpoint = open(copy);
    ModelFamily family = Families.of(checkpoint);
    family.encoder(checkpoint, family.config(checkpoint)).close();
    family.template(checkpoint);
    RgbPicture picture = new RgbPicture(900, 300, new byte[3 * 900 * 300]);
    return family.pictures(checkpoint, options).process(List.of(picture), Progress.NONE);
  }

  @Test
  void absentKeysMeanWhatTransformersMeans() {
    CheckpointCopy copy = copy();
    copy.edit(
        "config.json",
        json -> {
          List.of("downsample_ratio", "image_token_id").forEach(json::remove);
          json.getAsJsonObject("text_config").remove("model_type");
          json.getAsJsonObject("vision_config").remove("image_size");
          json.getAsJsonObject("vision_config").remove("patch_size");
        });
    ModelConfig config = Families.of(open(copy)).config(open(copy));
    assertEquals(151667, config.imageTokenId());
    assertEquals(448, config.vision().imageSize());
    assertEquals(14, config.vision().patchSize());
    assertTrue(config.decoder().qkvBias(), "Qwen2's");
  }

  @Test
  void tilesCanBeLeftOut() {
    CheckpointCopy copy = copy();
    ModelInput tiled = input(copy, TILES);
    List<String> names = tiled.layout().views().stream().map(View::name).toList();
    assertEquals(List.of(View.TILES, View.OVERVIEW), names);
    ModelInput whole = input(copy, new PictureOptions(Fit.PAD, false, Detail.STANDARD));
    assertEquals(1, whole.crops().size());
    assertEquals(View.PICTURE, whole.layout().views().get(0).name());
  }

  /** Whatever crop_to_patches says: processing_internvl.py hands over its own. */
  @Test
  void tilesAreCutAsTheProcessorSays() {
    CheckpointCopy copy = copy();
    copy.edit("preprocessor_config.json", json -> json.addProperty("crop_to_patches", false));
    assertTrue(input(copy, TILES).crops().size() > 1);
    copy.edit("preprocessor_config.json", json -> json.addProperty("max_patches", 1));
    assertEquals(1, input(copy, TILES).crops().size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "config.json; vision_feature_layer; -2; vision_feature_layer",
        "config.json; vision_feature_select_strategy; \"full\"; vision_feature_select_strategy",
        "config.json; downsample_ratio; 0.4; downsample_ratio",
        "config.json; downsample_ratio; 0; downsample_ratio",
        "config.json; downsample_ratio; 1e-300; downsample_ratio",
        "config.json; projector_hidden_act; \"relu\"; projector_hidden_act",
        "config.json; image_seq_length; 10; image_seq_length",
        "processor_config.json; image_seq_length; 10; image_seq_length",
        "processor_config.json; start_image_token; \"<image>\"; start_image_token",
        "tokenizer_config.json; context_image_token; \"<image>\"; context_image_token",
        "preprocessor_config.json; image_processor_type; \"CLIPImageProcessor\"; CLIPImageProcessor",
        "preprocessor_config.json; size; {\"height\": 28, \"width\": 24}; size",
        "preprocessor_config.json; size; {\"shortest_edge\": 24}; size",
        "preprocessor_config.json; resample; 2; resample",
        "preprocessor_config.json; do_resize; false; do_resize",
        "preprocessor_config.json; max_patches; 100; max_patches",
        "preprocessor_config.json; min_patches; 20; max_patches"
      })
  void whatIsNotObeyedIsRefusedByName(String file, String key, String value, String named) {
    CheckpointCopy copy = copy();
    copy.edit(file, json -> json.add(key, JsonParser.parseString(value)));
    refused(copy, TILES, named);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "attention_bias; false",
        "use_qk_norm; true",
        "norm_type; \"rms_norm\"",
        "use_absolute_position_embeddings; false",
        "num_channels; 4",
        "image_size; [24, 28]",
        "patch_size; [4, 2]",
        "hidden_act; \"relu\""
      })
  void anotherTowerIsRefusedByName(String key, String value) {
    CheckpointCopy copy = copy();
    copy.edit(
        "config.json",
        json -> json.getAsJsonObject("vision_config").add(key, JsonParser.parseString(value)));
    refused(copy, TILES, key);
  }

  @Test
  void whatTheUserCannotChooseIsRefusedByName() {
    CheckpointCopy copy = copy();
    refused(copy, new PictureOptions(Fit.CROP, true, Detail.STANDARD), "fit=crop");
    refused(copy, new PictureOptions(Fit.PAD, true, Detail.parse("low")), "detail=low");
  }

  private static void refused(CheckpointCopy copy, PictureOptions options, String named) {
    String sentence = assertThrows(InputException.class, () -> input(copy, options)).getMessage();
    PlainSentence.check(sentence);
    assertTrue(sentence.contains(named), sentence);
  }
}

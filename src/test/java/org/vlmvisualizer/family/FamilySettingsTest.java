package org.vlmvisualizer.family;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.CheckpointCopy;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Detail;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;

/**
 * What a checkpoint of each family, or its user, may ask for in vain: one sentence that names it.
 */
class FamilySettingsTest {
  private static final PictureOptions USUAL = PictureOptions.of(Fit.PAD);
  private static final RgbPicture PICTURE = new RgbPicture(60, 40, new byte[7200]);

  @TempDir Path folder;

  private CheckpointCopy copy(String golden) {
    return CheckpointCopy.of("families/" + golden, folder);
  }

  /** As a question does it, up to the weights' names and shapes. */
  private static void ask(CheckpointCopy copy, PictureOptions options, boolean video) {
    Checkpoint checkpoint = Checkpoint.open(copy.folder);
    ModelFamily family = Families.of(checkpoint);
    family.weights(checkpoint, family.config(checkpoint));
    var processor = family.pictures(checkpoint, options);
    if (video) {
      processor.processVideo(List.of(PICTURE, PICTURE), Progress.NONE);
    } else {
      processor.process(List.of(PICTURE), Progress.NONE);
    }
  }

  private static void refused(
      CheckpointCopy copy, PictureOptions options, boolean video, String... words) {
    String sentence =
        assertThrows(InputException.class, () -> ask(copy, options, video)).getMessage();
    PlainSentence.check(sentence);
    for (String word : words) {
      assertTrue(sentence.contains(word), "'" + word + "' in: " + sentence);
    }
  }

  /** An object is merged into the one that is there. */
  private static void put(JsonObject json, String key, String value) {
    int dot = key.indexOf('.');
    if (dot < 0) {
      json.add(key, JsonParser.parseString(value));
    } else {
      put(json.getAsJsonObject(key.substring(0, dot)), key.substring(dot + 1), value);
    }
  }

  private static String last(String key) {
    return key.substring(key.lastIndexOf('.') + 1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "next-vicuna | image_grid_pinpoints | []",
        "next-vicuna | image_grid_pinpoints | [[5, 7]]",
        "next-vicuna | image_grid_pinpoints | [[100000000, 100000000]]",
        "next-vicuna | vision_feature_select_strategy | \"full\"",
        "next-vicuna | text_config.rope_scaling | {\"rope_type\": \"yarn\", \"factor\": 4.0}",
        "next-qwen2 | text_config.rope_scaling | {\"rope_type\": \"longrope\", \"factor\": 4.0}",
        "onevision-one | vision_aspect_ratio | \"anyres\"",
        "onevision-one | vision_aspect_ratio | \"anyres_max_100\"",
        "onevision-one | vision_aspect_ratio | \"square\"",
        "onevision-one | image_grid_pinpoints | {}",
        "next-video-frames | spatial_pool_mode | \"max\"",
        "next-video-frames | spatial_pool_stride | 4",
        "smolvlm-tiles | scale_factor | 5",
        "smolvlm-tiles | scale_factor | 0",
        "smolvlm-tiles | scale_factor | 64",
        "smolvlm-tiles | text_config.rope_scaling | {\"rope_type\": \"yarn\", \"factor\": 2}",
        "smolvlm-tiles | vision_config.patch_size | 0",
        "idefics3-tiles | vision_config.image_size | 100000000"
      })
  void config(String golden, String key, String value) {
    refused(
        copy(golden).edit("config.json", json -> put(json, key, value)), USUAL, false, last(key));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "next-vicuna | image_grid_pinpoints | [[0, 0]]",
        "next-vicuna | image_processor_type | \"ViTImageProcessor\"",
        "next-vicuna | do_pad | false",
        "next-vicuna | do_resize | false",
        "next-vicuna | size | {\"shortest_edge\": 7}",
        "next-vicuna | resample | 0",
        "onevision-one | do_pad | false",
        "onevision-one | image_mean | [0.5]",
        "smolvlm-tiles | max_image_size | {\"longest_edge\": 7}",
        "smolvlm-tiles | max_image_size | {\"longest_edge\": 100000000}",
        "smolvlm-tiles | max_image_size | 24",
        "smolvlm-tiles | size | {\"longest_edge\": -1}",
        "smolvlm-tiles | size | {\"height\": 24, \"width\": 24}",
        "smolvlm-tiles | do_resize | false",
        "smolvlm-tiles | do_pad | false"
      })
  void imageProcessor(String golden, String key, String value) {
    refused(
        copy(golden).edit("preprocessor_config.json", json -> put(json, key, value)),
        USUAL,
        false,
        key);
  }

  @Test
  void pinpointsThatDifferBetweenFiles() {
    CheckpointCopy copy = copy("next-vicuna");
    copy.edit("config.json", json -> json.getAsJsonArray("image_grid_pinpoints").remove(0));
    refused(copy, USUAL, false, "image_grid_pinpoints", "config.json", "preprocessor_config.json");
  }

  /** Counted before a pixel is made: 4,096 pixels are 170 tiles of a side. */
  @Test
  void tilesBeyondReason() {
    CheckpointCopy copy = copy("smolvlm-tiles");
    copy.edit(
        "preprocessor_config.json", json -> put(json, "size", "{\"longest_edge\": 100000000}"));
    refused(copy, USUAL, false, "1024 crops");
  }

  @ParameterizedTest
  @ValueSource(strings = {"next-vicuna", "onevision-one", "next-video-picture"})
  void withoutTheNewline(String golden) {
    CheckpointCopy copy = copy(golden);
    copy.headerText(
        text -> {
          assertTrue(text.contains("image_newline"));
          return text.replace("image_newline", "image_newlinf");
        });
    refused(copy, USUAL, false, "image_newline");
  }

  @ParameterizedTest
  @ValueSource(strings = {"next-vicuna", "onevision-one", "next-video-picture"})
  void withoutTilesOrCropped(String golden) {
    CheckpointCopy copy = copy(golden);
    refused(copy, new PictureOptions(Fit.PAD, false, Detail.STANDARD), false, "tiles=off");
    refused(copy, PictureOptions.of(Fit.CROP), false, "fit=crop");
  }

  @ParameterizedTest
  @ValueSource(strings = {"smolvlm-tiles", "qwen2-vl-one", "qwen2.5-vl-one", "qwen3-vl-one"})
  void croppedWhereTheWholeIsSeen(String golden) {
    refused(copy(golden), PictureOptions.of(Fit.CROP), false, "fit=crop");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "next-vicuna",
        "onevision-one",
        "next-video-picture",
        "smolvlm-tiles",
        "interleave-qwen2"
      })
  void moreDetailThanTheModelHas(String golden) {
    CheckpointCopy copy = copy(golden);
    for (String word : List.of("low", "high", "full", "500")) {
      PictureOptions options = new PictureOptions(Fit.PAD, true, Detail.parse(word));
      refused(copy, options, false, "detail=standard", "detail=" + word);
    }
  }

  /** Where there are no tiles, turning them off changes nothing. */
  @ParameterizedTest
  @ValueSource(strings = {"qwen2-vl-one", "qwen2.5-vl-video", "qwen3-vl-one"})
  void detailAndNoTiles(String golden) {
    CheckpointCopy copy = copy(golden);
    ask(copy, new PictureOptions(Fit.PAD, false, Detail.FULL), false);
    ask(copy, new PictureOptions(Fit.PAD, true, Detail.parse("4")), true);
  }

  @ParameterizedTest
  @ValueSource(strings = {"next-vicuna", "smolvlm-tiles", "interleave-qwen2"})
  void videosOfModelsForStillPictures(String golden) {
    refused(copy(golden), USUAL, true, "for videos");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "onevision-video | resample | 1",
        "onevision-video | do_resize | false",
        "next-video-frames | resample | 1",
        "next-video-frames | do_center_crop | false",
        "next-video-frames | crop_size | {\"height\": 7, \"width\": 7}"
      })
  void videoProcessor(String golden, String key, String value) {
    CheckpointCopy copy = copy(golden);
    String file =
        copy.folder.resolve("video_preprocessor_config.json").toFile().exists()
            ? "video_preprocessor_config.json"
            : "preprocessor_config.json";
    refused(copy.edit(file, json -> put(json, key, value)), USUAL, true, key);
  }

  /** Files that say which tokens a picture's text is made of. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "onevision-video | config.json | video_token_id | 7",
        "next-video-frames | config.json | video_token_id | 7",
        "onevision-one | processor_config.json | num_image_tokens | 7",
        "onevision-video | processor_config.json | video_token | \"<clip>\"",
        "smolvlm-tiles | tokenizer_config.json | fake_image_token | \"<around>\"",
        "idefics3-tiles | tokenizer_config.json | extra_special_tokens.global_image_token | \"<all>\"",
        "smolvlm-two | processor_config.json | image_token | \"<picture>\"",
      })
  void tokensOfPictures(String golden, String file, String key, String value) {
    CheckpointCopy copy =
        copy(golden)
            .edit(
                file,
                json -> {
                  if (key.startsWith("extra") && !json.has("extra_special_tokens")) {
                    json.add("extra_special_tokens", new JsonObject());
                  }
                  put(json, key, value);
                });
    String sentence =
        assertThrows(InputException.class, () -> Model.open(Checkpoint.open(copy.folder)).close())
            .getMessage();
    PlainSentence.check(sentence);
    assertTrue(sentence.contains(last(key)), sentence);
  }

  /**
   * transformers goes by text_config; a stored lm_head is not dropped for the outer object's word.
   */
  @Test
  void idefics3IsTiedByItsTextConfig() {
    CheckpointCopy copy =
        copy("idefics3-tiles")
            .edit("config.json", json -> put(json, "tie_word_embeddings", "true"));
    try (Model model = Model.open(Checkpoint.open(copy.folder))) {
      assertFalse(model.config().decoder().tieWordEmbeddings());
      assertTrue(model.weights().has("lm_head.weight"));
    }
  }
}

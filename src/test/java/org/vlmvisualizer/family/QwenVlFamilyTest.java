package org.vlmvisualizer.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.vlmvisualizer.CheckpointCopy;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.DecoderConfig;
import org.vlmvisualizer.core.Detail;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.VisionConfig;
import org.vlmvisualizer.image.PictureProcessor;

/** What the files of Qwen's models ask for: absent keys, and what is refused by name. */
class QwenVlFamilyTest {
  private static final PictureOptions FULL =
      new PictureOptions(Fit.PAD, true, Detail.parse("full"));
  private static final String PICTURES = "preprocessor_config.json";

  @TempDir Path folder;

  private CheckpointCopy copy(String golden) {
    return CheckpointCopy.of("families/" + golden, folder);
  }

  private static Checkpoint open(CheckpointCopy copy) {
    return Checkpoint.open(copy.folder);
  }

  private static PictureProcessor pictures(CheckpointCopy copy) {
    Checkpoint checkpoint = open(copy);
    return Families.of(checkpoint).pictures(checkpoint, FULL);
  }

  private static int tokens(CheckpointCopy copy, int width, int height) {
    RgbPicture picture = new RgbPicture(width, height, new byte[3 * width * height]);
    return pictures(copy).process(List.of(picture), Progress.NONE).layout().tokens();
  }

  /** transformers' Qwen2VLTextConfig and Qwen3VLTextConfig, which are not those of Qwen2Config. */
  @Test
  void absentKeysOfTheDecoderMeanWhatTransformersMeans() {
    CheckpointCopy second = copy("qwen2-vl-one");
    second.edit(
        "config.json",
        json -> List.of("rms_norm_eps", "rope_theta", "vocab_size").forEach(json::remove));
    DecoderConfig decoder = Families.of(open(second)).config(open(second)).decoder();
    assertEquals(1e-5, decoder.rmsNormEps());
    assertEquals(1e6, decoder.rope().theta());
    assertEquals(152064, decoder.vocabSize());
    CheckpointCopy third = CheckpointCopy.of("families/qwen3-vl-one", folder.resolve("checkpoint"));
    third.edit("config.json", json -> json.getAsJsonObject("text_config").remove("rope_theta"));
    assertEquals(5e6, Families.of(open(third)).config(open(third)).decoder().rope().theta());
  }

  @Test
  void absentKeysOfTheTowerMeanWhatTransformersMeans() {
    CheckpointCopy copy = copy("qwen2.5-vl-one");
    copy.edit(
        "config.json",
        json -> {
          JsonObject vision = json.getAsJsonObject("vision_config");
          List.of("fullatt_block_indexes", "patch_size", "window_size").forEach(vision::remove);
        });
    VisionConfig vision = Families.of(open(copy)).config(open(copy)).vision();
    assertEquals(List.of(7, 15, 23, 31), vision.blocks().fullLayers());
    assertEquals(14, vision.patchSize());
    assertEquals(4, vision.blocks().window());
  }

  /** Of still pictures: see transformers' Qwen2VLImageProcessor and its Fast twin. */
  @Test
  void sizeCountsForTheFastClassAlone() {
    CheckpointCopy copy = copy("qwen3-vl-one");
    copy.edit(
        PICTURES,
        json -> {
          json.remove("min_pixels");
          json.remove("max_pixels");
          json.add(
              "size", JsonParser.parseString("{\"shortest_edge\": 64, \"longest_edge\": 64000}"));
        });
    int slow = tokens(copy, 800, 800);
    copy.edit(
        PICTURES, json -> json.addProperty("image_processor_type", "Qwen2VLImageProcessorFast"));
    int fast = tokens(copy, 800, 800);
    assertEquals(100 * 100, slow); // by the default, 28 * 28 * 1280 pixels
    assertEquals(31 * 31, fast);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "config.json; rope_scaling; {\"type\": \"mrope\"}; mrope_section",
        "config.json; rope_scaling; {\"type\": \"mrope\", \"mrope_section\": [2, 3]}; mrope_section",
        "config.json; rope_scaling; {\"type\": \"mrope\", \"mrope_section\": [2e9, 3, 3]}; mrope_section",
        "config.json; rope_scaling; {\"type\": \"yarn\", \"mrope_section\": [2, 3, 3]}; yarn",
        "preprocessor_config.json; patch_size; 8; patch_size",
        "preprocessor_config.json; merge_size; 3; merge_size",
        "preprocessor_config.json; temporal_patch_size; 1; temporal_patch_size",
        "preprocessor_config.json; do_resize; false; do_resize",
        "preprocessor_config.json; max_pixels; 10; max_pixels",
        "preprocessor_config.json; image_processor_type; \"CLIPImageProcessor\"; CLIPImageProcessor",
        "video_preprocessor_config.json; resample; 2; resample",
        "video_preprocessor_config.json; image_mean; [0.1, 0.2, 0.3]; image_mean"
      })
  void whatIsNotObeyedIsRefusedByName(String file, String key, String value, String named) {
    CheckpointCopy copy = copy("qwen2-vl-video");
    copy.edit(file, json -> json.add(key, JsonParser.parseString(value)));
    String sentence = assertThrows(InputException.class, () -> pictures(copy)).getMessage();
    PlainSentence.check(sentence);
    assertTrue(sentence.contains(named), sentence);
  }

  @Test
  void aPictureAsThinAsAThreadIsRefused() {
    CheckpointCopy copy = copy("qwen2-vl-one");
    assertEquals(1, pictures(copy).process(List.of(thin(200)), Progress.NONE).texts().size());
    String sentence =
        assertThrows(
                InputException.class,
                () -> pictures(copy).process(List.of(thin(201)), Progress.NONE))
            .getMessage();
    PlainSentence.check(sentence);
    assertTrue(sentence.contains("201 x 1"), sentence);
  }

  private static RgbPicture thin(int width) {
    return new RgbPicture(width, 1, new byte[3 * width]);
  }
}

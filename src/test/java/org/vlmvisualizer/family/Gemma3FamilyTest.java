package org.vlmvisualizer.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
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
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.RopeConfig;

/** What the files of Gemma 3's models ask for: absent keys, and what is refused by name. */
class Gemma3FamilyTest {
  private static final PictureOptions PLAIN = new PictureOptions(Fit.PAD, true, Detail.STANDARD);

  @TempDir Path folder;

  private CheckpointCopy copy() {
    return CheckpointCopy.of("families/gemma3-one", folder);
  }

  private static Checkpoint open(CheckpointCopy copy) {
    return Checkpoint.open(copy.folder);
  }

  private static ModelConfig config(CheckpointCopy copy) {
    return Families.of(open(copy)).config(open(copy));
  }

  private static ModelInput input(CheckpointCopy copy, PictureOptions options) {
    Checkpoint checkpoint = open(copy);
    ModelFamily family = Families.of(checkpoint);
    family.encoder(checkpoint, family.config(checkpoint)).close();
    family.template(checkpoint);
    RgbPicture picture = new RgbPicture(60, 30, new byte[3 * 60 * 30]);
    return family.pictures(checkpoint, options).process(List.of(picture), Progress.NONE);
  }

  /** google/gemma-3-4b-it's config.json has these keys alone. */
  @Test
  void absentKeysMeanWhatTransformersMeans() {
    CheckpointCopy copy = copy();
    copy.write(
        "config.json",
        """
        {"model_type": "gemma3",
         "text_config": {"hidden_size": 2560, "intermediate_size": 10240,
           "model_type": "gemma3_text", "num_hidden_layers": 34,
           "rope_scaling": {"factor": 8.0, "rope_type": "linear"}, "sliding_window": 1024},
         "vision_config": {"hidden_size": 1152, "image_size": 896, "intermediate_size": 4304,
           "model_type": "siglip_vision_model", "num_attention_heads": 16,
           "num_hidden_layers": 27, "patch_size": 14, "vision_use_head": false}}
        """);
    copy.delete("generation_config.json");
    ModelConfig config = config(copy);
    DecoderConfig decoder = config.decoder();
    assertEquals(262208, decoder.vocabSize());
    assertEquals(8, decoder.numAttentionHeads());
    assertEquals(4, decoder.numKeyValueHeads());
    assertEquals(256, decoder.headDim());
    assertEquals(131072, decoder.maxPositionEmbeddings());
    assertEquals(1e-6, decoder.rmsNormEps());
    assertEquals(new RopeConfig(1e6, new RopeConfig.Linear(8)), decoder.rope());
    assertTrue(decoder.tieWordEmbeddings());
    assertEquals(
        new DecoderConfig.Style("gelu_pytorch_tanh", Math.sqrt(2560), 1, 1, true), decoder.style());
    assertEquals(
        new DecoderConfig.Sight(
            true,
            IntStream.rangeClosed(1, 34).mapToObj(i -> i % 6 != 0).toList(),
            1024,
            new RopeConfig(1e4, new RopeConfig.Plain())),
        decoder.sight());
    assertEquals(262144, config.imageTokenId());
    assertEquals(Set.of(1), Families.of(open(copy)).generation(open(copy)).eosIds());
  }

  /** transformers 5 tells rotary embeddings by the kind of layer. */
  @Test
  void rotaryEmbeddingsAsTransformers5WritesThem() {
    CheckpointCopy copy = copy();
    DecoderConfig before = config(copy).decoder();
    copy.edit(
        "config.json",
        json -> {
          JsonObject text = json.getAsJsonObject("text_config");
          List.of("rope_theta", "rope_local_base_freq", "rope_scaling").forEach(text::remove);
          text.add(
              "rope_parameters",
              JsonParser.parseString(
                  "{'full_attention': {'rope_type': 'linear', 'factor': 8.0, 'rope_theta': 1e6},"
                      + " 'sliding_attention': {'rope_type': 'default', 'rope_theta': 1e4}}"));
        });
    assertEquals(before, config(copy).decoder());
  }

  @Test
  void aPictureIsSquashedAndItsPatchesPooled() {
    ModelInput input = input(copy(), PLAIN);
    assertEquals(1, input.crops().size());
    assertEquals(16, input.layout().tokens());
    assertEquals(4, input.layout().spread().most());
    String text = input.texts().get(0);
    assertTrue(text.startsWith("\n\n<start_of_image><image_soft_token>"), text);
    assertTrue(text.endsWith("<image_soft_token><end_of_image>\n\n"), text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "model_type; \"gemma2\"; model_type",
        "hidden_activation; \"silu\"; hidden_activation",
        "attention_bias; true; attention_bias",
        "use_bidirectional_attention; true; use_bidirectional_attention",
        "attn_logit_softcapping; 50.0; attn_logit_softcapping",
        "final_logit_softcapping; 30.0; final_logit_softcapping",
        "layer_types; [\"full_attention\"]; layer_types",
        "layer_types; [\"full_attention\", \"full_attention\", \"chunked_attention\"]; layer_types",
        "layer_types; \"full_attention\"; layer_types",
        "sliding_window; 0; sliding_window",
        "sliding_window; null; sliding_window",
        "query_pre_attn_scalar; 0; query_pre_attn_scalar",
        "num_key_value_heads; 3; num_key_value_heads",
        "head_dim; 7; head_dim",
        "rope_scaling; {\"rope_type\": \"yarn\", \"factor\": 8}; yarn",
        "rope_parameters; {\"rope_type\": \"default\", \"rope_theta\": 1e6}; rope_parameters",
        "rope_parameters; {\"full_attention\": {}}; rope_parameters"
      })
  void anotherDecoderIsRefusedByName(String key, String value, String named) {
    CheckpointCopy copy = copy();
    copy.edit(
        "config.json",
        json -> json.getAsJsonObject("text_config").add(key, JsonParser.parseString(value)));
    refused(copy, PLAIN, named);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "config.json; mm_tokens_per_image; 15; mm_tokens_per_image",
        "config.json; mm_tokens_per_image; 9; mm_tokens_per_image",
        "config.json; image_token_index; 5; image_token_index",
        "processor_config.json; image_seq_length; 10; image_seq_length",
        "tokenizer_config.json; boi_token; \"<image>\"; boi_token",
        "tokenizer_config.json; image_token; \"<image>\"; image_token",
        "tokenizer_config.json; chat_template; \"{{ messages }}\"; chat templates",
        "preprocessor_config.json; do_pan_and_scan; true; do_pan_and_scan",
        "preprocessor_config.json; image_processor_type; \"CLIPImageProcessor\"; CLIPImageProcessor",
        "preprocessor_config.json; size; {\"height\": 32, \"width\": 24}; size",
        "preprocessor_config.json; size; {\"shortest_edge\": 32}; size",
        "preprocessor_config.json; resample; 5; resample",
        "preprocessor_config.json; do_resize; false; do_resize"
      })
  void whatIsNotObeyedIsRefusedByName(String file, String key, String value, String named) {
    CheckpointCopy copy = copy();
    copy.edit(file, json -> json.add(key, JsonParser.parseString(value)));
    refused(copy, PLAIN, named);
  }

  @Test
  void whatTheUserCannotChooseIsRefusedByName() {
    CheckpointCopy copy = copy();
    refused(copy, new PictureOptions(Fit.CROP, true, Detail.STANDARD), "fit=pad");
    refused(copy, new PictureOptions(Fit.PAD, true, Detail.parse("low")), "detail=low");
  }

  private static void refused(CheckpointCopy copy, PictureOptions options, String named) {
    String sentence = assertThrows(InputException.class, () -> input(copy, options)).getMessage();
    PlainSentence.check(sentence);
    assertTrue(sentence.contains(named), sentence);
  }
}

package org.vlmvisualizer.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.CheckpointCopy;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.DecoderConfig;
import org.vlmvisualizer.core.Detail;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.core.RopeConfig;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.VisionConfig;
import org.vlmvisualizer.prompt.PromptTemplate;

/** What the files of Phi-3-V ask for: absent keys, and what is refused by name. */
class Phi3VFamilyTest {
  private static final String CONFIG = "config.json";
  private static final PictureOptions USUAL = PictureOptions.of(Fit.PAD);

  @TempDir Path folder;

  private CheckpointCopy copy() {
    return CheckpointCopy.of("families/phi3-v-one", folder);
  }

  private static Checkpoint open(CheckpointCopy copy) {
    return Checkpoint.open(copy.folder);
  }

  /** All that is read before the network is loaded. */
  private static void read(CheckpointCopy copy, PictureOptions options) {
    try (Model model = Model.open(open(copy))) {
      model.pictures(options);
    }
  }

  private static void refused(String named, Executable action) {
    String sentence = assertThrows(InputException.class, action).getMessage();
    PlainSentence.check(sentence);
    assertTrue(sentence.contains(named), sentence);
  }

  /** Phi3VConfig's, and the tower that its code has. */
  @Test
  void absentKeysMeanWhatTheAuthorsMean() {
    CheckpointCopy copy = copy();
    List<String> absent =
        List.of(
            "vision_config",
            "hidden_size",
            "intermediate_size",
            "num_attention_heads",
            "num_key_value_heads",
            "vocab_size",
            "rms_norm_eps",
            "rope_theta",
            "rope_scaling",
            "sliding_window");
    copy.edit(
        CONFIG,
        json -> {
          absent.forEach(json::remove);
          List.of("num_img_tokens", "image_dim_out").forEach(k -> pictures(json).remove(k));
        });
    DecoderConfig decoder = Families.of(open(copy)).config(open(copy)).decoder();
    assertEquals(3072, decoder.hiddenSize());
    assertEquals(8192, decoder.intermediateSize());
    assertEquals(32, decoder.numKeyValueHeads());
    assertEquals(96, decoder.headDim());
    assertEquals(32064, decoder.vocabSize());
    assertEquals(1e-5, decoder.rmsNormEps());
    assertEquals(new RopeConfig(10000, new RopeConfig.Plain()), decoder.rope());
    assertEquals(131072, decoder.maxPositionEmbeddings());
    VisionConfig vision = Families.of(open(copy)).config(open(copy)).vision();
    assertEquals(List.of(336, 14, 24), sizes(vision));
  }

  private static JsonObject pictures(JsonObject config) {
    return config.getAsJsonObject("img_processor");
  }

  private static List<Integer> sizes(VisionConfig vision) {
    return List.of(vision.imageSize(), vision.patchSize(), vision.numHiddenLayers());
  }

  @Test
  void theAttentionFactorIsOfTheLengths() {
    CheckpointCopy copy = copy();
    assertEquals(1.1902380714238083, factor(copy));
    copy.edit(CONFIG, json -> json.addProperty("max_position_embeddings", 4096));
    assertEquals(1, factor(copy));
  }

  private static double factor(CheckpointCopy copy) {
    Checkpoint checkpoint = open(copy);
    return Families.of(checkpoint).config(checkpoint).decoder().rope().scaling().attentionFactor();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "rope_scaling; {\"type\": \"yarn\"}; yarn",
        "rope_scaling; {}; none",
        "rope_scaling; {\"type\": \"su\"}; short_factor",
        "rope_scaling; {\"type\": \"su\", \"short_factor\": [1, 2, 3]}; [1.0, 2.0, 3.0]",
        "rope_scaling; {\"type\": \"su\", \"short_factor\": [1, 2, 3, 0]}; short_factor",
        "rope_scaling; {\"type\": \"su\", \"short_factor\": [1, 2, 3, 4], \"long_factor\": 2}; long_factor",
        "rope_scaling; {\"type\": \"longrope\", \"attention_factor\": 1.3}; attention_factor",
        "original_max_position_embeddings; 0; original_max_position_embeddings",
        "original_max_position_embeddings; 1; original_max_position_embeddings",
        "partial_rotary_factor; 0.5; partial_rotary_factor",
        "hidden_act; \"gelu\"; gelu",
        "text_config; {}; text_config",
        "embd_layer.embedding_cls; \"default\"; embedding_cls",
        "embd_layer.hd_transform_order; \"glb_sub\"; hd_transform_order",
        "embd_layer.hd_transform_order; null; hd_transform_order",
        "embd_layer.projection_cls; \"linear\"; projection_cls",
        "embd_layer.use_hd_transform; false; use_hd_transform",
        "embd_layer.with_learnable_separator; null; with_learnable_separator",
        "img_processor.name; \"siglip\"; siglip",
        "img_processor.model_name; \"openai/clip-vit-base-patch16\"; clip-vit-base-patch16",
        "img_processor.type_feature; \"cls_patch\"; cls_patch",
        "img_processor.image_dim_out; 32; image_dim_out",
        "img_processor.num_img_tokens; 144; num_img_tokens",
        "img_processor.layer_idx; 7; layer_idx",
        "vision_config.image_size; 35; image_size",
        "vision_config.hidden_act; \"relu\"; relu"
      })
  void whatTheModelIsNotIsRefusedByName(String key, String value, String named) {
    CheckpointCopy copy = copy();
    String[] path = key.split("[.]");
    JsonElement changed = JsonParser.parseString(value);
    copy.edit(
        CONFIG,
        json ->
            (path.length > 1 ? json.getAsJsonObject(path[0]) : json)
                .add(path[path.length - 1], changed));
    refused(named, () -> read(copy, USUAL));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "preprocessor_config.json; num_crops; 65; num_crops",
        "preprocessor_config.json; num_crops; 0; num_crops",
        "preprocessor_config.json; num_crops; 1e9; num_crops",
        "preprocessor_config.json; num_img_tokens; 144; num_img_tokens",
        "preprocessor_config.json; do_resize; false; do_resize",
        "preprocessor_config.json; do_pad; false; do_pad",
        "preprocessor_config.json; resample; 3; resample",
        "preprocessor_config.json; image_std; [0, 1, 1]; image_std",
        "preprocessor_config.json; image_processor_type; \"CLIPImageProcessor\"; CLIPImageProcessor",
        "generation_config.json; repetition_penalty; 1.2; repetition_penalty",
        "tokenizer_config.json; tokenizer_class; \"T5Tokenizer\"; T5Tokenizer"
      })
  void whatIsNotObeyedIsRefusedByName(String file, String key, String value, String named) {
    CheckpointCopy copy = copy();
    copy.edit(file, json -> json.add(key, JsonParser.parseString(value)));
    refused(named, () -> read(copy, USUAL));
  }

  /** As for the sizes of other models, before any weight is read. */
  @ParameterizedTest
  @CsvSource({
    "vocab_size,1e9,vocab_size",
    "hidden_size,200000000,25000000",
    "intermediate_size,200000000,200000000",
    "num_hidden_layers,1e9,num_hidden_layers",
    "num_hidden_layers,1024,layers.2.",
    "max_position_embeddings,1e9,max_position_embeddings",
    "original_max_position_embeddings,1e9,original_max_position_embeddings"
  })
  void sizesThatNoWeightHasAreRefused(String key, String value, String named) {
    CheckpointCopy copy = copy();
    copy.edit(CONFIG, json -> json.add(key, JsonParser.parseString(value)));
    refused(named, () -> read(copy, USUAL));
  }

  @Test
  void theUserChoosesNothing() {
    CheckpointCopy copy = copy();
    refused("tiles=off", () -> read(copy, new PictureOptions(Fit.PAD, false, Detail.STANDARD)));
    refused("fit=crop", () -> read(copy, PictureOptions.of(Fit.CROP)));
    refused("detail=low", () -> read(copy, new PictureOptions(Fit.PAD, true, Detail.parse("low"))));
  }

  /** That of the model, of the tokenizer, and of the prompt's own turns. */
  @Test
  void threeIdsEndAnAnswer() {
    CheckpointCopy copy = copy();
    assertEquals(Set.of(2, 384, 386), Families.of(open(copy)).generation(open(copy)).eosIds());
  }

  /** The tower's module names them again; both stand for one. */
  @Test
  void embeddingsMayBeStoredTwice() {
    CheckpointCopy copy = copy();
    copy.add("model.vision_embed_tokens.wte.weight");
    read(copy, USUAL);
  }

  /** The authors' processor would take it for one more picture. */
  @ParameterizedTest
  @ValueSource(strings = {"<|image_1|>", "<|image_27|>", "<image>"})
  void aPicturesPlaceIsNotPartOfAQuestion(String place) {
    try (Model model = Model.open(open(copy()))) {
      refused(place, () -> encode(model, "Is " + place + " round?"));
      assertEquals(1, encode(model, "Is <|image_x|> round?").imagePositions().length);
    }
  }

  /** Before each text, also between pictures; nothing between one picture's image tokens. */
  @Test
  void eachTextBeginsAnew() {
    try (Model model = Model.open(open(copy()))) {
      int[] ids = encode(model, "Round?", "<image><image>", "<image>").inputIds();
      int begins = 0;
      for (int i = 0; i < ids.length; i++) {
        begins += ids[i] == 1 ? 1 : 0;
        assertTrue(ids[i] != 1 || i == 0 || ids[i - 1] == -1, "BOS at " + i);
      }
      assertEquals(3, begins);
    }
  }

  private static TokenSequence encode(Model model, String question, String... pictures) {
    List<String> texts = pictures.length == 0 ? List.of("<image>") : List.of(pictures);
    return model.encoder().encode(PromptTemplate.PHI3, texts, question, false);
  }
}

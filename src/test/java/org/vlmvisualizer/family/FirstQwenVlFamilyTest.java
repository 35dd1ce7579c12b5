package org.vlmvisualizer.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.ConnectorConfig.Resampler;
import org.vlmvisualizer.core.DecoderConfig;
import org.vlmvisualizer.core.Detail;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.core.VisionConfig;
import org.vlmvisualizer.prompt.PromptTemplate;

/** What a Qwen-VL checkpoint says, as its authors' code reads it, and what it may not say. */
class FirstQwenVlFamilyTest {
  private static final String NAME = "qwen-vl-one";

  @TempDir Path folder;

  /** The golden's small files with some settings changed, as JSON that is laid over config.json. */
  private Checkpoint changed(String changes) throws IOException {
    Path from = new Golden("families/" + NAME).checkpoint();
    for (String file : new String[] {"generation_config.json", "qwen.tiktoken"}) {
      Files.copy(from.resolve(file), folder.resolve(file));
    }
    JsonObject config =
        JsonParser.parseString(Files.readString(from.resolve("config.json"))).getAsJsonObject();
    lay(config, JsonParser.parseString(changes).getAsJsonObject());
    Files.writeString(folder.resolve("config.json"), config.toString());
    return Checkpoint.open(folder);
  }

  private static void lay(JsonObject over, JsonObject changes) {
    for (String key : changes.keySet()) {
      if (changes.get(key).isJsonObject() && over.has(key)) {
        lay(over.getAsJsonObject(key), changes.getAsJsonObject(key));
      } else {
        over.add(key, changes.get(key));
      }
    }
  }

  /** Qwen/Qwen-VL-Chat's own config.json, but for what concerns Python alone. */
  private static final String PUBLISHED =
      """
      {"model_type": "qwen", "hidden_size": 4096, "intermediate_size": 22016, "kv_channels": 128,
       "layer_norm_epsilon": 1e-06, "max_position_embeddings": 8192, "no_bias": true,
       "num_attention_heads": 32, "num_hidden_layers": 32, "rotary_emb_base": 10000,
       "rotary_pct": 1.0, "seq_length": 2048, "tie_word_embeddings": false, "vocab_size": 151936,
       "use_dynamic_ntk": true, "use_logn_attn": true,
       "visual": {"heads": 16, "image_size": 448, "image_start_id": 151857, "layers": 48,
                  "mlp_ratio": 4.9231, "output_dim": 4096, "patch_size": 14, "width": 1664}}""";

  @Test
  void readsThePublishedSettings() throws IOException {
    Files.writeString(folder.resolve("config.json"), PUBLISHED);
    ModelConfig config = new FirstQwenVlFamily().config(Checkpoint.open(folder));
    VisionConfig vision = config.vision();
    assertEquals(1024, vision.numPatches());
    assertEquals(8192, vision.intermediateSize());
    assertEquals(new Resampler(256, 32), config.connector());
    assertEquals(151859, config.imageTokenId());
    DecoderConfig decoder = config.decoder();
    assertEquals(11008, decoder.intermediateSize());
    assertEquals(2048, decoder.maxPositionEmbeddings());
    assertEquals(128, decoder.headDim());
    assertTrue(decoder.qkvBias());
    assertFalse(decoder.outputBias() || decoder.mlpBias() || decoder.tieWordEmbeddings());
    // 9.66 billion parameters: two bytes each are the 19.3 GB of the published files.
    long parameters =
        WeightShapes.of(config).values().stream()
            .mapToLong(shape -> java.util.stream.LongStream.of(shape).reduce(1, (a, b) -> a * b))
            .sum();
    assertEquals(9_656_935_168L, parameters);
  }

  @Test
  void readsLongerPromptsWhereNothingIsStretched() throws IOException {
    Checkpoint plain = changed("{'use_dynamic_ntk': false, 'use_logn_attn': false}");
    assertEquals(8192, new FirstQwenVlFamily().config(plain).decoder().maxPositionEmbeddings());
  }

  @Test
  void putsChatsAsTheAuthorsDo() throws IOException {
    Checkpoint checkpoint = changed("{}");
    ModelFamily family = Families.of(checkpoint);
    assertEquals(PromptTemplate.QWEN2_VL, family.template(checkpoint));
    // <|endoftext|>, <|im_start|> and <|im_end|> behind 312 tokens.
    assertEquals(Set.of(312, 313, 314), family.generation(checkpoint).eosIds());
  }

  @Test
  void refusesAModelThatWasNotTrainedForChats() throws IOException {
    Checkpoint checkpoint = changed("{}");
    Files.writeString(folder.resolve("generation_config.json"), "{\"chat_format\": \"raw\"}");
    InputException refused =
        assertThrows(InputException.class, () -> new FirstQwenVlFamily().template(checkpoint));
    assertTrue(refused.getMessage().contains("chat_format"), refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'no_bias': false} | no_bias",
        "{'rotary_pct': 0.5} | rotary_pct",
        "{'kv_channels': 16} | kv_channels",
        "{'intermediate_size': 25} | intermediate_size",
        "{'seq_length': 0} | seq_length",
        "{'num_hidden_layers': 100000} | num_hidden_layers",
        "{'visual': {'output_dim': 64}} | output_dim",
        "{'visual': {'n_queries': 15}} | n_queries",
        "{'visual': {'n_queries': 1e6}} | n_queries",
        "{'visual': {'mlp_ratio': -1}} | mlp_ratio",
        "{'visual': {'heads': 3}} | heads",
        "{'visual': {'image_size': 1e5}} | image_size",
        "{'visual': {'patch_size': 100}} | image_size",
        "{'visual': 3} | visual",
      })
  void refusesByName(String changes, String named) throws IOException {
    Checkpoint checkpoint = changed(changes);
    InputException refused =
        assertThrows(InputException.class, () -> new FirstQwenVlFamily().config(checkpoint));
    assertTrue(refused.getMessage().contains(named), refused.getMessage());
  }

  @Test
  void refusesADecoderWithoutATower() throws IOException {
    Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"qwen\"}");
    Checkpoint checkpoint = Checkpoint.open(folder);
    InputException refused =
        assertThrows(InputException.class, () -> Families.of(checkpoint).config(checkpoint));
    assertTrue(refused.getMessage().contains("visual"), refused.getMessage());
  }

  @Test
  void refusesAVocabularyOfAnotherSize() throws IOException {
    Checkpoint checkpoint = changed("{'visual': {'image_start_id': 527}}");
    ModelConfig config = new FirstQwenVlFamily().config(checkpoint);
    InputException refused =
        assertThrows(
            InputException.class, () -> new FirstQwenVlFamily().encoder(checkpoint, config));
    assertTrue(refused.getMessage().contains("image_start_id"), refused.getMessage());
  }

  @Test
  void refusesWhatTheUserMayNotChoose() throws IOException {
    Checkpoint checkpoint = changed("{}");
    PictureOptions cropped = PictureOptions.of(Fit.CROP);
    PictureOptions detailed = new PictureOptions(Fit.PAD, true, Detail.parse("low"));
    for (PictureOptions options : new PictureOptions[] {cropped, detailed}) {
      assertThrows(
          InputException.class, () -> new FirstQwenVlFamily().pictures(checkpoint, options));
    }
  }
}

package org.vlmvisualizer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vlmvisualizer.checkpoint.TestFiles.pair;
import static org.vlmvisualizer.checkpoint.TestFiles.tensor;

import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.Safetensors;
import org.vlmvisualizer.checkpoint.TestFiles;
import org.vlmvisualizer.checkpoint.TorchFile;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.family.Families;
import org.vlmvisualizer.family.ModelFamily;
import org.vlmvisualizer.family.WeightShapes;
import org.vlmvisualizer.prompt.PromptEncoder;
import org.vlmvisualizer.prompt.SentencePieceTokenizer;

/** Thousands of broken files of each kind: refused with a sentence, or read, within bounds. */
class FuzzTest {
  private static final int COUNT = 10_000;
  private static final Path HUGGING_FACE = Golden.ROOT.resolve("llama-mha/checkpoint");
  private static final Path ORIGINAL = Golden.ROOT.resolve("original-bin-inside");

  @TempDir Path folder;

  @Test
  void safetensors() {
    String header = "{'a':{'dtype':'F32','shape':[2,3],'data_offsets':[0,24]},";
    header += "'b':{'dtype':'BF16','shape':[4],'data_offsets':[24,32]},'__metadata__':{'x':'y'}}";
    String file = (char) header.length() + "\0\0\0\0\0\0\0" + header.replace('\'', '"');
    check(new Mutator(1), file + "\0".repeat(32), "x.safetensors", Safetensors::list);
  }

  @Test
  void pickles() {
    String one = tensor("FloatStorage", 0, 6, 2, pair(2, 2), pair(2, 1));
    String two = tensor("HalfStorage", 1, 4, 0, pair(2, 2), pair(2, 1));
    String pickle = "\u0080\u0002}q\0(X\1\0\0\0a" + one + "q\1X\1\0\0\0b" + two + "u.";
    List<byte[]> storages = List.of(new byte[24], new byte[8]);
    byte[] zip = TestFiles.torch(pickle, storages, true);
    check(new Mutator(2), new String(zip, StandardCharsets.ISO_8859_1), "x.bin", TorchFile::list);
    // The pickle alone, in a zip that is whole.
    int refused =
        new Mutator(3)
            .run(
                COUNT,
                TestFiles.latin(pickle),
                mutated -> {
                  String text = new String(mutated, StandardCharsets.ISO_8859_1);
                  TorchFile.list(write("x.bin", TestFiles.torch(text, storages, true)));
                });
    assertTrue(refused > COUNT / 10, refused + " refused");
  }

  @Test
  void index() {
    TestFiles.write(folder.resolve("config.json"), TestFiles.latin("{}"));
    TestFiles.copy(ORIGINAL.resolve("checkpoint"), folder.resolve("copy"));
    Path copy = folder.resolve("copy");
    String index = "{'metadata':{},'weight_map':{'a':'pytorch_model-00001-of-00002.bin',";
    index += "'b':'pytorch_model-00002-of-00002.bin'}}";
    int refused =
        new Mutator(4)
            .run(
                COUNT,
                TestFiles.latin(index.replace('\'', '"')),
                mutated -> {
                  TestFiles.write(copy.resolve("pytorch_model.bin.index.json"), mutated);
                  Checkpoint.open(copy).tensors();
                });
    assertTrue(refused > COUNT / 10, refused + " refused");
  }

  @Test
  void configOfHuggingFace() {
    byte[] config = TestFiles.read(HUGGING_FACE.resolve("config.json"));
    checkConfig(folder, config);
  }

  @Test
  void configOfTheOriginal() {
    TestFiles.copy(ORIGINAL.resolve("checkpoint"), folder.resolve("checkpoint"));
    TestFiles.copy(ORIGINAL.resolve("tiny-clip"), folder.resolve("tiny-clip"));
    Path copy = folder.resolve("checkpoint");
    checkConfig(copy, TestFiles.read(copy.resolve("config.json")));
  }

  private static void checkConfig(Path copy, byte[] config) {
    int refused =
        new Mutator(5)
            .run(
                COUNT,
                config,
                mutated -> {
                  TestFiles.write(copy.resolve("config.json"), mutated);
                  Checkpoint checkpoint = Checkpoint.open(copy);
                  ModelFamily family = Families.of(checkpoint);
                  ModelConfig c = family.config(checkpoint);
                  WeightShapes.of(c);
                  family.pictures(checkpoint, PictureOptions.of(Fit.PAD)).mostTokens();
                  family.template(checkpoint);
                  family.generation(checkpoint);
                });
    assertTrue(refused > COUNT / 10, refused + " refused");
  }

  /** config.json of a family, then the settings of its pictures and videos. */
  @ParameterizedTest
  @ValueSource(strings = {"next-vicuna", "smolvlm-tiles", "onevision-one", "next-video-frames"})
  void ofFamilies(String name) {
    TestFiles.copy(Golden.ROOT.resolve("families/" + name + "/checkpoint"), folder.resolve("copy"));
    Path copy = folder.resolve("copy");
    byte[] config = TestFiles.read(copy.resolve("config.json"));
    checkConfig(copy, config);
    TestFiles.write(copy.resolve("config.json"), config);
    Checkpoint checkpoint = Checkpoint.open(copy);
    ModelFamily family = Families.of(checkpoint);
    Path settings = copy.resolve("preprocessor_config.json");
    int refused =
        new Mutator(10)
            .run(
                COUNT,
                TestFiles.read(settings),
                mutated -> {
                  TestFiles.write(settings, mutated);
                  family.pictures(checkpoint, PictureOptions.of(Fit.PAD)).mostTokens();
                });
    assertTrue(refused > COUNT / 10, refused + " refused");
  }

  @Test
  void adapterConfig() {
    Path golden = Golden.ROOT.resolve("hugging-face-lora");
    TestFiles.copy(golden.resolve("checkpoint"), folder.resolve("checkpoint"));
    TestFiles.copy(golden.resolve("base"), folder.resolve("base"));
    Path copy = folder.resolve("checkpoint");
    int refused =
        new Mutator(6)
            .run(
                COUNT,
                TestFiles.read(copy.resolve("adapter_config.json")),
                mutated -> {
                  TestFiles.write(copy.resolve("adapter_config.json"), mutated);
                  Checkpoint checkpoint = Checkpoint.open(copy);
                  ModelFamily family = Families.of(checkpoint);
                  family.weights(checkpoint, family.config(checkpoint));
                });
    assertTrue(refused > COUNT / 10, refused + " refused");
  }

  /** The small files beside config.json. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "preprocessor_config.json",
        "generation_config.json",
        "tokenizer_config.json",
        "chat_template.jinja"
      })
  void beside(String name) {
    TestFiles.copy(HUGGING_FACE, folder.resolve("copy"));
    Path copy = folder.resolve("copy");
    if (name.equals("tokenizer_config.json")) {
      JsonObject json = new JsonObject();
      json.addProperty("chat_template", Golden.chatTemplate());
      TestFiles.write(copy.resolve(name), json.toString().getBytes(UTF_8));
    } else if (name.equals("chat_template.jinja")) {
      TestFiles.write(copy.resolve(name), Golden.chatTemplate().getBytes(UTF_8));
    }
    Checkpoint checkpoint = Checkpoint.open(copy);
    ModelFamily family = Families.of(checkpoint);
    int refused =
        new Mutator(8)
            .run(
                COUNT,
                TestFiles.read(copy.resolve(name)),
                mutated -> {
                  TestFiles.write(copy.resolve(name), mutated);
                  family.pictures(checkpoint, PictureOptions.of(Fit.PAD));
                  family.template(checkpoint);
                  family.generation(checkpoint);
                });
    assertTrue(refused > COUNT / 10, refused + " refused");
  }

  /** Handed on to the native tokenizer, as what is made of tokenizer.model. */
  @Test
  void tokenizerJson() {
    TestFiles.copy(HUGGING_FACE, folder.resolve("copy"));
    Path copy = folder.resolve("copy");
    Checkpoint checkpoint = Checkpoint.open(copy);
    ModelFamily family = Families.of(checkpoint);
    ModelConfig config = family.config(checkpoint);
    int refused =
        new Mutator(9)
            .run(
                COUNT,
                TestFiles.read(copy.resolve("tokenizer.json")),
                mutated -> {
                  TestFiles.write(copy.resolve("tokenizer.json"), mutated);
                  try (PromptEncoder encoder = family.encoder(checkpoint, config)) {
                    encoder.encode(
                        family.template(checkpoint),
                        Golden.texts(family, checkpoint),
                        "What is it?",
                        false);
                  }
                });
    assertTrue(refused > COUNT / 10, refused + " refused");
  }

  /** What is read is handed on to the native tokenizer, which must not end the JVM. */
  @Test
  void tokenizerModel() {
    byte[] model = TestFiles.read(ORIGINAL.resolve("checkpoint/tokenizer.model"));
    int refused =
        new Mutator(7)
            .run(
                COUNT,
                model,
                mutated -> {
                  var json =
                      SentencePieceTokenizer.tokenizerJson(
                          "tokenizer.model"::equals, name -> mutated);
                  PromptEncoder.spliced(json, 1 << 20, -200).close();
                });
    assertTrue(refused > COUNT / 10, refused + " refused");
  }

  private interface Reader {
    void read(Path file);
  }

  private void check(Mutator mutator, String file, String name, Reader reader) {
    int refused =
        mutator.run(COUNT, TestFiles.latin(file), mutated -> reader.read(write(name, mutated)));
    assertTrue(refused > COUNT / 10, refused + " refused");
  }

  private Path write(String name, byte[] content) {
    return TestFiles.write(folder.resolve(name), content);
  }
}

package org.vlmvisualizer.prompt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.checkpoint.TestFiles;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Span.Kind;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.json.StrictJson;

/**
 * Tokenizers of Qwen2's, SmolVLM's, LLaMA-3's, Yi's and Gemma 3's kind: ids equal to transformers'.
 */
class TokenizerKindsTest {
  private static JsonObject read(String kind, String file) {
    Path folder = Golden.ROOT.resolve("tokenizers").resolve(kind);
    return StrictJson.object(TestFiles.read(folder.resolve(file)));
  }

  private static PromptEncoder open(String kind, Consumer<JsonObject> change) {
    JsonObject known = read(kind, "cases.json");
    JsonObject config = read(kind, "tokenizer_config.json");
    change.accept(config);
    JsonObject json = TokenizerConfig.applied(read(kind, "tokenizer.json"), config);
    int image = known.get("image").getAsInt();
    return new PromptEncoder(json, known.get("size").getAsInt(), image, image);
  }

  private static PromptEncoder open(String kind) {
    return open(kind, config -> {});
  }

  private static int[] ids(JsonObject example) {
    JsonArray ids = example.getAsJsonArray("ids");
    return ids.asList().stream().mapToInt(JsonElement::getAsInt).toArray();
  }

  private static int[] ids(PromptEncoder encoder, String text) {
    return encoder.tokens(text).stream().mapToInt(PromptEncoder.Token::id).toArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"qwen2", "smolvlm", "llama3", "yi", "gemma3"})
  void givesTheIdsOfTransformers(String kind) {
    JsonArray texts = read(kind, "cases.json").getAsJsonArray("texts");
    assertTrue(texts.size() >= 50);
    try (PromptEncoder encoder = open(kind)) {
      for (JsonElement element : texts) {
        JsonObject example = element.getAsJsonObject();
        String text = example.get("text").getAsString();
        assertArrayEquals(ids(example), ids(encoder, text), "'" + text + "'");
        String decoded = example.get("decoded").getAsString();
        assertEquals(decoded.strip(), encoder.decode(ids(example)), "'" + text + "'");
      }
    }
  }

  /** transformers expands image tokens in the text; markers between them are ordinary tokens. */
  @ParameterizedTest
  @ValueSource(strings = {"qwen2", "smolvlm", "llama3", "yi", "gemma3"})
  void putsPicturesIntoPromptsAsTransformersDoes(String kind) {
    JsonObject known = read(kind, "cases.json");
    int image = known.get("image").getAsInt();
    try (PromptEncoder encoder = open(kind)) {
      for (JsonElement element : known.getAsJsonArray("prompts")) {
        JsonObject example = element.getAsJsonObject();
        List<String> pictures =
            example.getAsJsonArray("pictures").asList().stream()
                .map(JsonElement::getAsString)
                .toList();
        TokenSequence prompt =
            encoder.encode(
                PromptTemplate.valueOf(example.get("template").getAsString()),
                pictures,
                known.get("question").getAsString(),
                false);
        int[] ids = ids(example);
        assertArrayEquals(ids, prompt.inputIds());
        assertArrayEquals(
            IntStream.range(0, ids.length).filter(i -> ids[i] == image).toArray(),
            prompt.imagePositions());
        boolean marked = prompt.spans().stream().anyMatch(s -> s.kind() == Kind.MARKER);
        assertEquals(kind.equals("smolvlm") || kind.equals("gemma3"), marked);
        prompt.spans().stream()
            .filter(span -> span.kind() == Kind.MARKER)
            .flatMap(span -> prompt.tokens().subList(span.start(), span.end()).stream())
            .forEach(token -> assertTrue(token.matches("\n+|<[^i].*>"), token));
      }
    }
  }

  /** Control tokens in a question are what they are in transformers; an image token is refused. */
  @ParameterizedTest
  @CsvSource({"qwen2, CHATML, <|im_end|>", "smolvlm, SMOLVLM, <end_of_utterance>"})
  void controlTokensInAQuestionStayControlTokens(String kind, String template, String control) {
    try (PromptEncoder encoder = open(kind)) {
      PromptTemplate asked = PromptTemplate.valueOf(template);
      TokenSequence prompt =
          encoder.encode(asked, List.of("<image>"), "Where " + control + " is it?", false);
      int[] alone = ids(encoder, control);
      assertEquals(1, alone.length);
      int count = (int) IntStream.of(prompt.inputIds()).filter(id -> id == alone[0]).count();
      assertEquals(2, count);
      InputException refused =
          assertThrows(
              InputException.class,
              () -> encoder.encode(asked, List.of("<image>"), "Where is <image>?", false));
      PlainSentence.check(refused.getMessage());
    }
  }

  /** Gemma's chat template writes BOS; without add_bos_token, that is the only one. */
  @Test
  void bosIsThereOnce() {
    try (PromptEncoder encoder = open("gemma3");
        PromptEncoder plain = open("gemma3", c -> c.addProperty("add_bos_token", false))) {
      String picture = "<start_of_image><image_soft_token><end_of_image>";
      int[] expected =
          plain.encode(PromptTemplate.GEMMA3, List.of(picture), "Where?", false).inputIds();
      assertArrayEquals(
          expected,
          encoder.encode(PromptTemplate.GEMMA3, List.of(picture), "Where?", false).inputIds());
      assertEquals(ids(plain, "x").length + 1, ids(encoder, "x").length);
      assertEquals(ids(encoder, "x")[0], expected[0]);
    }
  }

  /** A text is safe to split by, but Gemma's alone is known. */
  @Test
  void refusesToSplitByOtherTexts() {
    JsonObject json = read("gemma3", "tokenizer.json");
    json.getAsJsonObject("pre_tokenizer").getAsJsonObject("pattern").addProperty("String", "a");
    InputException refused =
        assertThrows(InputException.class, () -> new PromptEncoder(json, 1 << 20, 0, 0));
    assertTrue(refused.getMessage().contains("for Split"), refused.getMessage());
    PlainSentence.check(refused.getMessage());
  }

  @Test
  void showsBytesAsText() {
    try (PromptEncoder encoder = open("qwen2")) {
      StringBuilder shown = new StringBuilder();
      for (int id : ids(encoder, "The cells\n\u00e9 <|im_end|>")) {
        shown.append(encoder.text(id));
      }
      assertEquals("The cells\n\u00e9 <|im_end|>", shown.toString());
      assertTrue(encoder.text(ids(encoder, "\ud83d\ude00")[0]).startsWith("<0xF0>"));
    }
  }

  /** Each class obeys what it obeys in transformers, or says that it cannot. */
  @Test
  void obeysOrRefusesSettings() {
    String text = "<row_1_col_2>x";
    int[] expected;
    try (PromptEncoder encoder = open("smolvlm")) {
      expected = ids(encoder, text);
    }
    // add_bos_token is nothing to GPT2TokenizerFast that has a tokenizer.json.
    try (PromptEncoder encoder =
        open("smolvlm", config -> config.addProperty("add_bos_token", true))) {
      assertArrayEquals(expected, ids(encoder, text));
    }
    InputException split =
        assertThrows(
            InputException.class,
            () -> open("qwen2", config -> config.addProperty("split_special_tokens", true)));
    assertTrue(split.getMessage().contains("split_special_tokens"), split.getMessage());
    InputException other =
        assertThrows(
            InputException.class,
            () -> open("qwen2", config -> config.addProperty("tokenizer_class", "BertTokenizer")));
    assertTrue(other.getMessage().contains("found BertTokenizer"), other.getMessage());
  }

  /** Regular expressions other than those of the models in use could take forever. */
  @ParameterizedTest
  @ValueSource(strings = {"(a+)+$", "\\\\p{N}{1,100000}", ""})
  void refusesOtherPatterns(String pattern) {
    JsonObject json = read("qwen2", "tokenizer.json");
    JsonArray parts = json.getAsJsonObject("pre_tokenizer").getAsJsonArray("pretokenizers");
    parts.get(0).getAsJsonObject().getAsJsonObject("pattern").addProperty("Regex", pattern);
    InputException refused =
        assertThrows(InputException.class, () -> new PromptEncoder(json, 1 << 20, 0, 0));
    assertTrue(refused.getMessage().contains("for Split"), refused.getMessage());
    PlainSentence.check(refused.getMessage());
  }
}

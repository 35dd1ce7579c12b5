package org.vlmvisualizer.prompt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.checkpoint.TestFiles;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.prompt.PromptEncoder.Token;
import org.vlmvisualizer.prompt.SentencePieceTokenizer.TokenizerJson;

/** Ids against transformers' slow LlamaTokenizer, which runs SentencePiece itself. */
class SentencePieceTokenizerTest {
  @ParameterizedTest
  @ValueSource(strings = {"legacy", "new"})
  void givesTheIdsOfSentencePiece(String kind) throws IOException {
    Path folder = Golden.ROOT.resolve("sentencepiece").resolve(kind);
    TokenizerJson json =
        SentencePieceTokenizer.tokenizerJson(
            name -> Files.exists(folder.resolve(name)),
            name -> TestFiles.read(folder.resolve(name)));
    JsonArray cases =
        JsonParser.parseString(Files.readString(folder.resolve("cases.json"))).getAsJsonArray();
    try (PromptEncoder encoder = PromptEncoder.spliced(json, 392, -200)) {
      for (JsonElement element : cases) {
        JsonObject example = element.getAsJsonObject();
        String text = example.get("text").getAsString();
        int[] expected =
            example.getAsJsonArray("ids").asList().stream()
                .mapToInt(JsonElement::getAsInt)
                .toArray();
        int[] ids = encoder.tokens(text).stream().mapToInt(Token::id).toArray();
        assertArrayEquals(expected, ids, "'" + text + "'");
      }
    }
    assertTrue(cases.size() > 200);
  }

  /** LLaVA-Med lists the model's own control tokens in added_tokens.json. */
  @Test
  void keepsControlTokensOutOfAnswers() {
    Path model = Golden.ROOT.resolve("sentencepiece/legacy/tokenizer.model");
    byte[] added = TestFiles.latin("{\"<unk>\": 0, \"<s>\": 1, \"</s>\": 2}");
    TokenizerJson json =
        SentencePieceTokenizer.tokenizerJson(
            name -> !name.equals("tokenizer_config.json"),
            name -> name.equals("added_tokens.json") ? added : TestFiles.read(model));
    try (PromptEncoder encoder = PromptEncoder.spliced(json, 392, -200)) {
      int[] ids = encoder.tokens("the cell</s>").stream().mapToInt(Token::id).toArray();
      assertEquals("the cell", encoder.decode(ids));
    }
  }

  @Test
  void refusesAddedTokensThatLeaveAGap() {
    Path model = Golden.ROOT.resolve("sentencepiece/legacy/tokenizer.model");
    byte[] added = TestFiles.latin("{\"<im_start>\": 500}");
    InputException refused =
        assertThrows(
            InputException.class,
            () ->
                SentencePieceTokenizer.tokenizerJson(
                    name -> !name.equals("tokenizer_config.json"),
                    name -> name.equals("added_tokens.json") ? added : TestFiles.read(model)));
    assertTrue(refused.getMessage().contains("<im_start>"), refused.getMessage());
  }
}

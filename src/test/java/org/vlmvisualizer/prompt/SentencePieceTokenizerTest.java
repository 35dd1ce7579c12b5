package org.vlmvisualizer.prompt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.checkpoint.TestFiles;
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
    try (PromptEncoder encoder = PromptEncoder.spliced(json, 392, -200, 16, "<image>")) {
      for (JsonElement element : cases) {
        JsonObject example = element.getAsJsonObject();
        String text = example.get("text").getAsString();
        int[] expected =
            example.getAsJsonArray("ids").asList().stream()
                .mapToInt(JsonElement::getAsInt)
                .toArray();
        int[] ids = encoder.tokens(text, true).stream().mapToInt(Token::id).toArray();
        assertArrayEquals(expected, ids, "'" + text + "'");
      }
    }
    assertTrue(cases.size() > 200);
  }
}

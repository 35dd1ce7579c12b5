package org.vlmvisualizer.prompt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.checkpoint.TestFiles;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.prompt.PromptEncoder.Token;
import org.vlmvisualizer.prompt.TiktokenTokenizer.Added;

/** Ids against tiktoken itself. */
class TiktokenTokenizerTest {
  private static final Path FOLDER = Golden.ROOT.resolve("tiktoken");
  private static final String FILE = "qwen.tiktoken";

  private static JsonObject cases() throws IOException {
    return JsonParser.parseString(Files.readString(FOLDER.resolve("cases.json"))).getAsJsonObject();
  }

  private static List<Added> added(JsonObject specials) {
    return specials.entrySet().stream()
        .sorted(Comparator.comparingInt(e -> e.getValue().getAsInt()))
        .map(e -> new Added(e.getKey(), !e.getKey().matches("</?(ref|box|quad)>")))
        .toList();
  }

  @Test
  void givesTheIdsOfTiktoken() throws IOException {
    JsonObject golden = cases();
    List<Added> added = added(golden.getAsJsonObject("specials"));
    JsonObject json =
        TiktokenTokenizer.tokenizerJson(TestFiles.read(FOLDER.resolve(FILE)), FILE, added);
    int image = golden.getAsJsonObject("specials").get("<imgpad>").getAsInt();
    int size = golden.get("size").getAsInt();
    int texts = 0;
    try (PromptEncoder encoder = new PromptEncoder(json, size, image, image)) {
      for (JsonElement element : golden.getAsJsonArray("texts")) {
        JsonObject example = element.getAsJsonObject();
        String text = example.get("text").getAsString();
        int[] expected =
            example.getAsJsonArray("ids").asList().stream()
                .mapToInt(JsonElement::getAsInt)
                .toArray();
        int[] ids = encoder.tokens(text).stream().mapToInt(Token::id).toArray();
        assertArrayEquals(expected, ids, "'" + text + "'");
        assertEquals(example.get("decoded").getAsString().strip(), encoder.decode(ids));
        texts++;
      }
    }
    assertTrue(texts > 300);
  }

  /** Of the 256 bytes, one line is another. */
  @ParameterizedTest
  @CsvSource({
    "'AA== 1', the rank 0 in line 1",
    "'AA==', the rank 0 in line 1",
    "'A*== 0', the rank 0 in line 1",
    "' 0', the rank 0 in line 1",
    "'AA== 0 0', the rank 0 in line 1",
    "'AA== 99999999999999999999', the rank 0 in line 1",
    "'AQ== 0', each token once",
    "'QUE= 0', none for byte 0",
  })
  void refusesABrokenLine(String first, String named) {
    String file = bytes().replaceFirst("[^\n]*", first);
    assertTrue(refusal(file).contains(named), refusal(file));
  }

  @Test
  void refusesATokenThatIsTooLong() {
    String file = bytes() + Base64.getEncoder().encodeToString(new byte[257]) + " 256\n";
    assertTrue(refusal(file).contains("at most 256 bytes"), refusal(file));
  }

  @Test
  void refusesAnEmptyFile() {
    assertTrue(refusal("").contains("a token for each byte"), refusal(""));
  }

  private static String bytes() {
    StringBuilder file = new StringBuilder();
    for (int b = 0; b < 256; b++) {
      String token = Base64.getEncoder().encodeToString(new byte[] {(byte) b});
      file.append(token).append(' ').append(b).append('\n');
    }
    return file.toString();
  }

  private static String refusal(String file) {
    return assertThrows(
            InputException.class,
            () -> TiktokenTokenizer.tokenizerJson(TestFiles.latin(file), FILE, List.of()))
        .getMessage();
  }
}

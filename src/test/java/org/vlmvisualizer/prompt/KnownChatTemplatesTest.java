package org.vlmvisualizer.prompt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.core.Exchange;
import org.vlmvisualizer.core.InputException;

/** Prompts of known chat templates equal those that transformers renders, to the character. */
class KnownChatTemplatesTest {
  private static final List<String> ONE = List.of(PromptTemplate.IMAGE);
  private static final List<Exchange> NONE = List.of();
  private static final String VICUNA = Golden.chatTemplate();

  private static String text(String golden) {
    try {
      return Files.readString(Golden.ROOT.resolve(golden));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void eachMakesThePromptsOfTransformers() {
    JsonObject golden = JsonParser.parseString(text("templates.json")).getAsJsonObject();
    String question = golden.get("question").getAsString();
    List<Exchange> earlier =
        golden.getAsJsonArray("earlier").asList().stream()
            .map(JsonElement::getAsJsonArray)
            .map(pair -> new Exchange(pair.get(0).getAsString(), pair.get(1).getAsString()))
            .toList();
    Set<String> checked = new HashSet<>();
    for (JsonElement element : golden.getAsJsonArray("templates")) {
      JsonObject entry = element.getAsJsonObject();
      String hash = entry.get("sha256").getAsString();
      PromptTemplate template = KnownChatTemplates.withSha256(hash).orElseThrow();
      assertEquals(
          entry.get("prompt").getAsString(), template.render(question, false, ONE, NONE).text());
      if (entry.has("promptOfTwo")) {
        List<String> two = List.of(PromptTemplate.IMAGE, PromptTemplate.IMAGE);
        assertEquals(
            entry.get("promptOfTwo").getAsString(),
            template.render(question, false, two, NONE).text());
      }
      if (!entry.get("promptWithSystem").isJsonNull()) {
        assertEquals(
            entry.get("promptWithSystem").getAsString(),
            template.render(question, true, ONE, NONE).text());
      }
      assertEquals(
          entry.get("promptOfConversation").getAsString(),
          template.render(question, false, ONE, earlier).text());
      checked.add(hash);
    }
    Set<String> known = new HashSet<>();
    KnownChatTemplates.SHA256.values().forEach(known::addAll);
    assertEquals(known, checked);
  }

  @Test
  void lineEndsCountAsInJinja() {
    for (String text : new String[] {VICUNA, VICUNA + "\n", VICUNA.replace("\n", "\r\n")}) {
      assertEquals(PromptTemplate.VICUNA_V1_EOS, KnownChatTemplates.recognise(text, "a file"));
    }
  }

  /** Each would have been taken for Vicuna's by the substring ASSISTANT:. */
  @ParameterizedTest
  @CsvSource({
    "'<image>\n', '<image>'",
    "'<image>\n', '<image>\n\n'",
    "ASSISTANT:, 'ASSISTANT: '",
    "ASSISTANT:, 'ASSISTANT:\n'",
    "'USER: ', 'USER:'",
    "message['role'], message['role'].upper()",
    "{% for message, You are helpful. {% for message",
    "ASSISTANT:, GPT: ASSISTANT:",
    "part['text'], part['text'] + ' '",
    "'{% if add_generation_prompt %}', '{% if false %}'"
  })
  void oneThatIsAlmostTheSameIsRefused(String from, String to) {
    String other = VICUNA.replaceFirst(java.util.regex.Pattern.quote(from), to);
    InputException refusal =
        assertThrows(
            InputException.class, () -> KnownChatTemplates.recognise(other, "chat_template.json"));
    assertTrue(refusal.getMessage().contains("template=vicuna_v1"), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("chat_template.json"), refusal.getMessage());
  }
}

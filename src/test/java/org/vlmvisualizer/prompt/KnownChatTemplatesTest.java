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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.core.Exchange;
import org.vlmvisualizer.core.InputException;

/** Prompts of known chat templates equal those that transformers renders, to the character. */
class KnownChatTemplatesTest {
  /** A picture before its tokens are counted. */
  private static final String QWEN = "<|vision_start|><|image_pad|><|vision_end|>";

  private static final String INTERNVL = "<IMG_CONTEXT>";
  private static final String GEMMA = "<start_of_image>";

  private static final List<String> PHI3 = List.of("<|image_1|>", "<|image_2|>");

  private static final List<Exchange> NONE = List.of();
  private static final String VICUNA = Golden.chatTemplate();

  private static String text(String golden) {
    try {
      return Files.readString(Golden.ROOT.resolve(golden));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Two pictures' texts; Phi-3-V's are numbered. */
  private static List<String> pictures(String prompt) {
    if (prompt.contains(PHI3.get(0))) {
      return PHI3;
    }
    String picture =
        Stream.of(QWEN, INTERNVL, GEMMA)
            .filter(prompt::contains)
            .findFirst()
            .orElse(PromptTemplate.IMAGE);
    return List.of(picture, picture);
  }

  @Test
  void eachMakesThePromptsOfTransformers() {
    JsonObject golden = JsonParser.parseString(text("templates.json")).getAsJsonObject();
    String question = golden.get("question").getAsString();
    List<Exchange> earlier = exchanges(golden, "earlier");
    Set<String> checked = new HashSet<>();
    for (JsonElement element : golden.getAsJsonArray("templates")) {
      JsonObject entry = element.getAsJsonObject();
      String hash = entry.get("sha256").getAsString();
      PromptTemplate template = KnownChatTemplates.withSha256(hash).orElseThrow();
      String prompt = entry.get("prompt").getAsString();
      // Qwen2-VL's puts its system text in front unasked.
      boolean system = prompt.startsWith("<|im_start|>system");
      List<String> two = pictures(prompt);
      List<String> one = two.subList(0, 1);
      assertEquals(prompt, template.render(question, system, one, NONE, "").text());
      if (entry.has("promptOfTwo")) {
        assertEquals(
            entry.get("promptOfTwo").getAsString(),
            template.render(question, system, two, NONE, "").text());
      }
      if (!entry.get("promptWithSystem").isJsonNull()) {
        assertEquals(
            entry.get("promptWithSystem").getAsString(),
            template.render(question, true, one, NONE, "").text());
      }
      assertEquals(
          entry.get("promptOfConversation").getAsString(),
          template.render(question, system, one, earlier, "").text());
      if (entry.has("promptBehindThoughts")) {
        assertEquals(
            entry.get("promptBehindThoughts").getAsString(),
            template.render(question, system, one, exchanges(golden, "thought"), "").text());
      }
      if (entry.has("answered")) {
        assertAnswered(golden, entry, template);
      }
      checked.add(hash);
    }
    Set<String> known = new HashSet<>();
    KnownChatTemplates.SHA256.values().forEach(known::addAll);
    assertEquals(known, checked);
  }

  /** An answer with thoughts, and one without, which stands behind empty ones. */
  private static void assertAnswered(JsonObject golden, JsonObject entry, PromptTemplate template) {
    List<Exchange> given = exchanges(golden, "thought");
    String question = golden.get("question").getAsString();
    for (int i = 0; i < given.size(); i++) {
      String answer = given.get(i).answer();
      String prompt = template.render(question, false, List.of(QWEN), NONE, answer).text();
      assertEquals(
          entry.getAsJsonArray("answered").get(i).getAsString(),
          prompt + template.written(answer) + "<|im_end|>\n");
      assertEquals(i == 0, template.opensThoughts(answer));
    }
  }

  private static List<Exchange> exchanges(JsonObject golden, String key) {
    return golden.getAsJsonArray(key).asList().stream()
        .map(JsonElement::getAsJsonArray)
        .map(pair -> new Exchange(pair.get(0).getAsString(), pair.get(1).getAsString()))
        .toList();
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

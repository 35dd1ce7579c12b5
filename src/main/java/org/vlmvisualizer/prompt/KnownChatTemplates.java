package org.vlmvisualizer.prompt;

import static java.util.Map.entry;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import org.vlmvisualizer.core.InputException;

/**
 * Chat templates of checkpoints, known by the SHA-256 of their text.
 *
 * <p>A chat template is a program in Jinja, and one character of it can change the prompt; what it
 * makes cannot be told from parts of it. So each of these was rendered by transformers, and the
 * prompts compared with those of {@link PromptTemplate} to the character; every other template is
 * refused.
 */
public final class KnownChatTemplates {
  /** Line ends within a template's texts are written in two ways, so most are here twice. */
  static final Map<String, PromptTemplate> BY_SHA256 =
      Map.ofEntries(
          // llava-hf's LLaVA-1.5.
          entry(
              "6fef09c05345e88b9f85e80bcb3491003332050750586568bdf91cfa81965d0c",
              PromptTemplate.VICUNA_V1),
          entry(
              "50c43d0ac06b32ddd89668462d54ab30c7f75a36b3f1d876e82772b386c2c6f0",
              PromptTemplate.VICUNA_V1),
          // llava-hf's LLaVA-1.5, first version.
          entry(
              "2c2987bf0f184a23cb77c028d94943efb742ade369552733efac4be22398904b",
              PromptTemplate.VICUNA_V1),
          entry(
              "7e8fbfaa2d9490b13fd923990187f207cf2c6cda6a3fa32925346faa75799af8",
              PromptTemplate.VICUNA_V1),
          // llava-hf's LLaVA-1.6 Mistral.
          entry(
              "2c17243a977fd0643fb549a509a8e2684f45517df0f9f608d5893b719f16569f",
              PromptTemplate.MISTRAL),
          entry(
              "8568bb00da59cb4575831132a77a098c28870bd541ea0656c04167729ca028cb",
              PromptTemplate.MISTRAL),
          // llava-hf's LLaVA-1.6 Mistral, first version.
          entry(
              "ac1751256d0e7c19dcbac63d0feebee11bf81b86015276d08ee8b1f9ba0a42bc",
              PromptTemplate.MISTRAL),
          entry(
              "41cd724bc51c350966bc5b72a9026392d79d294a6f7a20fe84f348c7355205a4",
              PromptTemplate.MISTRAL),
          // llava-hf's LLaVA-OneVision.
          entry(
              "f741044c80eb2fb78a62fe765fe9564e0170cf359becbac1298b5c1ce2e25b41",
              PromptTemplate.CHATML),
          entry(
              "c4c649e6a9be146f169b1391fb85e3fdc4f42b61cd4e023d0acee3bda39dd266",
              PromptTemplate.CHATML),
          // The demo model.
          entry(
              "fd0eda19cdd57402d9b289c6350b793436754165d314130ab8f3696ac80e4e84",
              PromptTemplate.VICUNA_V1));

  private KnownChatTemplates() {}

  /**
   * The template that makes the same prompts as a chat template.
   *
   * @param jinja its text
   * @param file where it is, for the message
   * @throws InputException if it is none of those known
   */
  public static PromptTemplate recognise(String jinja, String file) {
    PromptTemplate template = BY_SHA256.get(sha256(jinja));
    if (template == null) {
      throw new InputException(
          "Expected one of the chat templates that this plugin knows, but the one in %s differs from all of them; set the option template to the kind of prompt that the model expects, such as template=vicuna_v1 (%s)."
              .formatted(file, PromptTemplate.names()));
    }
    return template;
  }

  /** Line ends count as in Jinja: of whatever kind, and without the last. */
  static String sha256(String jinja) {
    String text = jinja.replace("\r\n", "\n").replace('\r', '\n');
    text = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

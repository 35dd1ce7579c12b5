package org.vlmvisualizer.prompt;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.vlmvisualizer.core.InputException;

/**
 * How a question is put to a model.
 *
 * <p>Sources: LLaVA 1.2, conversation.py, and the chat templates of the llava-hf checkpoints; the
 * white space is that of the latter.
 */
public enum PromptTemplate {
  VICUNA_V1(Texts.ASSISTANT + " ", "USER: <image>\n%s ASSISTANT:"),
  MISTRAL("", "[INST] <image>\n%s [/INST]"),
  LLAMA_2("<<SYS>>\n" + Texts.HELPFUL + "\n<</SYS>>\n\n", "[INST] ", "<image>\n%s [/INST]"),
  CHATML(
      "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n",
      "<|im_start|>user\n<image>\n%s<|im_end|>\n<|im_start|>assistant\n"),
  V0(Texts.ASSISTANT, "###Human: <image>\n%s###Assistant:");

  /** Where the picture goes. */
  public static final String IMAGE = "<image>";

  private final String system;
  private final String before;
  private final String question;

  PromptTemplate(String system, String question) {
    this(system, "", question);
  }

  PromptTemplate(String system, String before, String question) {
    this.system = system;
    this.before = before;
    this.question = question;
  }

  /**
   * A prompt as text.
   *
   * @param systemStart where the system text starts in {@code text}
   * @param systemEnd where it ends; equal to the start if there is none
   */
  record Rendered(String text, int systemStart, int systemEnd) {}

  /**
   * @throws InputException if the question is blank or names the image token
   */
  Rendered render(String asked, boolean keepSystem) {
    return render(asked, keepSystem, IMAGE);
  }

  /**
   * @param image what stands for the picture: {@code <image>}, perhaps between marks
   * @throws InputException if the question is blank or names the image token
   */
  Rendered render(String asked, boolean keepSystem, String image) {
    if (asked.isBlank()) {
      throw new InputException(
          "Expected a question about the picture, found an empty prompt; type one, such as What is in the image?");
    }
    if (asked.contains(IMAGE)) {
      throw new InputException(
          "Expected a question without "
              + IMAGE
              + ", which the plugin adds by itself; remove it from the prompt.");
    }
    String kept = keepSystem ? system : "";
    String text = before + kept + question.replace(IMAGE, image).replace("%s", asked.strip());
    return new Rendered(text, before.length(), before.length() + kept.length());
  }

  /**
   * @throws InputException if the text names none
   */
  public static PromptTemplate parse(String text) {
    for (PromptTemplate template : values()) {
      if (template.name().equalsIgnoreCase(text.strip().replace('-', '_'))) {
        return template;
      }
    }
    throw new InputException("Expected template auto, %s, found '%s'.".formatted(names(), text));
  }

  /** What a user may choose among: vicuna_v1, mistral, ... or v0. */
  static String names() {
    String all =
        Arrays.stream(values())
            .map(template -> template.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));
    int last = all.lastIndexOf(", ");
    return all.substring(0, last) + " or" + all.substring(last + 1);
  }

  private static final class Texts {
    static final String ASSISTANT =
        "A chat between a curious human and an artificial intelligence assistant. "
            + "The assistant gives helpful, detailed, and polite answers to the human's questions.";
    static final String HELPFUL =
        "You are a helpful language and vision assistant. You are able to understand the visual "
            + "content that the user provides, and assist the user with a variety of tasks using "
            + "natural language.";
  }
}

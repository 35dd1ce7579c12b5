package org.vlmvisualizer.prompt;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Span.Kind;

/**
 * How a question is put to a model.
 *
 * <p>Sources: LLaVA 1.2 and LLaVA-NeXT, conversation.py; the chat templates of the llava-hf
 * checkpoints, SmolVLM and Idefics3, whose white space counts where both are; HuatuoGPT-Vision,
 * cli.py. The video token of LLaVA-NeXT-Video stands where {@code <image>} does.
 */
public enum PromptTemplate {
  VICUNA_V1(Texts.ASSISTANT + " ", "USER: {<image>\n}%s ASSISTANT:"),
  MISTRAL("", "[INST] {<image>\n}%s [/INST]"),
  LLAMA_2("<<SYS>>\n" + Texts.HELPFUL + "\n<</SYS>>\n\n", "[INST] ", "{<image>\n}%s [/INST]"),
  CHATML(
      "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n",
      "<|im_start|>user\n{<image>\n}%s<|im_end|>\n<|im_start|>assistant\n"),
  V0(Texts.ASSISTANT, "###Human: {<image>\n}%s###Assistant:"),
  /** LLaVA-1.6 34B: no line end behind a turn. */
  CHATML_DIRECT(
      "<|im_start|>system\nAnswer the questions.<|im_end|>",
      "<|im_start|>user\n{<image>\n}%s<|im_end|><|im_start|>assistant\n"),
  /** LLaVA-NeXT-Interleave: its pictures on one line. */
  INTERLEAVE(
      "<|im_start|>system\n\nYou are a helpful assistant.<|im_end|>\n",
      "<|im_start|>user\n{<image>}\n%s<|im_end|>\n<|im_start|>assistant\n"),
  ONEVISION(
      "<|im_start|>system \nYou are a helpful assistant.<|im_end|>",
      "<|im_start|>user {<image>}\n%s<|im_end|><|im_start|>assistant\n"),
  LLAMA_3(
      "<|start_header_id|>system<|end_header_id|>\n\n" + Texts.HELPFUL + "<|eot_id|>",
      "<|start_header_id|>user<|end_header_id|>\n\n{<image>\n}%s<|eot_id|>"
          + "<|start_header_id|>assistant<|end_header_id|>\n\n"),
  SMOLVLM("", "<|im_start|>User:{<image>}%s<end_of_utterance>\nAssistant:"),
  IDEFICS3("", "<|begin_of_text|>User:{<image>}%s<end_of_utterance>\nAssistant:"),
  HUATUO("", "<|user|>\n{<image>\n}%s\n<|assistant|>\n");

  /** Where a picture goes. */
  public static final String IMAGE = "<image>";

  private final String system;
  private final String before;
  private final String user;

  /**
   * @param user the rest: what stands in braces comes once for each picture, %s is the question
   */
  PromptTemplate(String system, String user) {
    this(system, "", user);
  }

  PromptTemplate(String system, String before, String user) {
    this.system = system;
    this.before = before;
    this.user = user;
  }

  /**
   * A question about some pictures as this template puts it.
   *
   * @param pictures what stands for each picture, in place of {@code <image>}
   * @throws InputException if the question is blank
   */
  RenderedPrompt render(String asked, boolean keepSystem, List<String> pictures) {
    if (asked.isBlank()) {
      throw new InputException(
          "Expected a question about the picture, found an empty prompt; type one, such as What is in the image?");
    }
    int open = user.indexOf('{');
    int image = user.indexOf(IMAGE);
    int close = user.indexOf('}');
    RenderedPrompt.Writer prompt = new RenderedPrompt.Writer();
    prompt.add(Kind.PROMPT, before);
    prompt.add(Kind.SYSTEM, keepSystem ? system : "");
    prompt.add(Kind.PROMPT, user.substring(0, open));
    for (String picture : pictures) {
      prompt.add(Kind.PROMPT, user.substring(open + 1, image));
      prompt.add(Kind.MARKER, picture);
      prompt.add(Kind.PROMPT, user.substring(image + IMAGE.length(), close));
    }
    prompt.add(Kind.PROMPT, user.substring(close + 1).replace("%s", asked.strip()));
    return prompt.rendered();
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

  /** What a user may choose among: vicuna_v1, mistral, ... or huatuo. */
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

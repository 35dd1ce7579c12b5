package org.vlmvisualizer.prompt;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.vlmvisualizer.core.Exchange;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Span.Kind;
import org.vlmvisualizer.core.Thoughts;

/**
 * How a question is put to a model.
 *
 * <p>Sources: LLaVA 1.2 and LLaVA-NeXT, conversation.py; the chat templates of the llava-hf
 * checkpoints, SmolVLM and Idefics3, whose white space counts where both are; HuatuoGPT-Vision,
 * cli.py. The video token of LLaVA-NeXT-Video stands where {@code <image>} does. What stands around
 * earlier answers is of the chat templates too, and of conversation.py and cli.py where there is
 * none.
 */
public enum PromptTemplate {
  VICUNA_V1(Texts.ASSISTANT + " ", "USER: {<image>\n}%s ASSISTANT:", " ASSISTANT: %s USER: "),
  /** With the end-of-sequence token behind an answer, as conversation.py has it. */
  VICUNA_V1_EOS(VICUNA_V1, " ASSISTANT: %s</s>USER: "),
  MISTRAL("", "[INST] {<image>\n}%s [/INST]", " [/INST] %s</s> [INST] "),
  /** With a slip of the pen in the place of that token, which some chat templates have. */
  MISTRAL_SLIP(MISTRAL, " [/INST] %s<\\s> [INST] "),
  LLAMA_2(
      "<<SYS>>\n" + Texts.HELPFUL + "\n<</SYS>>\n\n",
      "[INST] ",
      "{<image>\n}%s [/INST]",
      " [/INST] %s </s><s>[INST] "),
  CHATML(
      "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n",
      "<|im_start|>user\n{<image>\n}%s<|im_end|>\n<|im_start|>assistant\n",
      "<|im_end|>\n<|im_start|>assistant\n%s<|im_end|>\n<|im_start|>user\n"),
  V0(Texts.ASSISTANT, "###Human: {<image>\n}%s###Assistant:", "###Assistant: %s###Human: "),
  /** LLaVA-1.6 34B: no line end behind a turn. */
  CHATML_DIRECT(
      "<|im_start|>system\nAnswer the questions.<|im_end|>",
      "<|im_start|>user\n{<image>\n}%s<|im_end|><|im_start|>assistant\n",
      "<|im_end|><|im_start|>assistant\n%s<|im_end|><|im_start|>user\n"),
  /** LLaVA-NeXT-Interleave: its pictures on one line. */
  INTERLEAVE(
      "<|im_start|>system\n\nYou are a helpful assistant.<|im_end|>\n",
      "<|im_start|>user\n{<image>}\n%s<|im_end|>\n<|im_start|>assistant\n",
      "<|im_end|>\n<|im_start|>assistant\n\n%s<|im_end|>\n<|im_start|>user\n\n"),
  ONEVISION(
      "<|im_start|>system \nYou are a helpful assistant.<|im_end|>",
      "<|im_start|>user {<image>}\n%s<|im_end|><|im_start|>assistant\n",
      "<|im_end|><|im_start|>assistant \n%s<|im_end|><|im_start|>user \n"),
  LLAMA_3(
      "<|start_header_id|>system<|end_header_id|>\n\n" + Texts.HELPFUL + "<|eot_id|>",
      "<|start_header_id|>user<|end_header_id|>\n\n{<image>\n}%s<|eot_id|>"
          + "<|start_header_id|>assistant<|end_header_id|>\n\n",
      "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n%s<|eot_id|>"
          + "<|start_header_id|>user<|end_header_id|>\n\n"),
  SMOLVLM(
      "",
      "<|im_start|>User:{<image>}%s<end_of_utterance>\nAssistant:",
      "<end_of_utterance>\nAssistant: %s<end_of_utterance>\nUser: "),
  IDEFICS3(
      "",
      "<|begin_of_text|>User:{<image>}%s<end_of_utterance>\nAssistant:",
      "<end_of_utterance>\nAssistant: %s<end_of_utterance>\nUser: "),
  /** Qwen-VL, Qwen2-VL and Qwen2.5-VL. */
  QWEN2_VL(
      "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n",
      "<|im_start|>user\n{<image>}%s<|im_end|>\n<|im_start|>assistant\n",
      "<|im_end|>\n<|im_start|>assistant\n%s<|im_end|>\n<|im_start|>user\n"),
  /** The same without a system text. */
  QWEN3_VL(
      "",
      "<|im_start|>user\n{<image>}%s<|im_end|>\n<|im_start|>assistant\n",
      "<|im_end|>\n<|im_start|>assistant\n%s<|im_end|>\n<|im_start|>user\n"),
  /**
   * The same of Thinking models: an answer opens with thoughts, which later questions leave out.
   */
  QWEN3_VL_THINKING(
      "",
      "<|im_start|>user\n{<image>}%s<|im_end|>\n<|im_start|>assistant\n<think>\n",
      "<|im_end|>\n<|im_start|>assistant\n%s<|im_end|>\n<|im_start|>user\n"),
  /** InternVL3. */
  INTERNVL(
      "",
      "<|im_start|>user\n{<image>\n}%s<|im_end|>\n<|im_start|>assistant\n",
      "<|im_end|>\n<|im_start|>assistant\n%s<|im_end|>\n<|im_start|>user\n"),
  /** Gemma 3 and MedGemma. */
  GEMMA3(
      "",
      "<bos><start_of_turn>user\n{<image>}%s<end_of_turn>\n<start_of_turn>model\n",
      "<end_of_turn>\n<start_of_turn>model\n%s<end_of_turn>\n<start_of_turn>user\n"),
  /** Phi-3-V. */
  PHI3(
      "",
      "<|user|>\n{<image>\n}%s<|end|>\n<|assistant|>\n",
      "<|end|>\n<|assistant|>\n%s<|end|>\n<|user|>\n"),
  HUATUO("", "<|user|>\n{<image>\n}%s\n<|assistant|>\n", "\n<|assistant|>\n%s \n<|user|>\n");

  /** Where a picture goes. */
  public static final String IMAGE = "<image>";

  /** What ends thoughts, with the white space around it. */
  private static final String THOUGHTS_END = "\n" + Thoughts.END + "\n\n";

  private final String system;
  private final String before;
  private final String user;
  private final String between;
  private final boolean variant;

  /**
   * @param user the rest: what stands in braces comes once for each picture, %s is the question
   * @param between what stands between an earlier question and the next, %s is the answer
   */
  PromptTemplate(String system, String user, String between) {
    this(system, "", user, between);
  }

  PromptTemplate(String system, String before, String user, String between) {
    this.system = system;
    this.before = before;
    this.user = user;
    this.between = between;
    variant = false;
  }

  /** One that differs in conversations alone; not to be chosen by name. */
  PromptTemplate(PromptTemplate other, String between) {
    system = other.system;
    before = other.before;
    user = other.user;
    this.between = between;
    variant = true;
  }

  /**
   * A question about some pictures as this template puts it.
   *
   * @param pictures what stands for each picture, in place of {@code <image>}
   * @param earlier the conversation so far, oldest first
   * @param answer what is given as the answer; empty for the model's own. Of a Thinking model, one
   *     without thoughts stands behind empty ones, as in the chat template
   * @throws InputException if the question is blank
   */
  RenderedPrompt render(
      String asked,
      boolean keepSystem,
      List<String> pictures,
      List<Exchange> earlier,
      String answer) {
    PromptEncoder.requireQuestion(asked);
    int open = user.indexOf('{');
    int image = user.indexOf(IMAGE);
    int close = user.indexOf('}');
    RenderedPrompt.Writer prompt = new RenderedPrompt.Writer();
    prompt.add(Kind.PROMPT, before);
    prompt.add(Kind.SYSTEM, keepSystem ? system : "");
    prompt.add(Kind.PROMPT, user.substring(0, open));
    for (String picture : pictures) {
      prompt.add(Kind.PROMPT, user.substring(open + 1, image));
      // Line breaks around it are one token with those of the text.
      int first = picture.indexOf(picture.strip());
      int last = first + picture.strip().length();
      prompt.add(Kind.PROMPT, picture.substring(0, first));
      prompt.add(Kind.MARKER, picture.substring(first, last));
      prompt.add(Kind.PROMPT, picture.substring(last));
      prompt.add(Kind.PROMPT, user.substring(image + IMAGE.length(), close));
    }
    int question = user.indexOf("%s");
    prompt.add(Kind.PROMPT, user.substring(close + 1, question));
    for (Exchange exchange : earlier) {
      prompt.add(Kind.PROMPT, exchange.question().strip());
      prompt.add(Kind.PROMPT, between.replace("%s", said(exchange.answer())));
    }
    prompt.add(Kind.PROMPT, asked.strip() + user.substring(question + 2));
    prompt.add(Kind.PROMPT, thinks() && !opensThoughts(answer) ? THOUGHTS_END : "");
    return prompt.rendered();
  }

  /** An earlier answer, without the thoughts that it opens with. */
  private String said(String answer) {
    int end = thinks() ? answer.lastIndexOf(Thoughts.END) : -1;
    return (end < 0 ? answer : answer.substring(end + Thoughts.END.length())).strip();
  }

  /** Whether it is of Thinking models: the prompt opens their thoughts. */
  public boolean thinks() {
    return user.endsWith(Thoughts.BEGIN + "\n");
  }

  /**
   * Whether what stands behind the prompt begins with thoughts.
   *
   * @param answer what is given as the answer; empty for the model's own
   */
  public boolean opensThoughts(String answer) {
    return thinks() && (answer.isEmpty() || !thoughts(answer).isEmpty());
  }

  /** The thoughts of a given answer, all before the first {@code </think>}; empty without one. */
  private static String thoughts(String answer) {
    String before = answer.substring(0, Math.max(0, answer.indexOf(Thoughts.END))).strip();
    boolean isOpened = before.startsWith(Thoughts.BEGIN);
    return isOpened ? before.substring(Thoughts.BEGIN.length()).strip() : before;
  }

  /**
   * A given answer as the model would have written it behind the prompt; of a Thinking model, with
   * the white space of the chat template behind its thoughts.
   *
   * @throws InputException if it opens thoughts that it does not end
   */
  String written(String answer) {
    if (!thinks()) {
      return answer.strip();
    }
    int end = answer.indexOf(Thoughts.END);
    if (end < 0 && answer.strip().startsWith(Thoughts.BEGIN)) {
      throw new InputException(
          "Expected %s in an answer that begins with %s, found none; add it behind the thoughts, or leave %s out."
              .formatted(Thoughts.END, Thoughts.BEGIN, Thoughts.BEGIN));
    }
    String own = end < 0 ? answer : answer.substring(end + Thoughts.END.length());
    String thoughts = thoughts(answer);
    return (thoughts.isEmpty() ? own : thoughts + THOUGHTS_END + own.strip()).strip();
  }

  /**
   * What stands between a prompt and its answer, once the answer is there: a space, or nothing.
   * Line ends that a template has there in conversations alone, the model does not write.
   */
  String beforeAnswer() {
    String head = between.substring(0, between.indexOf("%s"));
    String asked = user.substring(user.indexOf("%s") + 2);
    return head.equals(asked + " ") ? " " : "";
  }

  /**
   * @throws InputException if the text names none
   */
  public static PromptTemplate parse(String text) {
    for (PromptTemplate template : values()) {
      if (!template.variant && template.name().equalsIgnoreCase(text.strip().replace('-', '_'))) {
        return template;
      }
    }
    throw new InputException("Expected template auto, %s, found '%s'.".formatted(names(), text));
  }

  /** What a user may choose among: vicuna_v1, mistral, ... or huatuo. */
  static String names() {
    String all =
        Arrays.stream(values())
            .filter(template -> !template.variant)
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

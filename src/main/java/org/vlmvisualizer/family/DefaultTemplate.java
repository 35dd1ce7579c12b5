package org.vlmvisualizer.family;

import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.prompt.PromptTemplate;

/**
 * The prompt template of a LLaVA that brings none: that which LLaVAs with its decoder were trained
 * with. Decoders of LLaMA's type are told apart by the size of their vocabulary.
 *
 * <p>Source: transformers 4.57.6, docs of llava, llava_next and llava_onevision; LLaVA-NeXT,
 * conversation.py; HuatuoGPT-Vision, cli.py.
 */
final class DefaultTemplate {
  /** Tokens of Yi's vocabulary; LLaMA's and Vicuna's have 32,000. */
  private static final int YI = 64_000;

  /** Tokens of LLaMA-3's vocabulary without its control tokens. */
  private static final int LLAMA_3 = 128_000;

  private DefaultTemplate() {}

  /**
   * @param c the object with {@code model_type} and the decoder's sizes: text_config, or in the
   *     original format all of config.json
   */
  static PromptTemplate of(ConfigObject c) {
    String type = c.text("model_type", "llama");
    return switch (type) {
      case "mistral", "llava_mistral" -> PromptTemplate.MISTRAL;
      case "qwen2", "qwen3" -> PromptTemplate.INTERLEAVE;
      case "llava_qwen" -> PromptTemplate.CHATML;
      case "llava_qwen2" -> PromptTemplate.HUATUO;
      default -> {
        int tokens = c.size("vocab_size", 32_000);
        if (tokens >= LLAMA_3) {
          yield PromptTemplate.LLAMA_3;
        } else if (tokens >= YI) {
          yield PromptTemplate.CHATML_DIRECT;
        }
        boolean original = type.startsWith("llava");
        yield original ? PromptTemplate.VICUNA_V1_EOS : PromptTemplate.VICUNA_V1;
      }
    };
  }
}

package org.vlmvisualizer.family;

import com.google.gson.JsonElement;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.prompt.KnownChatTemplates;
import org.vlmvisualizer.prompt.PromptTemplate;

/**
 * A checkpoint's chat template: Jinja text, and the file that it is in.
 *
 * <p>Source: transformers 4.57, processing_utils.py and tokenization_utils_base.py.
 */
record ChatTemplate(String jinja, String file) {
  private static final String KEY = "chat_template";

  /** The one that transformers renders, or null if there is none. */
  static ChatTemplate of(Checkpoint checkpoint) {
    ChatTemplate template = inJson(checkpoint, "chat_template.json");
    if (template == null && checkpoint.has("chat_template.jinja")) {
      template = of(checkpoint.text("chat_template.jinja"), "chat_template.jinja");
    }
    if (template == null) {
      template = inJson(checkpoint, "processor_config.json");
    }
    // The processor has none in transformers, then; here its tokenizer's is taken.
    return template == null ? ofTokenizer(checkpoint) : template;
  }

  /** The tokenizer's own, or null if there is none. */
  static ChatTemplate ofTokenizer(Checkpoint checkpoint) {
    return inJson(checkpoint, "tokenizer_config.json");
  }

  /**
   * @throws InputException if it is not known to the character
   */
  PromptTemplate known() {
    return KnownChatTemplates.recognise(jinja, file);
  }

  private static ChatTemplate inJson(Checkpoint checkpoint, String file) {
    ConfigObject config = checkpoint.settings(file);
    if (!config.has(KEY) || !config.json().get(KEY).isJsonArray()) {
      return of(config.text(KEY, ""), file);
    }
    // Several, each with its name.
    for (JsonElement element : config.json().getAsJsonArray(KEY)) {
      if (element.isJsonObject()) {
        ConfigObject named = new ConfigObject(element.getAsJsonObject(), KEY + " of " + file);
        if (named.text("name", "").equals("default")) {
          return of(named.text("template", ""), file);
        }
      }
    }
    throw config.unexpected("one named default", KEY, "others");
  }

  private static ChatTemplate of(String jinja, String file) {
    return jinja.isBlank() ? null : new ChatTemplate(jinja, file);
  }
}

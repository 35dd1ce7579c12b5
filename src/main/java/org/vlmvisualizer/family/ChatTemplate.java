package org.vlmvisualizer.family;

import com.google.gson.JsonElement;
import java.util.Optional;
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

  /** The one that transformers renders, if there is one. */
  static Optional<ChatTemplate> of(Checkpoint checkpoint) {
    return inJson(checkpoint, "chat_template.json")
        .or(() -> inText(checkpoint, "chat_template.jinja"))
        .or(() -> inJson(checkpoint, "processor_config.json"))
        // The processor has none in transformers, then; here its tokenizer's is taken.
        .or(() -> ofTokenizer(checkpoint));
  }

  /** The tokenizer's own, if there is one. */
  static Optional<ChatTemplate> ofTokenizer(Checkpoint checkpoint) {
    return inJson(checkpoint, "tokenizer_config.json");
  }

  /**
   * @throws InputException if it is not known to the character
   */
  PromptTemplate known() {
    return KnownChatTemplates.recognise(jinja, file);
  }

  private static Optional<ChatTemplate> inText(Checkpoint checkpoint, String file) {
    return of(checkpoint.has(file) ? checkpoint.text(file) : "", file);
  }

  private static Optional<ChatTemplate> inJson(Checkpoint checkpoint, String file) {
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

  private static Optional<ChatTemplate> of(String jinja, String file) {
    return jinja.isBlank() ? Optional.empty() : Optional.of(new ChatTemplate(jinja, file));
  }
}

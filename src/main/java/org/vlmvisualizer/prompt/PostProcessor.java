package org.vlmvisualizer.prompt;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import org.vlmvisualizer.core.InputException;

/**
 * What a tokenizer.json puts around a text. The native tokenizer believes it, and ends the whole
 * program if it names a token that is not there, so that is looked for first.
 *
 * <p>Source: tokenizers 0.21, processors/template.rs and sequence.rs.
 */
final class PostProcessor {
  private PostProcessor() {}

  /**
   * @param tokenizer the content of tokenizer.json
   * @throws InputException if a template names a token that it does not define
   */
  static void check(JsonObject tokenizer) {
    if (tokenizer.has("post_processor")) {
      check(tokenizer.get("post_processor"));
    }
  }

  private static void check(JsonElement processor) {
    if (!processor.isJsonObject()) {
      return;
    }
    JsonObject object = processor.getAsJsonObject();
    items(object, "processors").forEach(PostProcessor::check);
    for (String template : List.of("single", "pair")) {
      for (JsonElement piece : items(object, template)) {
        checkPiece(piece, object.get("special_tokens"));
      }
    }
  }

  private static JsonArray items(JsonObject object, String key) {
    JsonElement value = object.get(key);
    return value != null && value.isJsonArray() ? value.getAsJsonArray() : new JsonArray();
  }

  private static void checkPiece(JsonElement piece, JsonElement defined) {
    JsonElement token = piece.isJsonObject() ? piece.getAsJsonObject().get("SpecialToken") : null;
    if (token == null) {
      return;
    }
    JsonElement id = token.isJsonObject() ? token.getAsJsonObject().get("id") : null;
    boolean text = id != null && id.isJsonPrimitive();
    if (!text
        || defined == null
        || !defined.isJsonObject()
        || !defined.getAsJsonObject().has(id.getAsString())) {
      throw new InputException(
          "Expected the tokens that post_processor in tokenizer.json puts around a text among its special_tokens, but one is missing; download it again.");
    }
  }
}

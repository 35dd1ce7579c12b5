package org.vlmvisualizer.prompt;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.vlmvisualizer.core.InputException;

/**
 * What a tokenizer.json may be made of. The native tokenizer believes the file, and where it is
 * wrong in some ways ends the whole program; so only parts of LLaMA's and Mistral's tokenizers are
 * let through, with values that are safe.
 *
 * <p>Source: tokenizers 0.21, tokenizer/serialization.rs, models/bpe/model.rs, decoders/strip.rs,
 * processors/template.rs.
 */
final class TokenizerParts {
  private static final String REMEDY = "; use the tokenizer.json that belongs to the model.";

  /** Types by part; a null part is fine but for the model. */
  private static final Map<String, Set<String>> TYPES =
      Map.of(
          "normalizer", Set.of("Sequence", "Prepend", "Replace", "NFC", "NFKC"),
          "pre_tokenizer", Set.of("Sequence", "Metaspace", "ByteLevel"),
          "post_processor", Set.of("Sequence", "TemplateProcessing", "ByteLevel"),
          "decoder",
              Set.of(
                  "Sequence", "Replace", "ByteFallback", "Fuse", "Strip", "Metaspace", "ByteLevel"),
          "model", Set.of("BPE"));

  /** Where the parts of a Sequence are. */
  private static final List<String> LISTS =
      List.of("normalizers", "pretokenizers", "processors", "decoders");

  private TokenizerParts() {}

  /**
   * @param tokenizer the content of tokenizer.json
   * @throws InputException if a part is unknown or broken
   */
  static void check(JsonObject tokenizer) {
    checkNumbers(tokenizer);
    TYPES.forEach(
        (part, types) -> {
          if (part.equals("model") || has(tokenizer, part)) {
            checkPart(part, types, tokenizer.get(part));
          }
        });
  }

  private static boolean has(JsonObject object, String key) {
    return object.has(key) && !object.get(key).isJsonNull();
  }

  /** No number of theirs is large, and one that no double can hold is fatal. */
  private static void checkNumbers(JsonElement element) {
    if (element.isJsonObject()) {
      element.getAsJsonObject().asMap().values().forEach(TokenizerParts::checkNumbers);
    } else if (element.isJsonArray()) {
      element.getAsJsonArray().forEach(TokenizerParts::checkNumbers);
    } else if (element.isJsonPrimitive()
        && element.getAsJsonPrimitive().isNumber()
        && !(Math.abs(element.getAsDouble()) <= Integer.MAX_VALUE)) {
      throw unexpected("numbers up to 2147483647", element);
    }
  }

  private static void checkPart(String part, Set<String> types, JsonElement element) {
    JsonObject object = object(part, element);
    String type = text(object.get("type"));
    if (!types.contains(type)) {
      throw unexpected(
          "one of %s for %s".formatted(String.join(", ", types.stream().sorted().toList()), part),
          object.get("type"));
    }
    for (String list : LISTS) {
      items(object, list).forEach(item -> checkPart(part, types, item));
    }
    switch (part + " " + type) {
      case "normalizer Replace", "decoder Replace" -> {
        // A regular expression may take forever.
        if (text(object(type, object.get("pattern")).get("String")).isEmpty()) {
          throw unexpected("a text as the pattern of Replace", object.get("pattern"));
        }
      }
      case "decoder Strip" -> {
        if (has(object, "stop") && !object.get("stop").toString().equals("0")) {
          throw unexpected("stop 0 for Strip", object.get("stop"));
        }
      }
      case "post_processor TemplateProcessing" -> checkTemplate(object);
      case "model BPE" -> {
        if (!text(object.get("continuing_subword_prefix")).isEmpty()) {
          throw unexpected("no continuing_subword_prefix", object.get("continuing_subword_prefix"));
        }
      }
      default -> {}
    }
  }

  private static void checkTemplate(JsonObject template) {
    JsonObject defined = object("special_tokens", template.get("special_tokens"));
    for (JsonElement token : defined.asMap().values()) {
      JsonObject object = object("special_tokens", token);
      if (items(object, "ids").size() != items(object, "tokens").size()) {
        throw unexpected("as many ids as tokens in special_tokens", token);
      }
    }
    for (String pieces : List.of("single", "pair")) {
      for (JsonElement piece : items(template, pieces)) {
        JsonObject object = object(pieces, piece);
        if (object.has("SpecialToken")) {
          JsonElement id = object(pieces, object.get("SpecialToken")).get("id");
          if (!defined.has(text(id))) {
            throw unexpected("tokens of post_processor among its special_tokens", id);
          }
        }
      }
    }
  }

  private static JsonObject object(String part, JsonElement element) {
    if (element == null || !element.isJsonObject()) {
      throw unexpected("an object for " + part, element);
    }
    return element.getAsJsonObject();
  }

  private static JsonArray items(JsonObject object, String key) {
    JsonElement value = object.get(key);
    return value != null && value.isJsonArray() ? value.getAsJsonArray() : new JsonArray();
  }

  /** A text; empty if it is none. */
  private static String text(JsonElement element) {
    return element != null && element.isJsonPrimitive() ? element.getAsString() : "";
  }

  private static InputException unexpected(String expected, JsonElement found) {
    String shown = found == null ? "none" : found.toString();
    return new InputException(
        "Expected %s in tokenizer.json, found %s"
                .formatted(expected, shown.length() > 60 ? shown.substring(0, 60) + "…" : shown)
            + REMEDY);
  }
}

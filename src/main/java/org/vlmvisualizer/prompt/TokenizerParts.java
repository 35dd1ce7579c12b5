package org.vlmvisualizer.prompt;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.vlmvisualizer.core.CleanText;
import org.vlmvisualizer.core.InputException;

/**
 * What a tokenizer.json may be made of. The native tokenizer believes the file, and where it is
 * wrong in some ways ends the whole program; so only parts of LLaMA's, Mistral's, GPT-2's and
 * Gemma's kind of tokenizers are let through, with values that are safe. A regular expression could
 * take forever on some text; so those of the models in use are known to the letter.
 *
 * <p>Source: tokenizers 0.21, tokenizer/serialization.rs, models/bpe/model.rs, decoders/strip.rs,
 * processors/template.rs.
 */
final class TokenizerParts {
  private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|";
  private static final String REST =
      "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  /** Of Qwen, Qwen2, Qwen2.5 and Qwen3. */
  static final String QWEN_SPLIT = CONTRACTIONS + "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}" + REST;

  /** Types by part; a null part is fine but for the model. */
  private static final Map<String, Set<String>> TYPES =
      Map.of(
          "normalizer", Set.of("Sequence", "Prepend", "Replace", "NFC", "NFKC"),
          "pre_tokenizer", Set.of("Sequence", "Metaspace", "ByteLevel", "Digits", "Split"),
          "post_processor", Set.of("Sequence", "TemplateProcessing", "ByteLevel"),
          "decoder",
              Set.of(
                  "Sequence", "Replace", "ByteFallback", "Fuse", "Strip", "Metaspace", "ByteLevel"),
          "model", Set.of("BPE"));

  /**
   * What text is split by before bytes are merged.
   *
   * <p>Source: transformers 4.57.6, convert_slow_tokenizer.py, Qwen2Converter and
   * TikTokenConverter.
   */
  private static final Set<String> SPLITS =
      Set.of(
          QWEN_SPLIT,
          // LLaMA-3
          CONTRACTIONS + "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}" + REST);

  /** Longer than any list of parts in use. */
  private static final int MAX_PARTS = 100;

  /** Where the parts of a Sequence are. */
  private static final List<String> LISTS =
      List.of("normalizers", "pretokenizers", "processors", "decoders");

  private TokenizerParts() {}

  /**
   * @param tokenizer the content of tokenizer.json
   * @throws InputException if a part is unknown or broken
   */
  static void check(JsonObject tokenizer) {
    TYPES.forEach(
        (part, types) -> {
          if (part.equals("model") || TokenizerConfig.has(tokenizer, part)) {
            checkPart(part, types, tokenizer.get(part), new HashSet<>());
          }
        });
    TokenizerBounds.check(tokenizer);
  }

  /**
   * @param seen types of this part so far: most parts may make a text longer, or abort the program,
   *     where they come twice
   */
  private static void checkPart(
      String part, Set<String> types, JsonElement element, Set<String> seen) {
    JsonObject object = object(part, element);
    String type = text(object.get("type"));
    if (!types.contains(type)) {
      throw unsupported(
          "%s for %s".formatted(String.join(" or ", types.stream().sorted().toList()), part),
          object.get("type"));
    }
    if (!seen.add(type) && !type.equals("Replace")) {
      throw unexpected("each type of %s at most once".formatted(part), object.get("type"));
    }
    for (String list : LISTS) {
      items(object, list).forEach(item -> checkPart(part, types, item, seen));
    }
    switch (part + " " + type) {
      case "normalizer Replace", "decoder Replace" -> checkReplace(object);
      case "pre_tokenizer Split" -> checkSplit(object);
      case "decoder Strip" -> {
        if (TokenizerConfig.has(object, "stop") && !object.get("stop").toString().equals("0")) {
          throw unsupported("stop 0 for Strip", object.get("stop"));
        }
      }
      case "post_processor TemplateProcessing" -> checkTemplate(object);
      case "model BPE" -> {
        if (!text(object.get("continuing_subword_prefix")).isEmpty()) {
          throw unsupported(
              "no continuing_subword_prefix", object.get("continuing_subword_prefix"));
        }
        if (TokenizerConfig.has(object, "dropout")
            && !object.get("dropout").toString().matches("0(\\.0)?")) {
          // The same text would have other ids each time.
          throw unsupported("no dropout", object.get("dropout"));
        }
      }
      default -> {}
    }
  }

  private static void checkSplit(JsonObject split) {
    JsonObject pattern = object("Split", split.get("pattern"));
    // Gemma's: its normalizer leaves no space to split by.
    boolean bySpace = text(pattern.get("String")).equals(" ");
    if (!bySpace && !SPLITS.contains(text(pattern.get("Regex")))) {
      throw unsupported("the pattern of Qwen2, LLaMA-3 or Gemma for Split", split.get("pattern"));
    }
    String behavior = bySpace ? "MergedWithPrevious" : "Isolated";
    boolean inverted = text(split.get("invert")).equals("true");
    if (inverted || !text(split.get("behavior")).equals(behavior)) {
      throw unsupported(
          behavior + " as the behavior of Split, not inverted",
          inverted ? split.get("invert") : split.get("behavior"));
    }
  }

  private static void checkReplace(JsonObject replace) {
    String pattern = text(object("Replace", replace.get("pattern")).get("String"));
    if (pattern.isEmpty()) {
      // A regular expression may take forever.
      throw unsupported("a text as the pattern of Replace", replace.get("pattern"));
    }
    String content = text(replace.get("content"));
    if (content.codePointCount(0, content.length()) > pattern.codePointCount(0, pattern.length())) {
      // Twenty that double a letter make a million of it.
      throw unexpected("no longer content than pattern for Replace", replace.get("content"));
    }
  }

  private static void checkTemplate(JsonObject template) {
    JsonObject defined = object("special_tokens", template.get("special_tokens"));
    for (JsonElement token : defined.asMap().values()) {
      JsonObject object = object("special_tokens", token);
      int ids = items(object, "ids").size();
      if (ids != items(object, "tokens").size() || ids > MAX_PARTS) {
        throw unexpected("as many ids as tokens in special_tokens, at most " + MAX_PARTS, token);
      }
    }
    for (String pieces : List.of("single", "pair")) {
      JsonArray all = items(template, pieces);
      if (all.size() > MAX_PARTS) {
        throw unexpected("at most %d parts of %s".formatted(MAX_PARTS, pieces), null);
      }
      all.forEach(piece -> checkPiece(pieces, object(pieces, piece), defined));
    }
    List<JsonElement> texts =
        items(template, "single").asList().stream()
            .map(piece -> piece.getAsJsonObject().get("Sequence"))
            .filter(Objects::nonNull)
            .toList();
    // The text twice, in a Sequence of such templates, fills memory; one that is not there aborts.
    if (texts.size() != 1 || !text(object("single", texts.get(0)).get("id")).equals("A")) {
      throw unexpected("the text A once in single of post_processor", template.get("single"));
    }
  }

  private static void checkPiece(String pieces, JsonObject piece, JsonObject defined) {
    if (piece.has("SpecialToken")) {
      JsonElement id = object(pieces, piece.get("SpecialToken")).get("id");
      if (!defined.has(text(id))) {
        throw unexpected("tokens of post_processor among its special_tokens", id);
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
    return refused(expected, found, "download it again");
  }

  private static InputException unsupported(String expected, JsonElement found) {
    return refused(
        expected, found, "this kind of tokenizer is not supported, choose another model");
  }

  private static InputException refused(String expected, JsonElement found, String remedy) {
    String shown = found == null ? "none" : found.toString();
    return new InputException(
        "Expected %s in tokenizer.json, found %s; %s."
            .formatted(expected, CleanText.cut(shown, 60), remedy));
  }
}

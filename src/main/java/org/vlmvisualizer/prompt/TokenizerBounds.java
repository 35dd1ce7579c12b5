package org.vlmvisualizer.prompt;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Map;
import org.vlmvisualizer.core.InputException;

/**
 * How large the values of a tokenizer.json may be. The native tokenizer has no bounds of its own:
 * to find added tokens it builds an automaton, in a time that grows with the square of their number
 * and, where they begin alike, of their length.
 */
final class TokenizerBounds {
  /** The longest pieces in use are some 130 spaces. */
  static final int MAX_TEXT = 1000;

  /** PaliGemma, which has one for each place and object, has 1,200. */
  static final int MAX_ADDED = 10_000;

  private TokenizerBounds() {}

  /**
   * @param tokenizer the content of tokenizer.json
   * @throws InputException if a value is out of bounds; the message names it
   */
  static void check(JsonObject tokenizer) {
    checkValues(tokenizer);
    JsonElement added = tokenizer.get("added_tokens");
    if (added != null && added.isJsonArray() && added.getAsJsonArray().size() > MAX_ADDED) {
      throw refused("at most " + MAX_ADDED + " added_tokens", "" + added.getAsJsonArray().size());
    }
  }

  private static void checkValues(JsonElement element) {
    if (element.isJsonObject()) {
      element.getAsJsonObject().entrySet().forEach(TokenizerBounds::checkEntry);
    } else if (element.isJsonArray()) {
      element.getAsJsonArray().forEach(TokenizerBounds::checkValues);
    } else if (element.isJsonPrimitive()) {
      checkValue(element.getAsJsonPrimitive());
    }
  }

  private static void checkEntry(Map.Entry<String, JsonElement> entry) {
    checkText(entry.getKey());
    checkValues(entry.getValue());
  }

  private static void checkValue(JsonPrimitive value) {
    if (value.isString()) {
      checkText(value.getAsString());
    } else if (value.isNumber() && !(Math.abs(value.getAsDouble()) <= Integer.MAX_VALUE)) {
      // No number of theirs is large, and one that no double can hold is fatal.
      throw refused("numbers up to " + Integer.MAX_VALUE, value.toString());
    }
  }

  private static void checkText(String text) {
    if (text.length() > MAX_TEXT) {
      throw refused(
          "tokens and other texts of at most " + MAX_TEXT + " characters",
          "one of %d that begins with '%s'".formatted(text.length(), text.substring(0, 20)));
    }
  }

  private static InputException refused(String expected, String found) {
    return new InputException(
        "Expected %s in the tokenizer's files, found %s; use those that belong to the model."
            .formatted(expected, found));
  }
}

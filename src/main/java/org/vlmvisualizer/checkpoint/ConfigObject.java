package org.vlmvisualizer.checkpoint;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.vlmvisualizer.core.CleanText;
import org.vlmvisualizer.core.InputException;

/**
 * A JSON object whose values are checked as they are read. A key that is absent or null takes the
 * default, as in transformers.
 *
 * @param where the file's name, of an object within also its key, for messages
 */
public record ConfigObject(JsonObject json, String where) {
  /** Larger than any size in a model, small enough that products of two fit a long. */
  private static final int MAX_SIZE = 1 << 28;

  private static final int MAX_COUNT = 1024;

  /** Whether a value is there and not null. */
  public boolean has(String key) {
    return json.has(key) && !json.get(key).isJsonNull();
  }

  /** A size: a whole number from 1 to 2^28. */
  public int size(String key, int byDefault) {
    int value = integer(key, byDefault);
    if (value < 1 || value > MAX_SIZE) {
      throw unexpected("a size of 1 to " + MAX_SIZE, key, Integer.toString(value));
    }
    return value;
  }

  /**
   * A number of layers or heads: from 1 to 1024, since loops run over it before any weight is seen.
   */
  public int count(String key, int byDefault) {
    int value = size(key, byDefault);
    if (value > MAX_COUNT) {
      throw unexpected("at most " + MAX_COUNT, key, Integer.toString(value));
    }
    return value;
  }

  /**
   * @throws InputException unless the value at {@code key} divides {@code number}
   */
  public void requireDivides(String key, int divisor, int number) {
    if (number % divisor != 0) {
      throw new InputException(
          "Expected %s in %s to divide %d, found %d.".formatted(key, where, number, divisor));
    }
  }

  public int integer(String key, int byDefault) {
    double value = number(key, byDefault);
    if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
      throw unexpected("a whole number", key);
    }
    return (int) value;
  }

  public double number(String key, double byDefault) {
    return has(key) ? number(key, json.get(key)) : byDefault;
  }

  public boolean flag(String key, boolean byDefault) {
    if (!has(key)) {
      return byDefault;
    }
    JsonElement value = json.get(key);
    if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isBoolean()) {
      throw unexpected("true or false", key);
    }
    return value.getAsBoolean();
  }

  public String text(String key, String byDefault) {
    if (!has(key)) {
      return byDefault;
    }
    JsonElement value = json.get(key);
    if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
      throw unexpected("a text", key);
    }
    return value.getAsString();
  }

  /** An object within; empty if absent. */
  public ConfigObject object(String key) {
    if (has(key) && !json.get(key).isJsonObject()) {
      throw unexpected("an object", key);
    }
    return new ConfigObject(
        has(key) ? json.getAsJsonObject(key) : new JsonObject(), key + " of " + where);
  }

  /** One number or a list of them; empty if absent. */
  public List<Double> numbers(String key) {
    List<Double> numbers = new ArrayList<>();
    if (has(key) && json.get(key).isJsonArray()) {
      json.getAsJsonArray(key).forEach(value -> numbers.add(number(key, value)));
    } else if (has(key)) {
      numbers.add(number(key, json.get(key)));
    }
    return numbers;
  }

  /**
   * @throws InputException unless the text at {@code key} is one of {@code known}
   */
  public String oneOf(String key, String byDefault, List<String> known) {
    String value = text(key, byDefault);
    if (!known.contains(value)) {
      throw unexpected(String.join(" or ", known), key, value);
    }
    return value;
  }

  private double number(String key, JsonElement value) {
    if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isNumber()) {
      throw unexpected("a number", key, value.toString());
    }
    double number = value.getAsDouble();
    if (!Double.isFinite(number)) {
      throw unexpected("a finite number", key, value.toString());
    }
    return number;
  }

  /** The refusal of the value at a key, which is there. */
  public InputException unexpected(String expected, String key) {
    return unexpected(expected, key, json.get(key).toString());
  }

  /** The refusal of a value that is not supported. */
  public InputException unexpected(String expected, String key, String found) {
    return new InputException(
        "Expected %s for %s in %s, found %s; this model cannot be run."
            .formatted(expected, key, where, CleanText.cut(found, 60)));
  }
}

package org.vlmvisualizer.prompt;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.vlmvisualizer.core.InputException;

/** What each id of a tokenizer.json looks like to a reader. */
final class Vocabulary {
  /** Above any vocabulary in use; keeps a hostile file from filling memory. */
  private static final int MAX_ID = 10_000_000;

  private final Map<Integer, String> pieces = new HashMap<>();
  private final Set<Integer> added = new HashSet<>();
  private final Set<Integer> special = new HashSet<>();
  private final boolean byteLevel;
  private int size;

  /**
   * @param tokenizer the content of tokenizer.json
   * @throws InputException if it has no vocabulary
   */
  Vocabulary(JsonObject tokenizer) {
    byteLevel = isByteLevel(tokenizer.get("decoder"));
    try {
      JsonElement vocab = tokenizer.getAsJsonObject("model").get("vocab");
      if (vocab.isJsonArray()) {
        int id = 0;
        for (JsonElement entry : vocab.getAsJsonArray()) {
          put(id++, entry.getAsJsonArray().get(0).getAsString());
        }
      } else {
        vocab.getAsJsonObject().entrySet().forEach(e -> put(e.getValue().getAsInt(), e.getKey()));
      }
      JsonArray added = tokenizer.getAsJsonArray("added_tokens");
      for (JsonElement token : added == null ? new JsonArray() : added) {
        JsonObject entry = token.getAsJsonObject();
        put(entry.get("id").getAsInt(), entry.get("content").getAsString());
        this.added.add(entry.get("id").getAsInt());
        if (entry.has("special") && entry.get("special").getAsBoolean()) {
          special.add(entry.get("id").getAsInt());
        }
      }
    } catch (IllegalStateException
        | NullPointerException
        | ClassCastException
        | UnsupportedOperationException
        | IndexOutOfBoundsException
        | NumberFormatException e) {
      throw new InputException(
          "Expected a vocabulary in tokenizer.json, but it is broken; download it again.", e);
    }
  }

  private static boolean isByteLevel(JsonElement decoder) {
    return decoder != null
        && decoder.isJsonObject()
        && decoder.getAsJsonObject().has("type")
        && decoder.getAsJsonObject().get("type").toString().equals("\"ByteLevel\"");
  }

  private void put(int id, String piece) {
    if (id < 0 || id > MAX_ID) {
      throw new InputException(
          "Expected ids from 0 to " + MAX_ID + " in tokenizer.json, found " + id + ".");
    }
    pieces.put(id, piece);
    size = Math.max(size, id + 1);
  }

  /** The highest id, plus one. */
  int size() {
    return size;
  }

  /** The id of a piece, or null if it is none. */
  Integer id(String piece) {
    return pieces.entrySet().stream()
        .filter(entry -> entry.getValue().equals(piece))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(null);
  }

  /** Whether an id is a control token, such as the end of a sequence. */
  boolean isSpecial(int id) {
    return special.contains(id);
  }

  /** The piece with its leading space; a byte as its character where that is ASCII. */
  String text(int id) {
    String piece = pieces.getOrDefault(id, "<" + id + ">");
    if (byteLevel) {
      return added.contains(id) ? piece : ByteLevel.text(piece);
    }
    if (piece.matches("<0x[0-7][0-9A-F]>")) {
      return String.valueOf((char) Integer.parseInt(piece.substring(3, 5), 16));
    }
    return piece.replace('\u2581', ' ');
  }
}

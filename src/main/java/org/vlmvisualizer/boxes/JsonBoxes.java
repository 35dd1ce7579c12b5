package org.vlmvisualizer.boxes;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;
import org.vlmvisualizer.json.StrictJson;

/**
 * JSON objects with coordinates, in a list, in a fence, or within running text. Each is read by
 * itself, so that of a list that is cut off all whole ones count. An answer is passed over once,
 * whatever it nests.
 */
final class JsonBoxes implements BoxFormat.Grammar {
  private static final String BOX = "bbox_2d";
  private static final String POINT = "point_2d";

  /** In single quotes, as in Python, it is no JSON, but to be counted. */
  private static final Pattern KEY =
      Pattern.compile("[\"'](?:%s|%s)[\"']\\s*+:".formatted(BOX, POINT));

  /** What a thing is called; of a line of text, what it says. */
  private static final List<String> NAMES = List.of("label", "text_content");

  @Override
  public void read(String answer, FoundBoxes found) {
    Deque<Integer> open = new ArrayDeque<>();
    boolean inText = false;
    int key = -1; // where coordinates were named last
    int end = 0; // of the last object that was read
    for (int i = 0; i < answer.length() && !found.isOver(); i++) {
      char c = answer.charAt(i);
      if (isKey(answer, i)) {
        key = i;
      }
      if (inText) {
        inText = c != '"' && c != '\n'; // which no text in JSON holds
        i += c == '\\' ? 1 : 0;
      } else if (c == '"') {
        inText = !open.isEmpty();
      } else if (c == '{') {
        open.push(i);
      } else if (c == '}' && !open.isEmpty()) {
        int start = open.pop();
        if (start >= end && key >= start) {
          end = i + 1;
          readObject(answer.substring(start, end), found);
        }
      }
    }
    if (key >= end) {
      found.addBroken(); // cut off
    }
  }

  private static boolean isKey(String answer, int at) {
    char c = answer.charAt(at);
    return (c == '"' || c == '\'') && KEY.matcher(answer).region(at, answer.length()).lookingAt();
  }

  private static void readObject(String json, FoundBoxes found) {
    try {
      JsonObject object = StrictJson.object(json);
      readPlace(object, BOX, 4, found);
      readPlace(object, POINT, 2, found);
    } catch (JsonParseException e) {
      found.addBroken();
    }
  }

  private static void readPlace(JsonObject object, String key, int length, FoundBoxes found) {
    if (!object.has(key)) {
      return;
    }
    List<JsonElement> list =
        object.get(key).isJsonArray() ? object.getAsJsonArray(key).asList() : List.of();
    if (list.size() == length && list.stream().allMatch(JsonBoxes::isNumber)) {
      found.add(name(object), list.stream().mapToDouble(JsonElement::getAsDouble).toArray());
    } else {
      found.addBroken();
    }
  }

  private static boolean isNumber(JsonElement value) {
    return value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
  }

  private static String name(JsonObject object) {
    return NAMES.stream()
        .map(object::get)
        .filter(name -> name != null && name.isJsonPrimitive())
        .map(JsonElement::getAsString)
        .findFirst()
        .orElse("");
  }
}

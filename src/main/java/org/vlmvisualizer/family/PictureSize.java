package org.vlmvisualizer.family;

import com.google.gson.JsonElement;
import java.util.List;
import java.util.Set;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.core.InputException;

/** The sizes in an image processor's settings, which come as a number, a list or an object. */
final class PictureSize {
  private static final String LONGEST_EDGE = "longest_edge";

  private PictureSize() {}

  /**
   * Whether it is a height and a width.
   *
   * @param side the vision tower's, which all that is given must be
   * @throws InputException if the key holds anything else
   */
  static boolean check(ConfigObject c, String key, int side) {
    JsonElement value = c.json().get(key);
    boolean sides = value.isJsonArray();
    List<Double> given;
    if (value.isJsonObject()) {
      ConfigObject object = c.object(key);
      sides = !object.has("shortest_edge");
      given =
          (sides ? List.of("height", "width") : List.of("shortest_edge"))
              .stream().map(edge -> object.number(edge, 0)).toList();
    } else {
      given = c.numbers(key);
    }
    if (given.isEmpty() || given.stream().anyMatch(length -> length != side)) {
      throw c.unexpected(side + ", the image_size of the vision tower,", key);
    }
    return sides;
  }

  /**
   * The longer side that a picture is resized to.
   *
   * @throws InputException if the key holds anything else
   */
  static int longestEdge(ConfigObject c, String key, int byDefault) {
    if (!c.has(key)) {
      return byDefault;
    }
    JsonElement value = c.json().get(key);
    if (!value.isJsonObject() || !value.getAsJsonObject().keySet().equals(Set.of(LONGEST_EDGE))) {
      throw c.unexpected(LONGEST_EDGE, key);
    }
    return c.object(key).size(LONGEST_EDGE, byDefault);
  }
}

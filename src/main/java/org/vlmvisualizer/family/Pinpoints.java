package org.vlmvisualizer.family;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import java.util.ArrayList;
import java.util.List;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.image.Resolution;

/**
 * The resolutions that a tiled picture may have: image_grid_pinpoints, [height, width] each but for
 * the original LLaVA.
 */
final class Pinpoints {
  private static final String KEY = "image_grid_pinpoints";

  /** LLaVA-OneVision has 36, of up to 36 tiles. */
  private static final int MAX = 400;

  private static final int MAX_TILES = 100;

  private Pinpoints() {}

  /**
   * @param processor preprocessor_config.json
   * @param model config.json, which transformers takes the tokens' number by
   * @param side of a tile in pixels
   * @param byDefault what absent keys mean
   * @throws InputException if they are no whole tiles, too many, or not the same in both files
   */
  static List<Resolution> of(
      ConfigObject processor, ConfigObject model, int side, List<Resolution> byDefault) {
    List<Resolution> seen = read(processor, side, byDefault);
    List<Resolution> counted = read(model, side, byDefault);
    if (!seen.equals(counted)) {
      throw new InputException(
          "Expected the same %s in %s and %s, found others; download the model again."
              .formatted(KEY, processor.where(), model.where()));
    }
    return seen;
  }

  /**
   * Of a checkpoint in the original LLaVA's format: [width, height] each.
   *
   * @param model config.json
   * @param side of a tile in pixels
   * @throws InputException if there are none, or they are no whole tiles or too many
   */
  static List<Resolution> original(ConfigObject model, int side) {
    if (!model.has(KEY)) {
      throw model.unexpected("the resolutions of tiled pictures", KEY, "none");
    }
    return read(model, side, List.of()).stream()
        .map(r -> new Resolution(r.height(), r.width()))
        .toList();
  }

  private static List<Resolution> read(ConfigObject c, int side, List<Resolution> byDefault) {
    if (!c.has(KEY)) {
      if (byDefault.stream().anyMatch(r -> !fits(r, side))) {
        throw c.unexpected("multiples of %d pixels".formatted(side), KEY, "none");
      }
      return byDefault;
    }
    List<Resolution> all = new ArrayList<>();
    JsonElement list = c.json().get(KEY);
    if (list.isJsonArray()) {
      list.getAsJsonArray().forEach(pair -> all.add(checked(pair, side)));
    }
    if (all.isEmpty() || all.size() > MAX || all.contains(null)) {
      throw c.unexpected(
          "1 to %d pairs of lengths, multiples of %d pixels with up to %d tiles"
              .formatted(MAX, side, MAX_TILES),
          KEY);
    }
    return List.copyOf(all);
  }

  /** Null if it is no pair of whole numbers of tiles, or too many. */
  private static Resolution checked(JsonElement pair, int side) {
    JsonArray lengths = pair.isJsonArray() ? pair.getAsJsonArray() : new JsonArray();
    if (lengths.size() != 2 || !isWhole(lengths.get(0)) || !isWhole(lengths.get(1))) {
      return null;
    }
    Resolution r = new Resolution(lengths.get(1).getAsInt(), lengths.get(0).getAsInt());
    return fits(r, side) ? r : null;
  }

  private static boolean isWhole(JsonElement length) {
    return length.isJsonPrimitive()
        && length.getAsJsonPrimitive().isNumber()
        && length.getAsDouble() == (int) length.getAsDouble();
  }

  private static boolean fits(Resolution r, int side) {
    boolean whole = r.width() > 0 && r.height() > 0;
    whole &= r.width() % side == 0 && r.height() % side == 0;
    return whole && (long) (r.width() / side) * (r.height() / side) <= MAX_TILES;
  }

  /** All resolutions of up to so many tiles in a row and a column. */
  static List<Resolution> square(int side, int most) {
    List<Resolution> all = new ArrayList<>();
    for (int rows = 1; rows <= most; rows++) {
      for (int columns = 1; columns <= most; columns++) {
        all.add(new Resolution(columns * side, rows * side));
      }
    }
    return List.copyOf(all);
  }
}

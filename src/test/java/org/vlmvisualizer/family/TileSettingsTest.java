package org.vlmvisualizer.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.image.Resolution;

/** Sizes and resolutions of tiles: obeyed, or refused in one sentence that names the key. */
class TileSettingsTest {
  private static final String PINPOINTS = "image_grid_pinpoints";

  private static ConfigObject config(String key, String value) {
    JsonObject json = new JsonObject();
    json.add(key, JsonParser.parseString(value));
    return new ConfigObject(json, "preprocessor_config.json");
  }

  private static List<Resolution> read(String pinpoints) {
    ConfigObject both = config(PINPOINTS, pinpoints);
    return Pinpoints.of(both, both, 336, List.of());
  }

  private static void refused(String key, Runnable reading) {
    String sentence = assertThrows(InputException.class, reading::run).getMessage();
    assertTrue(sentence.contains(key), sentence);
    PlainSentence.check(sentence);
  }

  @Test
  void pinpointsAreHeightAndWidth() {
    assertEquals(
        List.of(new Resolution(672, 336), new Resolution(336, 1008)),
        read("[[336, 672], [1008, 336]]"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{}",
        "5",
        "\"[[336, 672]]\"",
        "[[336]]",
        "[[336, 672, 336]]",
        "[[336, -672]]",
        "[[0, 336]]",
        "[[336, 670]]",
        "[[3360, 3696]]",
        "[[336, 268435440]]",
        "[[336, \"x\"]]",
        "[[[336], 336]]",
        "[5]",
        "[[336.5, 336]]"
      })
  void pinpointsThatAreNone(String pinpoints) {
    refused(PINPOINTS, () -> read(pinpoints));
  }

  @Test
  void tooManyPinpoints() {
    String many = "[" + "[336, 672],".repeat(400) + "[336, 336]]";
    refused(PINPOINTS, () -> read(many));
  }

  @Test
  void pinpointsOfTwoFilesThatDiffer() {
    ConfigObject here = config(PINPOINTS, "[[336, 672]]");
    ConfigObject there = config(PINPOINTS, "[[672, 336]]");
    refused(PINPOINTS, () -> Pinpoints.of(here, there, 336, List.of()));
  }

  @Test
  void absentPinpointsThatDoNotFitTheTower() {
    ConfigObject none = new ConfigObject(new JsonObject(), "preprocessor_config.json");
    List<Resolution> byDefault = List.of(new Resolution(672, 336));
    assertEquals(byDefault, Pinpoints.of(none, none, 336, byDefault));
    refused(PINPOINTS, () -> Pinpoints.of(none, none, 224, byDefault));
  }

  @Test
  void sizes() {
    assertTrue(PictureSize.check(config("size", "{\"height\": 30, \"width\": 30}"), "size", 30));
    assertFalse(PictureSize.check(config("size", "{\"shortest_edge\": 30}"), "size", 30));
    assertEquals(64, PictureSize.longestEdge(config("size", "{\"longest_edge\": 64}"), "size", 9));
    assertEquals(9, PictureSize.longestEdge(config("other", "1"), "size", 9));
  }

  @ParameterizedTest
  @ValueSource(strings = {"64", "[64, 64]", "{\"longest_edge\": 0}", "{\"height\": 64}"})
  void longestEdgesThatAreNone(String value) {
    refused("size", () -> PictureSize.longestEdge(config("size", value), "size", 9));
  }
}

package org.vlmvisualizer.family;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.Golden;

/**
 * Against what Idefics3VisionEmbeddings computes in transformers 4.57.6 with torch 2.7.1 along one
 * axis, for 1 to 40, 64 and 70 patches of a side. In float32 all but the first patch are shifted by
 * one.
 */
class BucketedPositionsTest {

  @ParameterizedTest
  @ValueSource(strings = {"float32", "bfloat16", "float16"})
  void roundingDecides(String type) throws IOException {
    String json = Files.readString(Golden.ROOT.resolve("families/idefics3-positions.json"));
    JsonObject sides = JsonParser.parseString(json).getAsJsonObject().getAsJsonObject(type);
    assertEquals(42, sides.size());
    for (String name : sides.keySet()) {
      int side = Integer.parseInt(name);
      JsonArray along = sides.getAsJsonArray(name);
      List<Integer> expected = new ArrayList<>();
      for (int row = 0; row < side; row++) {
        for (int column = 0; column < side; column++) {
          expected.add(along.get(row).getAsInt() * side + along.get(column).getAsInt());
        }
      }
      assertEquals(expected, BucketedPositions.ids(side, type), name + " in " + type);
    }
  }
}

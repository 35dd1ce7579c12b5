package org.vlmvisualizer.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.Crop;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;

/**
 * Phi-3-V's pictures against the reference in src/test/python: where they lie on their tiles, how
 * many tokens they make, and tiles bit for bit.
 */
class Phi3VPictureGoldenTest {
  private static final Normalization CLIP =
      new Normalization(
          new double[] {0.48145466, 0.4578275, 0.40821073},
          new double[] {0.26862954, 0.26130258, 0.27577711},
          1 / 255.0);

  private static JsonObject golden;

  @BeforeAll
  static void read() throws IOException {
    Path file = Path.of("src/test/resources/golden/pictures-phi3.json");
    golden = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
  }

  private static List<JsonObject> objects(JsonElement array) {
    return array.getAsJsonArray().asList().stream().map(JsonElement::getAsJsonObject).toList();
  }

  private static int number(JsonObject json, String key) {
    return json.get(key).getAsInt();
  }

  private static Phi3VProcessor processor(JsonObject spec) {
    return new Phi3VProcessor(
        number(spec, "size"), number(spec, "patch_size"), CLIP, number(spec, "num_crops"));
  }

  private static RgbPicture blank(JsonObject c) {
    int width = number(c, "width");
    int height = number(c, "height");
    return new RgbPicture(width, height, new byte[3 * width * height]);
  }

  @Test
  void picturesLieOnTheirTiles() {
    int most = 0;
    for (JsonObject spec : objects(golden.get("counts"))) {
      Phi3VProcessor processor = processor(spec);
      for (JsonObject c : objects(spec.get("cases"))) {
        if (c.get("tiles").isJsonNull()) {
          refused(processor, c);
          continue;
        }
        TiledCanvas canvas =
            TiledCanvas.of(
                number(c, "width"), number(c, "height"), processor.size(), processor.mostTiles());
        List<Integer> place = List.of(canvas.left(), canvas.top(), canvas.width(), canvas.height());
        assertEquals(ints(c, "tiles"), List.of(canvas.columns(), canvas.rows()), c.toString());
        assertEquals(ints(c, "place"), place, c.toString());
        int tokens = processor.lay(List.of(blank(c))).layout().tokens();
        assertEquals(number(c, "tokens"), tokens, c.toString());
        assertTrue(tokens <= processor.mostTokens(), c.toString());
        most = Math.max(most, tokens);
      }
    }
    assertEquals(2653, most); // 16 tiles in a column
  }

  private static void refused(Phi3VProcessor processor, JsonObject c) {
    List<RgbPicture> pictures = List.of(blank(c));
    String sentence =
        assertThrows(InputException.class, () -> processor.lay(pictures)).getMessage();
    PlainSentence.check(sentence);
    assertTrue(sentence.contains(number(c, "width") + " x " + number(c, "height")), sentence);
  }

  private static List<Integer> ints(JsonObject json, String key) {
    return json.getAsJsonArray(key).asList().stream().map(JsonElement::getAsInt).toList();
  }

  @Test
  void tilesAreThoseOfPillow() {
    for (JsonObject spec : objects(golden.get("pixels"))) {
      int seed = 0;
      for (JsonObject c : objects(spec.get("cases"))) {
        RgbPicture picture = NoisePicture.of(number(c, "width"), number(c, "height"), seed++);
        List<Crop> crops = processor(spec).process(List.of(picture), Progress.NONE).crops();
        List<Long> found = crops.stream().skip(1).map(Phi3VPictureGoldenTest::checksum).toList();
        List<Long> expected =
            c.getAsJsonArray("checksums").asList().stream().map(JsonElement::getAsLong).toList();
        assertEquals(expected, found, c.toString());
      }
    }
  }

  private static long checksum(Crop crop) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Float.BYTES * crop.values().length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(crop.values());
    CRC32 crc = new CRC32();
    crc.update(bytes.array());
    return crc.getValue();
  }
}

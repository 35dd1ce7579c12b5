package org.vlmvisualizer.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.vlmvisualizer.core.Crop;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;

/**
 * InternVL's pictures and videos against transformers' processors: arrangements of tiles, and pixel
 * values bit for bit, of still pictures as Pillow resizes them and of frames as torchvision does.
 */
class InternVlPictureGoldenTest {
  private static JsonObject golden;

  @BeforeAll
  static void read() throws IOException {
    Path file = Path.of("src/test/resources/golden/pictures-internvl.json");
    golden = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
  }

  private static List<JsonObject> objects(JsonObject json, String key) {
    return json.getAsJsonArray(key).asList().stream().map(JsonElement::getAsJsonObject).toList();
  }

  private static int number(JsonObject json, String key) {
    return json.get(key).getAsInt();
  }

  private static InternVlProcessor processor(JsonObject spec, Normalization normalization) {
    int size = number(spec, "size");
    int patch = number(spec, "patch_size");
    boolean tiles = spec.has("max_patches");
    SingleView frames =
        new SingleView(
            size,
            patch,
            normalization,
            Resampling.BICUBIC,
            Rounding.TORCH,
            SingleView.Shape.SQUASH,
            new int[3]);
    return new InternVlProcessor(
        size,
        patch,
        normalization,
        2,
        tiles ? number(spec, "min_patches") : 1,
        tiles ? number(spec, "max_patches") : 1,
        frames);
  }

  private static Normalization plain() {
    return new Normalization(new double[3], new double[] {1, 1, 1}, 1);
  }

  @Test
  void tilesAreArrangedAndCounted() {
    int checked = 0;
    for (JsonObject spec : objects(golden, "counts")) {
      InternVlProcessor processor = processor(spec, plain());
      for (JsonObject c : objects(spec, "cases")) {
        int width = number(c, "width");
        int height = number(c, "height");
        InternVlProcessor.Arrangement found = processor.arrangement(width, height);
        assertEquals(number(c, "columns"), found.columns(), c.toString());
        assertEquals(number(c, "rows"), found.rows(), c.toString());
        int crops = found.count() == 1 ? 1 : found.count() + 1;
        assertEquals(number(c, "tokens"), 256 * crops);
        assertTrue(2 + 256 * crops <= processor.mostTokens());
        checked++;
      }
    }
    assertTrue(checked > 300, "sizes: " + checked);
  }

  @Test
  void pixelsOfPicturesAreThoseOfPillow() {
    for (JsonObject spec : objects(golden, "pixels")) {
      InternVlProcessor processor =
          processor(
              spec, new Normalization(channels(spec, "mean"), channels(spec, "std"), 1 / 255.0));
      int seed = 0;
      for (JsonObject c : objects(spec, "cases")) {
        RgbPicture picture = NoisePicture.of(number(c, "width"), number(c, "height"), seed++);
        ModelInput input = processor.process(List.of(picture), Progress.NONE);
        checkCrops(c, input.crops());
        int tokens = number(c, "tokens");
        assertEquals("<img>" + "<IMG_CONTEXT>".repeat(tokens) + "</img>", input.texts().get(0));
        assertEquals(
            c.get("order").getAsLong(), ofPatches(input.layout().spread().patch()), c.toString());
      }
    }
  }

  @Test
  void pixelsOfFramesAreThoseOfTorchvision() {
    JsonObject spec = golden.getAsJsonObject("frames");
    InternVlProcessor processor = processor(spec, plain());
    int seed = 0;
    for (JsonObject c : objects(spec, "cases")) {
      RgbPicture frame = NoisePicture.of(number(c, "width"), number(c, "height"), seed++);
      ModelInput input = processor.processVideo(List.of(frame, frame), Progress.NONE);
      checkCrops(c, input.crops().subList(0, 1));
      String one = "<img>" + "<IMG_CONTEXT>".repeat(9) + "</img>";
      assertEquals("Frame1: " + one + "\nFrame2: " + one, input.texts().get(0));
    }
  }

  private static double[] channels(JsonObject spec, String key) {
    return spec.getAsJsonArray(key).asList().stream()
        .mapToDouble(JsonElement::getAsDouble)
        .toArray();
  }

  private static void checkCrops(JsonObject c, List<Crop> crops) {
    List<Long> expected =
        c.getAsJsonArray("checksums").asList().stream().map(JsonElement::getAsLong).toList();
    List<Long> found = crops.stream().map(crop -> ofValues(crop.values())).toList();
    assertEquals(expected, found, c.toString());
  }

  private static long ofValues(float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return checksum(bytes);
  }

  private static long ofPatches(int[] patches) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * patches.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(patches);
    return checksum(bytes);
  }

  private static long checksum(ByteBuffer bytes) {
    CRC32 checksum = new CRC32();
    checksum.update(bytes.array());
    return checksum.getValue();
  }
}

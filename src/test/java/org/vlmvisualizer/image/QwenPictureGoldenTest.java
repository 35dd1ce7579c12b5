package org.vlmvisualizer.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.core.Crop;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.image.PixelLimits.Shown;
import org.vlmvisualizer.image.PixelLimits.Size;

/**
 * Qwen's pictures and videos against transformers' processors: sizes, and pixel values bit for bit,
 * of still pictures as Pillow resizes them and of frames as torchvision does.
 */
class QwenPictureGoldenTest {
  private static final Pattern TIME = Pattern.compile("<[0-9.]+ seconds>");

  private static JsonObject golden;

  @BeforeAll
  static void read() throws IOException {
    Path file = Path.of("src/test/resources/golden/pictures-qwen.json");
    golden = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
  }

  private static List<JsonObject> objects(JsonElement array) {
    return array.getAsJsonArray().asList().stream().map(JsonElement::getAsJsonObject).toList();
  }

  private static int number(JsonObject json, String key) {
    return json.get(key).getAsInt();
  }

  private static PixelLimits limits(JsonObject spec) {
    return new PixelLimits(number(spec, "min_pixels"), number(spec, "max_pixels"));
  }

  private static long block(JsonObject spec) {
    return (long) number(spec, "patch_size") * number(spec, "merge_size");
  }

  private static boolean isRefused(JsonObject c) {
    return c.get("resized").isJsonNull();
  }

  private static void checkSize(JsonObject c, Size found) {
    JsonArray expected = c.getAsJsonArray("resized");
    assertEquals(
        List.of(expected.get(0).getAsInt(), expected.get(1).getAsInt()),
        List.of(found.height(), found.width()),
        c.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"qwen2-vl", "qwen3-vl"})
  void picturesAreResizedAndCounted(String family) {
    for (JsonObject spec : objects(golden.getAsJsonObject(family).get("counts"))) {
      for (JsonObject c : objects(spec.get("cases"))) {
        Shown shown = new Shown(number(c, "width"), number(c, "height"));
        if (isRefused(c)) {
          assertThrows(InputException.class, () -> limits(spec).size(shown, block(spec)));
        } else {
          Size size = limits(spec).size(shown, block(spec));
          checkSize(c, size);
          assertEquals(number(c, "tokens"), size.pixels() / block(spec) / block(spec));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"qwen2-vl", "qwen3-vl"})
  void pixelsOfPicturesAreThoseOfPillow(String family) {
    for (JsonObject spec : objects(golden.getAsJsonObject(family).get("pixels"))) {
      Normalization normalization =
          new Normalization(channels(spec, "mean"), channels(spec, "std"), 1 / 255.0);
      QwenProcessor processor = processor(spec, normalization, false);
      int seed = 0;
      for (JsonObject c : objects(spec.get("cases"))) {
        RgbPicture picture = NoisePicture.of(number(c, "width"), number(c, "height"), seed++);
        checkCrop(c, processor.process(List.of(picture), Progress.NONE).crops().get(0));
      }
    }
  }

  /** transformers refuses frames of Qwen3-VL whose sides are below a block's; they are enlarged. */
  @ParameterizedTest
  @ValueSource(strings = {"qwen2-vl", "qwen3-vl"})
  void pixelsOfFramesAreThoseOfTorchvision(String family) {
    JsonObject spec = golden.getAsJsonObject(family).getAsJsonObject("frames");
    Normalization none = new Normalization(new double[3], new double[] {1, 1, 1}, 1);
    QwenProcessor processor = processor(spec, none, family.equals("qwen3-vl"));
    int seed = 0;
    for (JsonObject c : objects(spec.get("cases"))) {
      int width = number(c, "width");
      int height = number(c, "height");
      List<RgbPicture> frames =
          List.of(NoisePicture.of(width, height, seed), NoisePicture.of(width, height, seed + 100));
      seed++;
      if (!isRefused(c)) {
        checkCrop(c, processor.processVideo(frames, Progress.NONE).crops().get(0));
      }
    }
  }

  @Test
  void framesOfQwen3CountTogether() {
    int checked = 0;
    for (JsonObject spec : objects(golden.getAsJsonObject("qwen3-vl").get("videos"))) {
      for (JsonObject c : objects(spec.get("cases"))) {
        if (!isRefused(c)) {
          Shown shown = new Shown(number(c, "width"), number(c, "height"), number(c, "frames"), 2);
          checkSize(c, limits(spec).size(shown, block(spec)));
          checked++;
        }
      }
    }
    assertEquals(204, checked);
  }

  @Test
  void qwen3ReadsTheTimeBeforeEachPair() {
    JsonObject spec = objects(golden.getAsJsonObject("qwen3-vl").get("pixels")).get(0);
    Normalization none = new Normalization(new double[3], new double[] {1, 1, 1}, 1);
    int checked = 0;
    for (JsonObject c : objects(golden.getAsJsonObject("qwen3-vl").get("times"))) {
      FramePace pace = FramePace.byText(1 / c.get("fps").getAsDouble());
      List<RgbPicture> frames =
          Collections.nCopies(number(c, "frames"), NoisePicture.black(24, 24));
      String text = processor(spec, none, pace).layVideo(frames).texts().get(0);
      List<String> times = TIME.matcher(text).results().map(MatchResult::group).toList();
      assertEquals(
          c.getAsJsonArray("texts").asList().stream().map(JsonElement::getAsString).toList(),
          times);
      checked++;
    }
    assertEquals(21, checked);
  }

  private static QwenProcessor processor(
      JsonObject spec, Normalization normalization, boolean timed) {
    return processor(spec, normalization, timed ? FramePace.byText(0.5) : FramePace.COUNTED);
  }

  private static QwenProcessor processor(
      JsonObject spec, Normalization normalization, FramePace pace) {
    return new QwenProcessor(
        number(spec, "patch_size"),
        number(spec, "merge_size"),
        2,
        normalization,
        Resampling.BICUBIC,
        limits(spec),
        limits(spec),
        pace);
  }

  private static double[] channels(JsonObject spec, String key) {
    return spec.getAsJsonArray(key).asList().stream()
        .mapToDouble(JsonElement::getAsDouble)
        .toArray();
  }

  /** A checksum of each frame's values, [3, H, W]. */
  private static void checkCrop(JsonObject c, Crop crop) {
    checkSize(c, new Size(crop.width(), crop.height()));
    int plane = crop.values().length / crop.frames();
    List<Long> found =
        IntStream.range(0, crop.frames())
            .mapToObj(i -> Arrays.copyOfRange(crop.values(), i * plane, (i + 1) * plane))
            .map(QwenPictureGoldenTest::checksum)
            .toList();
    List<Long> expected = new ArrayList<>();
    c.getAsJsonArray("checksums").forEach(value -> expected.add(value.getAsLong()));
    assertEquals(expected, found, c.toString());
  }

  private static long checksum(float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    CRC32 checksum = new CRC32();
    checksum.update(bytes.array());
    return checksum.getValue();
  }
}

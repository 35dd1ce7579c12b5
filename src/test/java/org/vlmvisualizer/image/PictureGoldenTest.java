package org.vlmvisualizer.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.core.Crop;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.Spread;
import org.vlmvisualizer.image.SingleView.Shape;

/**
 * Against transformers' processors: pixel values bit for bit where Pillow resizes, the patches that
 * each image token is made of, counts and texts. The feature of a patch is its number, that of a
 * newline -1.
 */
class PictureGoldenTest {
  private static final Pattern RUN = Pattern.compile("(<image>)+");
  private static final double[] CLIP_MEAN = {0.48145466, 0.4578275, 0.40821073};
  private static final double[] CLIP_STD = {0.26862954, 0.26130258, 0.27577711};
  private static final double[] HALF = {0.5, 0.5, 0.5};
  private static final Normalization CLIP = new Normalization(CLIP_MEAN, CLIP_STD, 1 / 255.0);
  private static final Normalization SIGLIP = new Normalization(HALF, HALF, 1 / 255.0);

  private static JsonObject golden;

  @BeforeAll
  static void read() throws IOException {
    Path file = Path.of("src/test/resources/golden/pictures.json");
    golden = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
  }

  @Test
  void siglip() {
    JsonObject spec = golden.getAsJsonObject("siglip");
    int seed = 0;
    for (JsonObject c : cases(spec)) {
      RgbPicture picture =
          NoisePicture.of(c.get("width").getAsInt(), c.get("height").getAsInt(), seed++);
      SingleView view =
          new SingleView(
              size(spec),
              patch(spec),
              SIGLIP,
              Resampling.BICUBIC,
              Rounding.PILLOW,
              Shape.SQUASH,
              new int[3]);
      ModelInput input = view.process(List.of(picture), Progress.NONE);
      assertEquals(List.of("<image>".repeat(16)), input.texts());
      checkCrops(c, input, input.crops().size());
    }
  }

  @Test
  void llavaNextCounts() {
    JsonObject spec = golden.getAsJsonObject("llava-next").getAsJsonObject("counts");
    LlavaNextProcessor processor = next(spec, CLIP);
    for (JsonObject c : cases(spec)) {
      checkCount(spec, c, processor.lay(List.of(black(c))));
    }
  }

  @Test
  void llavaNextPixels() {
    JsonObject spec = golden.getAsJsonObject("llava-next").getAsJsonObject("pixels");
    checkPixels(spec, next(spec, CLIP));
  }

  private static LlavaNextProcessor next(JsonObject spec, Normalization normalization) {
    return new LlavaNextProcessor(tiles(spec, normalization, resolutions(spec)));
  }

  private static AnyResolutionTiles tiles(
      JsonObject spec, Normalization normalization, List<Resolution> resolutions) {
    return new AnyResolutionTiles(
        size(spec), patch(spec), normalization, Resampling.BICUBIC, resolutions, true);
  }

  @Test
  void llavaOnevisionCounts() {
    JsonObject spec = golden.getAsJsonObject("llava-onevision").getAsJsonObject("counts");
    LlavaOnevisionProcessor processor = onevision(spec);
    for (JsonObject c : cases(spec)) {
      checkCount(spec, c, processor.lay(List.of(black(c))));
    }
    InputBuilder two = processor.lay(List.of(NoisePicture.black(30, 20), NoisePicture.black(9, 9)));
    assertEquals(2, two.crops());
    assertEquals(List.of("<image>".repeat(730), "<image>".repeat(730)), two.texts());
    Layout layout = two.layout();
    assertEquals(List.of(true, false, true, false), places(layout, 728, 729, 730, 1459));
  }

  private static List<Boolean> places(Layout layout, int... tokens) {
    List<Boolean> places = new ArrayList<>();
    for (int token : tokens) {
      places.add(layout.hasPlace(token));
    }
    return places;
  }

  @Test
  void llavaOnevisionPixels() {
    JsonObject spec = golden.getAsJsonObject("llava-onevision").getAsJsonObject("pixels");
    checkPixels(spec, onevision(spec));
  }

  @Test
  void llavaOnevisionFrames() {
    JsonObject spec = golden.getAsJsonObject("llava-onevision").getAsJsonObject("frames");
    LlavaOnevisionProcessor processor =
        new LlavaOnevisionProcessor(
            tiles(spec, eightBit(), List.of(new Resolution(size(spec), size(spec)))),
            9,
            null,
            frames(spec, Shape.SQUASH));
    checkFrames(spec, processor, 9, 1);
  }

  private static LlavaOnevisionProcessor onevision(JsonObject spec) {
    return new LlavaOnevisionProcessor(
        tiles(spec, SIGLIP, resolutions(spec)),
        spec.get("max_tiles").getAsInt(),
        new SingleView(
            size(spec),
            patch(spec),
            SIGLIP,
            Resampling.BICUBIC,
            Rounding.PILLOW,
            Shape.PAD,
            new int[] {127, 127, 127}),
        null);
  }

  @Test
  void llavaNextVideoFrames() {
    JsonObject spec = golden.getAsJsonObject("llava-next-video").getAsJsonObject("frames");
    checkFrames(spec, new LlavaNextVideoProcessor(null, frames(spec, Shape.CROP)), 4, 0);
  }

  private static Normalization eightBit() {
    return new Normalization(new double[3], new double[] {1, 1, 1}, 1);
  }

  private static SingleView frames(JsonObject spec, Shape shape) {
    return new SingleView(
        size(spec), patch(spec), eightBit(), Resampling.BICUBIC, Rounding.TORCH, shape, new int[3]);
  }

  @Test
  void idefics3Counts() {
    for (JsonElement element : golden.getAsJsonObject("idefics3").getAsJsonArray("counts")) {
      JsonObject spec = element.getAsJsonObject();
      for (JsonObject c : cases(spec)) {
        InputBuilder input = idefics3(spec, true).lay(List.of(black(c)));
        assertEquals(c.get("text").getAsString(), runs(input.texts().get(0)), c.toString());
      }
    }
  }

  @Test
  void idefics3Pixels() {
    for (JsonElement element : golden.getAsJsonObject("idefics3").getAsJsonArray("pixels")) {
      JsonObject spec = element.getAsJsonObject();
      checkPixels(spec, idefics3(spec, spec.get("tiled").getAsBoolean()));
    }
  }

  private static Idefics3Processor idefics3(JsonObject spec, boolean tiled) {
    return new Idefics3Processor(
        size(spec),
        patch(spec),
        SIGLIP,
        Resampling.LANCZOS,
        spec.get("longest_edge").getAsInt(),
        spec.get("scale_factor").getAsInt(),
        tiled);
  }

  private static void checkPixels(JsonObject spec, PictureProcessor processor) {
    int seed = 0;
    for (JsonObject c : cases(spec)) {
      RgbPicture picture =
          NoisePicture.of(c.get("width").getAsInt(), c.get("height").getAsInt(), seed++);
      ModelInput input = processor.process(List.of(picture), Progress.NONE);
      checkCrops(c, input, input.crops().size());
      if (c.has("order")) {
        checkOrder(c, input);
      } else {
        checkFeatures(c, input);
      }
      String text = runs(input.texts().get(0));
      String expected =
          c.has("text") ? c.get("text").getAsString() : "<image>*" + input.layout().tokens();
      assertEquals(expected, text);
    }
  }

  private static void checkCrops(JsonObject c, ModelInput input, int crops) {
    List<Long> found = new ArrayList<>();
    for (Crop crop : input.crops().subList(0, crops)) {
      float[] values = crop.values();
      ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(values);
      found.add(checksum(bytes));
    }
    List<Long> expected =
        c.getAsJsonArray("checksums").asList().stream().map(JsonElement::getAsLong).toList();
    assertEquals(expected, found, c.get("width") + " x " + c.get("height"));
  }

  /** Tokens that are sums of patches. */
  private static void checkFeatures(JsonObject c, ModelInput input) {
    double[] expected = features(c);
    Spread spread = input.layout().spread();
    assertEquals(expected.length, spread.tokens());
    for (int k = 0; k < spread.tokens(); k++) {
      boolean newline = spread.start()[k] == spread.start()[k + 1];
      double sum = newline ? -1 : 0;
      double weights = newline ? 1 : 0;
      for (int e = spread.start()[k]; e < spread.start()[k + 1]; e++) {
        sum += spread.weight()[e] * spread.patch()[e];
        weights += spread.weight()[e];
      }
      assertEquals(1, weights, 1e-6);
      assertEquals(expected[k], sum, 2e-4, c + " token " + k);
    }
  }

  /** Tokens that are joined patches: their order. */
  private static void checkOrder(JsonObject c, ModelInput input) {
    int[] patches = input.layout().spread().patch();
    ByteBuffer bytes = ByteBuffer.allocate(4 * patches.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(patches);
    assertEquals(c.get("order").getAsLong(), checksum(bytes), c.toString());
  }

  private static long checksum(ByteBuffer bytes) {
    CRC32 checksum = new CRC32();
    checksum.update(bytes.array());
    return checksum.getValue();
  }

  /** Frames are resized by torchvision, whose integers {@link Rounding#TORCH} are. */
  private static void checkFrames(
      JsonObject spec, PictureProcessor processor, int tokens, int newlines) {
    int seed = 0;
    for (JsonObject c : cases(spec)) {
      RgbPicture frame =
          NoisePicture.of(c.get("width").getAsInt(), c.get("height").getAsInt(), seed++);
      ModelInput input = processor.processVideo(List.of(frame, frame), Progress.NONE);
      assertEquals(List.of("<video>".repeat(2 * tokens + newlines)), input.texts());
      checkCrops(c, input, 1);
      Spread spread = input.layout().spread();
      for (int k = 0; k < tokens; k++) {
        double sum = 0;
        for (int e = spread.start()[k]; e < spread.start()[k + 1]; e++) {
          sum += spread.weight()[e] * spread.patch()[e];
        }
        assertEquals(features(spec)[k], sum, 1e-3);
      }
      assertEquals(2, input.layout().frames());
      assertEquals(newlines == 0, input.layout().hasPlace(2 * tokens + newlines - 1));
    }
  }

  private static void checkCount(JsonObject spec, JsonObject c, InputBuilder input) {
    assertEquals(c.get("tokens").getAsInt(), input.layout().tokens(), c.toString());
    JsonArray best = c.getAsJsonArray("best");
    int tiles = best.get(0).getAsInt() / size(spec) * (best.get(1).getAsInt() / size(spec));
    assertEquals(1 + tiles, input.crops(), c.toString());
    assertTrue(input.texts().get(0).matches("(<image>){" + c.get("tokens") + "}"));
  }

  private static double[] features(JsonObject c) {
    String[] numbers = c.get("features").getAsString().split(" ");
    return Arrays.stream(numbers).mapToDouble(Double::parseDouble).toArray();
  }

  private static RgbPicture black(JsonObject c) {
    return NoisePicture.black(c.get("width").getAsInt(), c.get("height").getAsInt());
  }

  private static List<JsonObject> cases(JsonObject spec) {
    return spec.getAsJsonArray("cases").asList().stream()
        .map(JsonElement::getAsJsonObject)
        .toList();
  }

  private static int size(JsonObject spec) {
    return spec.get("size").getAsInt();
  }

  private static int patch(JsonObject spec) {
    return spec.get("patch_size").getAsInt();
  }

  private static List<Resolution> resolutions(JsonObject spec) {
    List<Resolution> resolutions = new ArrayList<>();
    for (JsonElement e : spec.getAsJsonArray("pinpoints")) {
      JsonArray pair = e.getAsJsonArray();
      resolutions.add(new Resolution(pair.get(1).getAsInt(), pair.get(0).getAsInt()));
    }
    return resolutions;
  }

  private static String runs(String text) {
    return RUN.matcher(text)
        .replaceAll(m -> "<image>*" + m.group().length() / PictureProcessor.IMAGE.length());
  }
}

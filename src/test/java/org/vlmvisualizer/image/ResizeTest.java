package org.vlmvisualizer.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vlmvisualizer.core.RgbPicture;

/** Bit for bit against Pillow. */
class ResizeTest {
  private static final Path GOLDENS = Path.of("src/test/resources/golden/resize");

  record Step(Resampling filter, int width, int height) {}

  record Golden(String source, List<Step> steps, String expected) {}

  static Stream<Golden> goldens() throws IOException {
    try (Reader reader = Files.newBufferedReader(GOLDENS.resolve("index.json"))) {
      JsonObject index = JsonParser.parseReader(reader).getAsJsonObject();
      return StreamSupport.stream(index.getAsJsonArray("cases").spliterator(), false)
          .map(JsonElement::getAsJsonObject)
          .map(
              c ->
                  new Golden(
                      c.get("source").getAsString(),
                      steps(c.getAsJsonArray("steps")),
                      c.get("expected").getAsString()));
    }
  }

  private static List<Step> steps(JsonArray steps) {
    return StreamSupport.stream(steps.spliterator(), false)
        .map(JsonElement::getAsJsonObject)
        .map(
            s ->
                new Step(
                    Resampling.ofCode(s.get("resample").getAsInt()).orElseThrow(),
                    s.get("width").getAsInt(),
                    s.get("height").getAsInt()))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void equalsPillow(Golden golden) throws IOException {
    RgbPicture expected = read(golden.expected());
    RgbPicture found = read(golden.source());
    for (Step step : golden.steps()) {
      found = Resize.resize(found, step.filter(), step.width(), step.height());
    }
    assertEquals(0, maxDifference(expected, found));
  }

  @Test
  void canvasEqualsPaddingFirst() {
    Random random = new Random(1);
    int[] colour = {122, 116, 104};
    int[][] sizes = {{1, 1}, {1, 50}, {50, 1}, {7, 200}, {200, 7}, {90, 61}, {28, 27}, {3, 1000}};
    for (int[] size : sizes) {
      RgbPicture picture = noise(size[0], size[1], random);
      int side = Math.max(size[0], size[1]);
      RgbPicture expected = Resize.resize(pad(picture, side, colour), Resampling.BICUBIC, 28, 28);
      RgbPicture found =
          Resize.onCanvas(
              picture,
              ResizeAxis.of(Resampling.BICUBIC, side, 28, 0, 28, (side - size[0]) / 2, size[0]),
              ResizeAxis.of(Resampling.BICUBIC, side, 28, 0, 28, (side - size[1]) / 2, size[1]),
              colour);
      assertArrayEquals(expected.rgb(), found.rgb(), size[0] + " x " + size[1]);
    }
  }

  @Test
  void windowEqualsCroppingAfterwards() {
    RgbPicture picture = noise(97, 40, new Random(2));
    RgbPicture whole = Resize.resize(picture, Resampling.BICUBIC, 67, 28);
    RgbPicture window =
        Resize.window(picture, Resampling.BICUBIC, Rounding.PILLOW, 67, 28, 19, 0, 28, 28);
    for (int y = 0; y < 28; y++) {
      for (int x = 0; x < 28; x++) {
        for (int c = 0; c < 3; c++) {
          assertEquals(whole.get(x + 19, y, c), window.get(x, y, c));
        }
      }
    }
  }

  private static int maxDifference(RgbPicture a, RgbPicture b) {
    assertEquals(a.width() + " x " + a.height(), b.width() + " x " + b.height());
    int max = 0;
    for (int i = 0; i < a.rgb().length; i++) {
      max = Math.max(max, Math.abs((a.rgb()[i] & 0xff) - (b.rgb()[i] & 0xff)));
    }
    return max;
  }

  private static RgbPicture pad(RgbPicture picture, int side, int[] colour) {
    byte[] rgb = new byte[3 * side * side];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) colour[i % 3];
    }
    int left = (side - picture.width()) / 2;
    int top = (side - picture.height()) / 2;
    for (int y = 0; y < picture.height(); y++) {
      System.arraycopy(
          picture.rgb(),
          3 * y * picture.width(),
          rgb,
          3 * ((top + y) * side + left),
          3 * picture.width());
    }
    return new RgbPicture(side, side, rgb);
  }

  private static RgbPicture noise(int width, int height, Random random) {
    byte[] rgb = new byte[3 * width * height];
    random.nextBytes(rgb);
    return new RgbPicture(width, height, rgb);
  }

  private static RgbPicture read(String name) throws IOException {
    BufferedImage image = ImageIO.read(GOLDENS.resolve(name).toFile());
    byte[] rgb = new byte[3 * image.getWidth() * image.getHeight()];
    int next = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int pixel = image.getRGB(x, y);
        rgb[next++] = (byte) (pixel >> 16);
        rgb[next++] = (byte) (pixel >> 8);
        rgb[next++] = (byte) pixel;
      }
    }
    return new RgbPicture(image.getWidth(), image.getHeight(), rgb);
  }
}

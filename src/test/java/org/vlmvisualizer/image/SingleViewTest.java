package org.vlmvisualizer.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.image.SingleView.Shape;

/** Figures by hand; the parity with transformers is checked on the golden checkpoints. */
class SingleViewTest {
  private static final double[] CLIP_MEAN = {0.48145466, 0.4578275, 0.40821073};
  private static final double[] CLIP_STD = {0.26862954, 0.26130258, 0.27577711};

  /** The processor whose values are the 8-bit colours themselves, on black. */
  private static SingleView plain(int size, Shape shape) {
    return view(size, 1, new double[] {0, 0, 0}, new double[] {1, 1, 1}, 1, shape);
  }

  private static SingleView view(
      int size, int patch, double[] mean, double[] std, double factor, Shape shape) {
    int[] colour = {(int) (255 * mean[0]), (int) (255 * mean[1]), (int) (255 * mean[2])};
    Normalization normalization = new Normalization(mean, std, factor);
    return new SingleView(
        size, patch, normalization, Resampling.BICUBIC, Rounding.PILLOW, shape, colour);
  }

  /** Red counts columns, green counts rows, blue is 200. */
  private static RgbPicture counting(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < width * height; i++) {
      rgb[3 * i] = (byte) (i % width);
      rgb[3 * i + 1] = (byte) (i / width);
      rgb[3 * i + 2] = (byte) 200;
    }
    return new RgbPicture(width, height, rgb);
  }

  private static int at(float[] values, int x, int y, int c) {
    int side = (int) Math.sqrt(values.length / 3);
    return (int) values[(c * side + y) * side + x];
  }

  @Test
  void rescalesAndNormalisesInFloat() {
    RgbPicture picture = new RgbPicture(1, 1, new byte[] {(byte) 255, (byte) 128, 0});
    float[] values = view(2, 2, CLIP_MEAN, CLIP_STD, 1 / 255.0, Shape.PAD).values(picture);
    assertEquals((1f - 0.48145466f) / 0.26862954f, values[0]);
    assertEquals(((float) (128 * (1 / 255.0)) - 0.4578275f) / 0.26130258f, values[4]);
    assertEquals((0f - 0.40821073f) / 0.27577711f, values[8]);
  }

  @ParameterizedTest
  @EnumSource
  void onePixelFillsTheInput(Shape shape) {
    float[] pixels = plain(8, shape).values(new RgbPicture(1, 1, new byte[] {7, 80, (byte) 250}));
    for (int i = 0; i < 64; i++) {
      assertEquals(7, pixels[i]);
      assertEquals(80, pixels[64 + i]);
      assertEquals(250, pixels[128 + i]);
    }
  }

  @Test
  void paddingIsTheMeanRoundedDown() {
    double[] one = {1, 1, 1};
    float[] values =
        view(8, 2, CLIP_MEAN, one, 1, Shape.PAD).values(counting(8, 2)); // rows 3 and 4 of 8
    assertEquals(122 - 0.48145466f, values[0]);
    assertEquals(116 - 0.4578275f, values[64]);
    assertEquals(104 - 0.40821073f, values[128]);
    assertEquals(122 - 0.48145466f, values[63]);
  }

  /** Where the picture lies in its square when nothing is resized: offset (side - length) / 2. */
  @ParameterizedTest
  @CsvSource({"8,2,0,3", "8,3,0,2", "8,7,0,0", "2,8,3,0", "3,8,2,0", "1,8,3,0", "8,8,0,0"})
  void padsAround(int width, int height, int left, int top) {
    float[] pixels = plain(8, Shape.PAD).values(counting(width, height));
    for (int y = 0; y < 8; y++) {
      for (int x = 0; x < 8; x++) {
        boolean inside = x >= left && x < left + width && y >= top && y < top + height;
        assertEquals(inside ? x - left : 0, at(pixels, x, y, 0));
        assertEquals(inside ? y - top : 0, at(pixels, x, y, 1));
        assertEquals(inside ? 200 : 0, at(pixels, x, y, 2));
      }
    }
    assertEquals(
        Grid.padded(width, height, 8, 1), plain(8, Shape.PAD).grid(counting(width, height)));
  }

  /** What is left of the picture when nothing is resized: offset (length - size) / 2. */
  @ParameterizedTest
  @CsvSource({"8,8,0,0", "9,8,0,0", "11,8,1,0", "8,12,0,2", "8,41,0,16", "90,8,41,0"})
  void cropsTheCentre(int width, int height, int left, int top) {
    float[] pixels = plain(8, Shape.CROP).values(counting(width, height));
    for (int y = 0; y < 8; y++) {
      for (int x = 0; x < 8; x++) {
        assertEquals(left + x, at(pixels, x, y, 0));
        assertEquals(top + y, at(pixels, x, y, 1));
      }
    }
    assertEquals(
        Grid.cropped(width, height, 8, 1), plain(8, Shape.CROP).grid(counting(width, height)));
  }

  /** 5 x 3 to a shorter side of 4 is 6 x 4 (6.67 rounded down), and columns 1 to 4 of that. */
  @Test
  void cropRoundsTheLongerSideDown() {
    RgbPicture picture = counting(5, 3);
    RgbPicture resized = Resize.resize(picture, Resampling.BICUBIC, 6, 4);
    float[] pixels = plain(4, Shape.CROP).values(picture);
    for (int y = 0; y < 4; y++) {
      for (int x = 0; x < 4; x++) {
        assertEquals(resized.get(x + 1, y, 0), at(pixels, x, y, 0));
      }
    }
  }

  /** One colour stays that colour, whatever the shape, in a thread of pixels too. */
  @ParameterizedTest
  @CsvSource({"1,100000", "100000,1", "3,7", "700,3", "41,40", "40,41"})
  void oneColourStays(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    Arrays.fill(rgb, (byte) 201);
    RgbPicture picture = new RgbPicture(width, height, rgb);
    double[] mean = {201 / 255.0 + 1e-9, 201 / 255.0 + 1e-9, 201 / 255.0 + 1e-9};
    double[] one = {1, 1, 1};
    for (Shape shape : Shape.values()) {
      float[] pixels = view(28, 14, mean, one, 1, shape).values(picture);
      for (float value : pixels) {
        assertEquals(201 - (float) mean[0], value);
      }
    }
  }

  @Test
  void wantsThreeChannels() {
    double[] two = {0, 0};
    assertThrows(IllegalArgumentException.class, () -> new Normalization(two, two, 1));
  }
}

package org.vlmvisualizer.output;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.core.RgbPicture;

class PngFileTest {
  @TempDir Path folder;

  /** Noise fills chunks, one colour many rows of one. */
  @ParameterizedTest
  @CsvSource({"1, 1, true", "1, 300, true", "700, 1, false", "301, 199, true", "640, 480, false"})
  void javaReadsThePixels(int width, int height, boolean noise) throws Exception {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(width);
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < width * height; i++) {
      int colour = noise ? random.nextInt(1 << 24) : 0x123456;
      image.setRGB(i % width, i / width, colour);
      for (int c = 0; c < 3; c++) {
        rgb[3 * i + c] = (byte) (colour >> 16 - 8 * c);
      }
    }
    Path pixels = folder.resolve("pixels.png");
    PngFile.write(image, pixels);
    assertSame(image, pixels);
    Path bytes = folder.resolve("bytes.png");
    PngFile.write(new RgbPicture(width, height, rgb), bytes);
    assertSame(image, bytes);
    Path part = folder.resolve("part.png");
    BufferedImage corner = image.getSubimage(width / 2, height / 2, width - width / 2, 1);
    PngFile.write(corner, part);
    assertSame(corner, part);
  }

  private static void assertSame(BufferedImage image, Path file) throws Exception {
    BufferedImage read = ImageIO.read(file.toFile());
    int width = image.getWidth();
    int height = image.getHeight();
    assertEquals(width, read.getWidth());
    assertEquals(height, read.getHeight());
    assertArrayEquals(
        image.getRGB(0, 0, width, height, null, 0, width),
        read.getRGB(0, 0, width, height, null, 0, width));
  }
}

package org.vlmvisualizer.picture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;

/** A file that ends too early is refused, unless all of its pixels are there. */
class CutPictureTest {
  @TempDir Path folder;

  private static int[] pixels(Path file) {
    return ImageOpener.open(
        file.toString(),
        Progress.NONE,
        image -> (int[]) image.getProcessor().convertToRGB().getPixels());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rgb.tif",
        "stack.tif",
        "a.zip",
        "a.png",
        "a.jpg",
        "a.gif",
        "frames.gif",
        "a.bmp",
        "a.fits",
        "a.pgm",
        "a.ppm",
        "wide.pgm",
        "wide.ppm",
        "words.pgm",
        "a.dcm",
        "a.avi"
      })
  void isRefusedOrWhole(String name) throws Exception {
    Path file = PictureFiles.write(folder, name);
    int[] expected = pixels(file);
    byte[] whole = Files.readAllBytes(file);
    int refused = 0;
    for (double share : new double[] {0.99, 0.9, 0.8, 0.6, 0.5, 0.3, 0.1}) {
      Files.write(file, Arrays.copyOf(whole, (int) (share * whole.length)));
      try {
        assertArrayEquals(expected, pixels(file), name + " " + share);
      } catch (InputException e) {
        PlainSentence.check(e.getMessage().replace(folder.toString(), ""));
        refused++;
      }
    }
    assertEquals(PictureFiles.WIDTH * PictureFiles.HEIGHT, expected.length);
    assertTrue(refused >= 4, refused + " refused");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rgb.tif", "a.fits", "a.pgm", "a.ppm", "a.dcm", "a.bmp"})
  void saysHowManyBytesAreMissing(String name) throws Exception {
    Path file = PictureFiles.write(folder, name);
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, (int) (0.6 * whole.length)));
    String message = assertThrows(InputException.class, () -> pixels(file)).getMessage();
    assertTrue(message.contains("ends too early: expected "), message);
    assertTrue(message.contains(" bytes, found %,d.".formatted(Files.size(file))), message);
  }

  @Test
  void aCutPngIsNotTakenForAnotherFormat() throws Exception {
    Path file = PictureFiles.write(folder, "a.png");
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {40, whole.length / 2, whole.length - 12}) {
      Files.write(file, Arrays.copyOf(whole, length));
      String message = assertThrows(InputException.class, () -> pixels(file)).getMessage();
      assertTrue(message.contains("ends too early: its %,d bytes".formatted(length)), message);
    }
  }

  /** The preview that a camera stores inside has an end of its own. */
  @Test
  void aPreviewIsNotTheEndOfAJpeg() throws Exception {
    Path file = PictureFiles.write(folder, "a.jpg");
    byte[] whole = Files.readAllBytes(file);
    byte[] preview = new byte[whole.length + 14];
    preview[0] = whole[0];
    preview[1] = whole[1];
    byte[] segment = {
      (byte) 0xff, (byte) 0xe5, 0, 12, 'p', (byte) 0xff, (byte) 0xd9, 0, 0, 0, 0, 0, 0, 0
    };
    System.arraycopy(segment, 0, preview, 2, segment.length);
    System.arraycopy(whole, 2, preview, 2 + segment.length, whole.length - 2);
    Files.write(file, preview);
    pixels(file);
    Files.write(file, Arrays.copyOf(preview, preview.length / 2));
    assertThrows(InputException.class, () -> pixels(file));
  }

  @Test
  void bitsThatImageJMisreadsAreRefused() throws Exception {
    for (String header : new String[] {"P4\n40 30\n", "P4\n39 30\n"}) {
      Path file = Files.write(folder.resolve("a.pbm"), PictureFiles.raw(header, 150));
      String message = assertThrows(InputException.class, () -> pixels(file)).getMessage();
      assertTrue(message.contains("packed PBM"), message);
      PlainSentence.check(message.replace(folder.toString(), ""));
    }
  }
}

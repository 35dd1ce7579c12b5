package org.vlmvisualizer.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.Detail;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.image.PixelLimits.Shown;

/** How many image tokens the limits of Qwen2-VL-7B-Instruct leave a picture. */
class PixelLimitsTest {
  private static final long BLOCK = 28;
  private static final PixelLimits STILLS = new PixelLimits(56 * 56, 28 * 28 * 16384);
  private static final PixelLimits VIDEOS = new PixelLimits(128 * 28 * 28, 768 * 28 * 28);

  private static PixelLimits limits(PixelLimits checkpoint, String detail) {
    return checkpoint.atMost(Detail.parse(detail).pixels(BLOCK));
  }

  private static long tokens(PixelLimits limits, int width, int height) {
    return limits.size(new Shown(width, height), BLOCK).pixels() / BLOCK / BLOCK;
  }

  /** Near the cap: floors of both sides take a row and a column of blocks at most. */
  @ParameterizedTest
  @CsvSource({
    "low, 256, 4000, 3000",
    "standard, 1280, 4000, 3000",
    "high, 4096, 4000, 3000",
    "500, 500, 4000, 3000",
    "4, 4, 4000, 3000",
    "16384, 16384, 8000, 6000",
    "full, 16384, 8000, 6000"
  })
  void aLargePictureHasNearlyAsManyTokensAsItMay(String detail, long most, int width, int height) {
    PixelLimits limits = limits(STILLS, detail);
    long tokens = tokens(limits, width, height);
    double side = Math.sqrt(most);
    assertTrue(tokens <= most, tokens + " tokens");
    assertTrue(tokens >= most - 2.2 * side, tokens + " tokens");
    assertEquals(most, limits.mostBlocks(BLOCK));
    assertEquals(
        !detail.equals("full") && most < 16384, limits.isCapped(new Shown(width, height), BLOCK));
  }

  @ParameterizedTest
  @CsvSource({"60, 40", "1, 1", "100, 100", "400, 300", "3, 400"})
  void aSmallPictureIsLeftAsItIs(int width, int height) {
    for (String detail : List.of("low", "standard", "high", "full")) {
      PixelLimits limits = limits(STILLS, detail);
      assertEquals(
          STILLS.size(new Shown(width, height), BLOCK),
          limits.size(new Shown(width, height), BLOCK),
          detail);
      assertFalse(limits.isCapped(new Shown(width, height), BLOCK));
    }
  }

  @Test
  void theAspectStays() {
    PixelLimits.Size size = limits(STILLS, "standard").size(new Shown(4000, 3000), BLOCK);
    assertEquals(new PixelLimits.Size(41 * 28, 30 * 28), size);
  }

  /** Checkpoints may ask for more pixels at least than the user for at most. */
  @ParameterizedTest
  @CsvSource({"60, 40", "1000, 700", "5, 5", "3, 400", "400, 3"})
  void theCapIsAboveTheCheckpointsLeast(int width, int height) {
    for (int most : new int[] {4, 5, 31, 100, 127}) {
      PixelLimits limits = limits(VIDEOS, "" + most);
      assertTrue(tokens(VIDEOS, width, height) > most);
      assertTrue(tokens(limits, width, height) <= most, most + " tokens");
      assertTrue(limits.isCapped(new Shown(width, height), BLOCK));
    }
  }

  /** A strip would have a token for each block of its length, however few are allowed. */
  @ParameterizedTest
  @ValueSource(ints = {4, 5, 50, 90, 199})
  void aStripHasNoMoreTokensThanItMay(int most) {
    PixelLimits limits = limits(STILLS, "" + most);
    for (int length : new int[] {300, 400, 2800, 8000, 20000}) {
      for (int thin : new int[] {(length + 199) / 200, length / 100, length / 50}) {
        assertTrue(tokens(limits, length, thin) <= most, length + " x " + thin);
        assertEquals(tokens(limits, length, thin), tokens(limits, thin, length));
      }
    }
  }

  @Test
  void neverMoreThanTheCheckpointSays() {
    assertEquals(768, limits(VIDEOS, "full").mostBlocks(BLOCK));
    assertEquals(
        VIDEOS.size(new Shown(4000, 3000), BLOCK),
        limits(VIDEOS, "high").size(new Shown(4000, 3000), BLOCK));
    assertFalse(limits(VIDEOS, "standard").isCapped(new Shown(4000, 3000), BLOCK));
    assertTrue(limits(VIDEOS, "low").isCapped(new Shown(4000, 3000), BLOCK));
  }

  @Test
  void aPictureIsTooLongWhateverTheDetail() {
    PlainSentence.check(
        assertThrows(InputException.class, () -> tokens(limits(STILLS, "low"), 402, 2))
            .getMessage());
  }

  @Test
  void theProcessorFollows() {
    QwenProcessor processor =
        new QwenProcessor(
            14,
            2,
            2,
            new Normalization(new double[3], new double[] {1, 1, 1}, 1 / 255.0),
            Resampling.BICUBIC,
            limits(STILLS, "low"),
            limits(VIDEOS, "50"),
            FramePace.COUNTED);
    RgbPicture picture = new RgbPicture(600, 500, new byte[3 * 600 * 500]);
    RgbPicture small = new RgbPicture(60, 50, new byte[3 * 60 * 50]);
    assertEquals(258, processor.mostTokens());
    assertTrue(processor.lay(List.of(picture)).layout().tokens() <= 256);
    assertTrue(processor.layVideo(List.of(picture, picture)).layout().tokens() <= 50);
    assertTrue(processor.isCapped(List.of(small, picture), false));
    assertFalse(processor.isCapped(List.of(small), false));
    assertTrue(processor.isCapped(List.of(small, small), true), "enlarged by the checkpoint");
  }
}

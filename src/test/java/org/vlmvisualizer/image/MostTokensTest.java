package org.vlmvisualizer.image;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.core.RgbPicture;

/** No picture makes more tokens than its processor foretells, and some make nearly as many. */
class MostTokensTest {
  private static final Normalization PLAIN =
      new Normalization(new double[3], new double[] {1, 1, 1}, 1 / 255.0);
  private static final int[] LENGTHS = {1, 20, 56, 112, 130, 168, 224, 336, 500};

  private static AnyResolutionTiles tiles(int most) {
    List<Resolution> all = new ArrayList<>();
    for (int rows = 1; rows <= most; rows++) {
      for (int columns = 1; columns <= most; columns++) {
        all.add(new Resolution(56 * columns, 56 * rows));
      }
    }
    return new AnyResolutionTiles(56, 7, PLAIN, Resampling.BICUBIC, all, true);
  }

  private static void check(
      PictureProcessor processor,
      Function<RgbPicture, InputBuilder> laid,
      ToLongFunction<String> count) {
    long most = 0;
    for (int width : LENGTHS) {
      for (int height : LENGTHS) {
        RgbPicture picture = new RgbPicture(width, height, new byte[3 * width * height]);
        InputBuilder input = laid.apply(picture);
        long tokens = count.applyAsLong(input.texts().get(0));
        most = Math.max(most, tokens);
      }
    }
    assertTrue(most <= processor.mostTokens(), most + " of " + processor.mostTokens());
    assertTrue(most >= 0.85 * processor.mostTokens(), most + " of " + processor.mostTokens());
  }

  private static long images(String text) {
    return text.split("<image>", -1).length - 1;
  }

  @Test
  void next() {
    LlavaNextProcessor next = new LlavaNextProcessor(tiles(2));
    check(next, p -> next.lay(List.of(p)), MostTokensTest::images);
  }

  @Test
  void oneVision() {
    LlavaOnevisionProcessor onevision = new LlavaOnevisionProcessor(tiles(6), 9, null, null);
    check(onevision, p -> onevision.lay(List.of(p)), MostTokensTest::images);
  }

  /** A marker in angle brackets is a token, and so is a line break. */
  @Test
  void idefics3() {
    for (boolean tiled : new boolean[] {true, false}) {
      Idefics3Processor idefics3 =
          new Idefics3Processor(56, 7, PLAIN, Resampling.LANCZOS, 224, 2, tiled);
      check(
          idefics3,
          p -> idefics3.lay(List.of(p)),
          text -> text.chars().filter(c -> c == '<' || c == '\n').count());
    }
  }
}

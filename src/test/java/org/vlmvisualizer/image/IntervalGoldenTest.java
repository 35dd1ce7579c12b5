package org.vlmvisualizer.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import java.nio.file.Files;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.Positions;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.Span;
import org.vlmvisualizer.core.TokenSequence;

/** Where Qwen2.5-VL's tokens stand by the time between frames: transformers' get_rope_index. */
class IntervalGoldenTest {
  private static final int BLOCK = 28;

  private record Case(
      double seconds,
      int frames,
      int rows,
      int columns,
      int tokens_per_second,
      boolean as_is,
      int[] time,
      int[] row,
      int[] column,
      int next) {}

  private record All(int before, int behind, List<Case> cases) {}

  @Test
  void positionsAreThoseOfTransformers() throws Exception {
    String json = Files.readString(Golden.ROOT.resolve("intervals.json"));
    All all = new Gson().fromJson(json, All.class);
    for (Case c : all.cases) {
      Positions found = positions(c, all);
      assertArrayEquals(c.time, found.time(), c.toString());
      assertArrayEquals(c.row, found.row(), c.toString());
      assertArrayEquals(c.column, found.column(), c.toString());
      assertEquals(c.next, found.next(), c.toString());
    }
    assertEquals(84, all.cases.size());
    assertTrue(all.cases.stream().filter(c -> !c.as_is).count() > 40, "seconds that are cut");
  }

  private static Positions positions(Case c, All all) {
    PixelLimits any = new PixelLimits(1, Integer.MAX_VALUE);
    QwenProcessor processor =
        new QwenProcessor(
            14,
            2,
            2,
            new Normalization(new double[3], new double[] {1, 1, 1}, 1),
            Resampling.BICUBIC,
            any,
            any,
            FramePace.byPosition(c.seconds, c.tokens_per_second));
    RgbPicture frame = RgbPicture.ofSize(c.columns * BLOCK, c.rows * BLOCK);
    Layout layout = processor.layVideo(Collections.nCopies(c.frames, frame)).layout();
    int start = all.before + 1; // behind <|vision_start|>
    int end = start + layout.tokens();
    int length = end + 1 + all.behind;
    TokenSequence prompt =
        new TokenSequence(
            "",
            new int[length],
            Collections.nCopies(length, ""),
            List.of(
                new Span(Span.Kind.PROMPT, 0, start),
                new Span(Span.Kind.IMAGE, start, end),
                new Span(Span.Kind.PROMPT, end, length)));
    return Positions.onAxes(prompt, layout);
  }

  /** However far apart, positions can be added up; whoever runs them refuses them. */
  @Test
  void noTimeIsTooLong() {
    for (double seconds : new double[] {1e7, 1e14, 1e-9}) {
      FramePace pace = FramePace.byPosition(seconds, 25);
      for (int view = 0; view < 32; view++) {
        int time = pace.time(view, 2);
        assertTrue(time >= 0 && time <= 1 << 28, seconds + " " + time);
      }
      assertEquals(0, pace.time(0, 2));
      assertTrue(FramePace.byText(seconds).text(62, 63).matches("\\d+\\.\\d"));
    }
  }
}

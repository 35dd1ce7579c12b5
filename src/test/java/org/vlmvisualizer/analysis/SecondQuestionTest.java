package org.vlmvisualizer.analysis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Exchange;
import org.vlmvisualizer.core.FrameInterval;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.picture.ImageInput;

/**
 * What the demo model says to a second question about a picture, and where it looks, is the same to
 * the bit as if it had just been loaded.
 */
class SecondQuestionTest {
  private static final RgbPicture PAGE =
      ImageInput.open("src/main/resources/demo-images/page.png").picture();
  private static final AnalysisRequest FIRST =
      Defaults.request("What is in the image?", "vlm-visualizer", 16);
  private static final List<AnalysisRequest> LATER =
      List.of(
          Defaults.request("Which word is at the top?", "vlm-visualizer", 16),
          Defaults.request("What is in the image?", "language", 12),
          Defaults.request("What is below it?", "vlm-visualizer", 16)
              .following(List.of(new Exchange("What is in the image?", "A page."))),
          FIRST);

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "BFLOAT16", "INT8", "INT4"})
  void isAnsweredAsTheFirstOfAModel(Precision precision) {
    Checkpoint demo = Checkpoint.find(Checkpoint.DEMO);
    try (AttentionModel model = AttentionModel.open(demo, "cpu", precision, Progress.NONE);
        AttentionModel other = AttentionModel.open(demo, "cpu", precision, Progress.NONE)) {
      model.analyze(PAGE, FIRST, Progress.NONE);
      for (AnalysisRequest request : LATER) {
        Analysis found = model.analyze(PAGE, request, Progress.NONE);
        assertTrue(found.reuse().tower());
        assertTrue(found.reuse().promptTokens() >= 256, found.reuse().toString());
        assertEquals("", found.reuse().reason());
        other.forgetPictures();
        assertSame(other.analyze(PAGE, request, Progress.NONE), found);
      }
    }
  }

  /**
   * The same frames and the same words, but other positions: nothing that was read of them fits.
   */
  @Test
  void aVideoIsReadAgainWhereItsTimeIsAnother() {
    Golden golden = new Golden("families/qwen2.5-vl-video");
    Checkpoint checkpoint = Checkpoint.open(golden.checkpoint());
    List<RgbPicture> frames =
        IntStream.rangeClosed(1, 4)
            .mapToObj(i -> golden.folder.resolve("picture-" + i + ".png").toString())
            .map(file -> ImageInput.open(file).picture())
            .toList();
    AnalysisRequest usual = Defaults.request("What moves?", "language", 4);
    AnalysisRequest slow = usual.over(FrameInterval.parse("20"));
    try (AttentionModel model =
            AttentionModel.open(checkpoint, "cpu", Precision.FLOAT32, Progress.NONE);
        AttentionModel other =
            AttentionModel.open(checkpoint, "cpu", Precision.FLOAT32, Progress.NONE)) {
      for (AnalysisRequest request : List.of(usual, slow, usual)) {
        Analysis found = model.analyze(frames, true, request, Progress.NONE);
        assertEquals(0, found.reuse().promptTokens());
        other.forgetPictures();
        assertSame(other.analyze(frames, true, request, Progress.NONE), found);
      }
      Analysis again = model.analyze(frames, true, usual, Progress.NONE);
      assertTrue(again.reuse().promptTokens() > 0);
      Analysis apart = model.analyze(frames, true, slow, Progress.NONE);
      assertTrue(apart.reuse().tower());
      assertEquals("the time between the pictures is another", apart.reuse().reason());
    }
  }

  private static void assertSame(Analysis expected, Analysis found) {
    assertEquals(0, expected.reuse().promptTokens());
    assertEquals(expected.answer(), found.answer());
    assertArrayEquals(expected.prompt().inputIds(), found.prompt().inputIds());
    assertArrayEquals(expected.matrix(), found.matrix());
    TokenMaps maps = expected.maps().get(0);
    assertEquals(maps.tokens(), found.maps().get(0).tokens());
    assertEquals(maps.shares(), found.maps().get(0).shares());
    assertArrayEquals(maps.map().values(), found.maps().get(0).map().values());
  }
}

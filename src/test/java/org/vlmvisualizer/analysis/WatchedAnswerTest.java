package org.vlmvisualizer.analysis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Keep;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.engine.Precision;

/** An answer that is looked at while it is written, and one that is cancelled. */
class WatchedAnswerTest {
  private static final int LENGTH = 8;
  private static final RgbPicture PICTURE = new RgbPicture(40, 30, new byte[3 * 40 * 30]);

  private static AttentionModel model(String golden) {
    return AttentionModel.open(
        Checkpoint.open(new Golden(golden).checkpoint()), "cpu", Precision.FLOAT32, Progress.NONE);
  }

  /** The reference method, with what is kept of layers and heads. */
  private static AnalysisRequest request(Keep keep) {
    AnalysisRequest plain = Defaults.request("What is in it?", "vlm-visualizer", LENGTH);
    return new AnalysisRequest(
        plain.question(),
        plain.method(),
        plain.options(),
        keep,
        plain.template(),
        plain.keepSystem(),
        plain.fit(),
        plain.tiles(),
        plain.length(),
        plain.matrix(),
        plain.earlier());
  }

  @Test
  void whatIsSeenOnTheWayIsWhatComesOut() {
    try (AttentionModel model = model("llama-mha")) {
      for (Keep keep : Keep.values()) {
        Analysis alone = model.analyze(PICTURE, request(keep), Progress.NONE);
        List<Analysis> seen = new ArrayList<>();
        Analysis watched =
            model.analyze(
                List.of(PICTURE),
                false,
                request(keep),
                Progress.NONE,
                soFar -> seen.add(soFar.get()));
        assertTrue(watched.ended());
        assertSame(alone, watched, LENGTH);
        assertArrayEquals(alone.matrix(), watched.matrix());
        assertEquals(LENGTH, seen.size());
        for (int t = 1; t <= LENGTH; t++) {
          assertEquals(t == LENGTH, seen.get(t - 1).ended());
          assertSame(alone, seen.get(t - 1), t);
        }
        assertEquals(alone.answer(), seen.get(LENGTH - 1).answer());
      }
    }
  }

  @Test
  void mapsOfSeveralPicturesAndViewsGrowToo() {
    for (String golden : List.of("families/interleave-qwen2", "families/smolvlm-tiles")) {
      try (AttentionModel model = model(golden)) {
        List<RgbPicture> pictures =
            golden.contains("tiles") ? List.of(PICTURE) : List.of(PICTURE, PICTURE);
        List<Analysis> seen = new ArrayList<>();
        Analysis whole =
            model.analyze(
                pictures,
                false,
                request(Keep.NOTHING),
                Progress.NONE,
                soFar -> seen.add(soFar.get()));
        assertEquals(pictures.size(), whole.maps().size());
        seen.forEach(some -> assertSame(whole, some, some.tokens().size()));
      }
    }
  }

  /** Whoever asks seldom gets all tokens at once. */
  @Test
  void nothingIsLostBetweenTwoLooks() {
    try (AttentionModel model = model("llama-mha")) {
      List<Supplier<Analysis>> last = new ArrayList<>();
      Analysis whole =
          model.analyze(List.of(PICTURE), false, request(Keep.HEADS), Progress.NONE, last::add);
      assertSame(whole, last.get(0).get(), LENGTH);
      assertSame(whole, last.get(LENGTH - 1).get(), LENGTH);
    }
  }

  @Test
  void aCancelKeepsWhatAWatcherHasSeen() {
    try (AttentionModel model = model("llama-mha")) {
      Analysis whole = model.analyze(PICTURE, request(Keep.LAYERS), Progress.NONE);
      Analysis part =
          model.analyze(List.of(PICTURE), false, request(Keep.LAYERS), cancelAt(5), soFar -> {});
      assertFalse(part.ended());
      assertEquals(5, part.tokens().size());
      assertSame(whole, part, 5);
      assertEquals("5 of at most 8 tokens", Provenance.of(model, part, 0).get("written"));
      assertFalse(Provenance.of(model, whole, 0).containsKey("written"));
      assertEquals(part.prompt().length() + 5, part.matrix().length);
    }
  }

  @Test
  void aCancelOfAnAnswerThatNobodyWatchesLeavesNothing() {
    try (AttentionModel model = model("llama-mha")) {
      assertThrows(
          CancellationException.class,
          () -> model.analyze(PICTURE, request(Keep.NOTHING), cancelAt(5)));
      assertThrows(
          CancellationException.class,
          () ->
              model.analyze(
                  List.of(PICTURE),
                  false,
                  request(Keep.NOTHING),
                  (stage, done, total) -> {
                    throw new CancellationException();
                  },
                  soFar -> {}),
          "before the first token");
    }
  }

  /** A watcher that fails is a failure of the run, like one of the progress. */
  @Test
  void aFailureIsNotTakenForACancel() {
    try (AttentionModel model = model("llama-mha")) {
      assertThrows(
          InputException.class,
          () ->
              model.analyze(
                  List.of(PICTURE),
                  false,
                  request(Keep.NOTHING),
                  Progress.NONE,
                  soFar -> {
                    throw new InputException("No.");
                  }));
    }
  }

  private static Progress cancelAt(int token) {
    return (stage, done, total) -> {
      if (stage.startsWith("Writing") && done == token) {
        throw new CancellationException();
      }
    };
  }

  /** The first tokens of an answer, to the bit. */
  private static void assertSame(Analysis whole, Analysis some, int count) {
    assertEquals(whole.tokens().subList(0, count), some.tokens());
    for (int frame = 0; frame < whole.maps().size(); frame++) {
      TokenMaps all = whole.maps().get(frame);
      TokenMaps part = some.maps().get(frame);
      assertEquals(count, part.size());
      assertEquals(all.shares().subList(0, count), part.shares());
      assertEquals(all.views().size(), part.views().size());
      for (int t = 0; t < count; t++) {
        assertArrayEquals(all.values(t), part.values(t));
        for (int v = 0; v < all.views().size(); v++) {
          assertArrayEquals(all.views().get(v).values()[t], part.views().get(v).values()[t]);
        }
      }
    }
    assertEquals(whole.kept() == null, some.kept() == null);
    for (int t = 0; whole.kept() != null && t < count; t++) {
      assertEquals(count, some.kept().size());
      assertArrayEquals(whole.kept().image()[t], some.kept().image()[t]);
      assertArrayEquals(whole.kept().rest()[t], some.kept().rest()[t]);
    }
  }
}

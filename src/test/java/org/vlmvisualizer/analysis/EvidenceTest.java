package org.vlmvisualizer.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.EngineException;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.DemoPictures;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Origin;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;

/** Whether each token came from the picture, as the demo model tells it. */
class EvidenceTest {
  private static final RgbPicture PAGE = DemoPictures.read("page-2.png");
  private static final RgbPicture CELLS = DemoPictures.read("cells-3.png");
  private static final String STAGE = "Asking without";
  private static AttentionModel model;

  @BeforeAll
  static void open() {
    model = DemoPictures.open();
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @BeforeEach
  void forget() {
    model.forgetPictures();
  }

  private static AnalysisRequest request(boolean evidence) {
    return Defaults.with(
        Defaults.request(DemoPictures.QUESTION, "language", 24),
        "",
        new Checks(evidence, false, false));
  }

  private static Analysis ask(RgbPicture picture, Progress progress) {
    return model.analyze(picture, request(true), progress);
  }

  @Test
  void wordsOfThePageCameFromItAndTheirFullStopWouldHaveComeAnyway() {
    Analysis asked = ask(PAGE, Progress.NONE);
    assertEquals("The page says river rocket pear.", asked.answer());
    for (GeneratedToken token : asked.tokens()) {
      double without = token.probabilityWithoutImage();
      assertTrue(without >= 0 && without <= 1, token.toString());
      double evidence = Math.log(token.probability()) - Math.log(without);
      assertEquals(evidence, token.imageEvidence());
      assertTrue(Double.isFinite(evidence), token.toString());
    }
    for (String word : List.of("river", "rocket", "pear")) {
      assertEquals(Origin.PICTURE, token(asked, word).origin(), word);
    }
    assertEquals(Origin.TEXT, token(asked, ".").origin());
    assertEquals(Origin.TEXT, token(asked, "</s>").origin());
    assertTrue(asked.seconds().get("evidence") > 0);
  }

  private static GeneratedToken token(Analysis analysis, String text) {
    return analysis.tokens().stream()
        .filter(token -> token.text().strip().equals(text))
        .findFirst()
        .orElseThrow(() -> new AssertionError("No " + text + " in " + analysis.tokens()));
  }

  @Test
  void thePlainPictureIsReadOnceForPicturesOfAllSizes() {
    assertNotEquals(PAGE.width(), CELLS.width());
    Analysis first = ask(PAGE, Progress.NONE);
    Analysis second = ask(CELLS, Progress.NONE);
    assertEquals(false, first.notes().get("plain_picture_reused"));
    assertEquals(true, second.notes().get("plain_picture_reused"));
    assertEquals(false, Provenance.of(model, first, 0).get("plain_picture_reused"));
    assertEquals(0, second.reuse().promptTokens());
    assertFalse(second.reuse().tower());
    model.forgetPictures();
    assertEquals(ask(CELLS, Progress.NONE).tokens(), second.tokens(), "to the bit");
  }

  @Test
  void theNextQuestionStillFindsItsPicture() {
    ask(PAGE, Progress.NONE);
    Analysis next = ask(PAGE, Progress.NONE);
    model.forgetPictures();
    model.analyze(PAGE, request(false), Progress.NONE);
    Analysis without = model.analyze(PAGE, request(false), Progress.NONE);
    assertEquals(without.reuse(), next.reuse());
    assertTrue(next.reuse().tower());
    assertTrue(next.reuse().promptTokens() >= 256, next.reuse().toString());
    assertEquals(true, next.notes().get("plain_picture_reused"));
  }

  /** Each picture and time point has a plain one of its own size. */
  @Test
  void isToldOfTilesAndOfSeveralPicturesAndOfVideos() {
    RgbPicture one = new RgbPicture(60, 40, new byte[7200]);
    RgbPicture other = new RgbPicture(30, 50, new byte[4500]);
    for (String name : List.of("smolvlm-tiles", "interleave-qwen2", "onevision-video")) {
      List<RgbPicture> pictures =
          name.contains("tiles")
              ? List.of(one)
              : List.of(one, name.contains("video") ? one : other);
      try (AttentionModel tiny =
          DemoPictures.open(Checkpoint.open(new Golden("families/" + name).checkpoint()))) {
        AnalysisRequest request =
            Defaults.with(
                Defaults.request("Why?", "language", 3), "", new Checks(true, true, false));
        for (boolean again : new boolean[] {false, true}) {
          Analysis asked = tiny.analyze(pictures, name.contains("video"), request, Progress.NONE);
          assertEquals(again, asked.notes().get("plain_picture_reused"), name);
          for (GeneratedToken token : asked.tokens()) {
            assertTrue(Double.isFinite(token.imageEvidence()), name + token);
            assertTrue(
                token.check() == null || Double.isFinite(token.check().faithfulness()), name);
          }
        }
      }
    }
  }

  @Test
  void switchedOffNothingIsAskedOrTold() {
    Progress strict =
        (stage, done, total) -> assertFalse(stage.startsWith(STAGE), "asked without the picture");
    Analysis asked = model.analyze(PAGE, request(false), strict);
    for (GeneratedToken token : asked.tokens()) {
      assertNull(token.probabilityWithoutImage());
      assertNull(token.origin());
      assertNull(token.check());
    }
    assertEquals(0, asked.notes().size());
    assertFalse(asked.seconds().containsKey("evidence"));
  }

  /** At any place of the stage, at its beginning or amid its pass. */
  @Test
  void aCancelLeavesAWatchedAnswerWithoutIt() {
    for (int update : new int[] {1, 2, 4}) {
      Analysis kept =
          model.analyze(
              List.of(PAGE),
              false,
              request(true),
              at(update, new CancellationException()),
              soFar -> {});
      assertTrue(kept.ended());
      assertEquals("The page says river rocket pear.", kept.answer());
      assertEquals("cancelled", kept.notes().get("evidence_left_out"));
      assertEquals("cancelled", Provenance.of(model, kept, 0).get("evidence_left_out"));
      assertNull(kept.tokens().get(0).probabilityWithoutImage());
    }
  }

  @Test
  void aCancelOfAnAnswerThatNobodyWatchesLeavesNothing() {
    assertThrows(CancellationException.class, () -> ask(PAGE, at(2, new CancellationException())));
    Analysis after = ask(PAGE, Progress.NONE);
    assertEquals(Origin.PICTURE, token(after, "river").origin());
  }

  /** As PyTorch says it where a second picture does not fit. */
  @Test
  void whereMemoryIsShortTheAnswerComesWithoutIt() {
    EngineException full = new EngineException("DefaultCPUAllocator: not enough memory: you tried");
    Analysis asked = ask(PAGE, at(4, full));
    String sentence = asked.notes().get("evidence_left_out").toString();
    PlainSentence.check(sentence);
    assertTrue(sentence.contains("on cpu to run"), sentence);
    assertEquals("The page says river rocket pear.", asked.answer());
    assertNull(asked.tokens().get(0).probabilityWithoutImage());
    assertEquals(Origin.PICTURE, token(ask(PAGE, Progress.NONE), "river").origin());
  }

  /** Throws at an update of the stage, from 1, and at all that follow. */
  private static Progress at(int update, RuntimeException thrown) {
    int[] seen = {0};
    return (stage, done, total) -> {
      seen[0] += seen[0] > 0 || stage.startsWith(STAGE) ? 1 : 0;
      if (seen[0] >= update) {
        throw thrown;
      }
    };
  }
}

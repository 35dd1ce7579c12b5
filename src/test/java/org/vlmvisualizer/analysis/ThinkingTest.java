package org.vlmvisualizer.analysis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.CheckpointCopy;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.DemoPictures;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.ThinkingModel;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Exchange;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;

/** Thoughts and answer of a tiny Qwen3-VL that is asked as Thinking models are. */
class ThinkingTest {
  private static final RgbPicture PICTURE = picture();
  private static final int SO = 43; // L
  private static final int WELL = 56; // Y
  private static final int RED = 44; // M
  private static final int BLUE = 45; // N

  @TempDir Path folder;

  private static RgbPicture picture() {
    byte[] rgb = new byte[3 * 40 * 30];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (7 * i % 251);
    }
    return new RgbPicture(40, 30, rgb);
  }

  /** One that writes these tokens, each once, the first at the start. */
  private AttentionModel writing(int first, int... others) {
    CheckpointCopy copy = ThinkingModel.copy(folder);
    ThinkingModel.write(copy, first, others);
    return open(copy);
  }

  private static AttentionModel open(CheckpointCopy copy) {
    return DemoPictures.open(Checkpoint.open(copy.folder));
  }

  private static AnalysisRequest request(int length) {
    AnalysisRequest plain = Defaults.request("What is it?", "language", length);
    return new AnalysisRequest(
        plain.question(),
        plain.method(),
        plain.options(),
        plain.keep(),
        ThinkingModel.TEMPLATE,
        plain.keepSystem(),
        plain.fit(),
        plain.tiles(),
        plain.length(),
        plain.matrix(),
        plain.earlier());
  }

  private static Analysis ask(AttentionModel model, AnalysisRequest request) {
    return model.analyze(PICTURE, request, Progress.NONE);
  }

  private static List<Boolean> thoughts(Analysis analysis) {
    return analysis.tokens().stream().map(GeneratedToken::thought).toList();
  }

  private static String texts(Analysis analysis, boolean thoughts) {
    StringBuilder text = new StringBuilder();
    analysis.tokens().stream()
        .filter(token -> token.isThought() == thoughts)
        .forEach(token -> text.append(token.text()));
    return text.toString();
  }

  @Test
  void whatItWritesIsToldApart() {
    try (AttentionModel model = writing(SO, WELL, RED, BLUE, ThinkingModel.END)) {
      Analysis analysis = ask(model, request(5));
      int end =
          IntStream.range(0, 5)
              .filter(t -> analysis.tokens().get(t).id() == ThinkingModel.END)
              .findFirst()
              .getAsInt();
      assertTrue(end > 0 && end < 4, "neither first nor last: " + analysis.tokens());
      for (int t = 0; t < 5; t++) {
        assertEquals(t <= end, analysis.tokens().get(t).thought());
      }
      assertEquals(end + 1, analysis.maps().get(0).thoughts());
      assertEquals(texts(analysis, false), analysis.answer());
      Map<String, Object> run = Provenance.of(model, analysis, 0);
      assertEquals(analysis.answer(), run.get("answer"));
      assertEquals(texts(analysis, true), run.get("thoughts") + "</think>");
      assertFalse(run.containsKey("answer_left_out"));
    }
  }

  /** Nothing was written on the way that did not come out. */
  @Test
  void whatIsSeenOnTheWayIsWhatComesOut() {
    try (AttentionModel model = writing(SO, WELL, RED, BLUE, ThinkingModel.END)) {
      List<Analysis> seen = new ArrayList<>();
      Analysis whole =
          model.analyze(
              List.of(PICTURE),
              false,
              request(5),
              Progress.NONE,
              (Supplier<Analysis> soFar) -> seen.add(soFar.get()));
      assertEquals(5, seen.size());
      for (int t = 0; t < 5; t++) {
        Analysis soFar = seen.get(t);
        assertEquals(whole.tokens().subList(0, t + 1), soFar.tokens());
        assertEquals(texts(soFar, false), soFar.answer());
        assertFalse(Provenance.of(model, soFar, 0).containsKey("answer_left_out"));
      }
    }
  }

  @Test
  void withoutAnEndAllAreThoughts() {
    try (AttentionModel model = writing(SO, WELL, RED)) {
      Analysis analysis = ask(model, request(3));
      assertEquals(List.of(true, true, true), thoughts(analysis));
      assertEquals("", analysis.answer());
      Map<String, Object> run = Provenance.of(model, analysis, 0);
      assertEquals("", run.get("answer"));
      assertEquals(texts(analysis, true), run.get("thoughts"));
      String why = run.get("answer_left_out").toString();
      assertEquals("No answer: the thoughts came up to length=3; set it higher.", why);
      PlainSentence.check(why);
    }
  }

  @Test
  void theEndMayComeFirst() {
    try (AttentionModel model = writing(ThinkingModel.END, RED, BLUE)) {
      Analysis analysis = ask(model, request(3));
      assertEquals(List.of(true, false, false), thoughts(analysis));
      assertEquals(texts(analysis, false), analysis.answer());
      assertEquals("", Provenance.of(model, analysis, 0).get("thoughts"));
      assertFalse(analysis.notes().containsKey("answer_left_out"));
    }
  }

  @Test
  void nothingMayStandBehindThem() {
    try (AttentionModel model = writing(ThinkingModel.END, ThinkingModel.EOS)) {
      Analysis ended = ask(model, request(9));
      assertEquals(List.of(true, false), thoughts(ended));
      assertEquals("", ended.answer());
      assertEquals(
          "No answer: the model ended with its thoughts.", ended.notes().get("answer_left_out"));
      Analysis full = ask(model, request(1));
      assertEquals(List.of(true), thoughts(full));
      assertEquals(
          "No answer: the thoughts came up to length=1; set it higher.",
          full.notes().get("answer_left_out"));
    }
  }

  @Test
  void aGivenAnswerIsSplitAndMapsOfItAreTheSameByWhateverWay() {
    try (AttentionModel model = open(ThinkingModel.copy(folder))) {
      AnalysisRequest plain = request(9);
      Analysis without = ask(model, plain.saying("It is red."));
      assertEquals("It is red.", without.answer());
      assertEquals(0, without.maps().get(0).thoughts());
      assertTrue(without.maps().get(0).thinks());
      assertTrue(without.prompt().text().endsWith("<think>\n\n</think>\n\n"));
      assertEquals("", Provenance.of(model, without, 0).get("thoughts"));
      assertSameAgain(model, plain.saying("It is red."), without);

      Analysis with = ask(model, plain.saying("A dog? No.</think>It is red."));
      assertEquals("It is red.", with.answer());
      assertEquals("A dog? No.", Provenance.of(model, with, 0).get("thoughts"));
      assertTrue(with.prompt().text().endsWith("<think>\n"));
      assertEquals("A dog? No.\n</think>", texts(with, true));
      assertSameAgain(model, plain.saying("A dog? No.</think>It is red."), with);

      Analysis alone = ask(model, plain.saying("A dog? No.</think>"));
      assertEquals("", alone.answer());
      assertEquals(alone.tokens().size(), alone.maps().get(0).thoughts());
      assertFalse(alone.notes().containsKey("answer_left_out"), "it was not asked for one");
    }
  }

  /** As the explorer makes maps of an answer that is known: behind the same prompt. */
  private static void assertSameAgain(
      AttentionModel model, AnalysisRequest request, Analysis given) {
    int[] ids = GeneratedToken.ids(given.tokens());
    Analysis again =
        model.again(List.of(PICTURE), false, request.by("language"), ids, Progress.NONE);
    assertArrayEquals(given.prompt().inputIds(), again.prompt().inputIds());
    assertEquals(given.tokens(), again.tokens());
    for (int t = 0; t < ids.length; t++) {
      assertArrayEquals(given.maps().get(0).values(t), again.maps().get(0).values(t));
    }
    double[] probabilities =
        model
            .probe(List.of(PICTURE), false, request.by("language"), ids, Progress.NONE)
            .logProbabilities(List.of(PICTURE));
    for (int t = 0; t < ids.length; t++) {
      assertEquals(Math.log(given.tokens().get(t).probability()), probabilities[t], 1e-5);
    }
  }

  /** What the model wrote, given again with its thoughts. */
  @Test
  void anAnswerOfItsOwnMayBeGivenAgain() {
    try (AttentionModel model = open(ThinkingModel.copy(folder))) {
      Analysis given = ask(model, request(9).saying("A dog? No.\n</think>\n\nIt is red."));
      int[] ids = GeneratedToken.ids(given.tokens());
      Analysis own = model.again(List.of(PICTURE), false, request(9), ids, Progress.NONE);
      assertEquals(own.tokens(), given.tokens());
      for (int t = 0; t < ids.length; t++) {
        assertArrayEquals(own.maps().get(0).values(t), given.maps().get(0).values(t));
      }
    }
  }

  @Test
  void laterQuestionsSeeNoThoughts() {
    try (AttentionModel model = writing(SO, WELL, RED, BLUE, ThinkingModel.END)) {
      Analysis first = ask(model, request(5));
      List<Exchange> earlier = List.of(new Exchange("What is it?", first.answer()));
      Analysis second = ask(model, request(5).following(earlier));
      assertTrue(
          second
              .prompt()
              .text()
              .endsWith(
                  "<|im_start|>assistant\n%s<|im_end|>\n<|im_start|>user\nWhat is it?<|im_end|>\n<|im_start|>assistant\n<think>\n"
                      .formatted(first.answer())),
          second.prompt().text());
    }
  }

  /** The same tokens by the template of models that do not think. */
  @Test
  void othersAreAsTheyWere() {
    try (AttentionModel model = writing(SO, WELL, RED, BLUE, ThinkingModel.END)) {
      Analysis plain =
          model.analyze(PICTURE, Defaults.request("What is it?", "language", 5), Progress.NONE);
      assertTrue(plain.tokens().stream().allMatch(token -> token.thought() == null));
      assertTrue(plain.answer().contains("</think>"), plain.answer());
      Map<String, Object> run = Provenance.of(model, plain, 0);
      assertFalse(run.containsKey("thoughts"));
      assertNull(run.get("answer_left_out"));
    }
  }

  @Test
  void aTokenizerWithoutTheEndIsRefused() {
    try (AttentionModel model = open(CheckpointCopy.of("families/qwen3-vl-one", folder))) {
      String sentence =
          assertThrows(InputException.class, () -> ask(model, request(3))).getMessage();
      PlainSentence.check(sentence);
      assertTrue(sentence.contains("</think>"), sentence);
      assertTrue(sentence.contains("qwen3_vl_thinking"), sentence);
    }
  }
}

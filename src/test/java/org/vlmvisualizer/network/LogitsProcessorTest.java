package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.core.Generation;
import org.vlmvisualizer.core.Span;
import org.vlmvisualizer.core.TokenSequence;

/** By hand: a vocabulary of five, a prompt 3 (0 0) 1 with two image tokens. */
class LogitsProcessorTest {
  private static final TokenSequence PROMPT =
      new TokenSequence(
          "",
          new int[] {3, 0, 0, 1},
          List.of("3", "0", "0", "1"),
          List.of(
              new Span(Span.Kind.PROMPT, 0, 1),
              new Span(Span.Kind.IMAGE, 1, 3),
              new Span(Span.Kind.PROMPT, 3, 4)));

  private static Generation generation(
      double penalty, int ngram, int minLength, int minNew, boolean overPrompt) {
    return new Generation(
        Set.of(4), penalty, ngram, Set.of(), Set.of(), minLength, minNew, overPrompt);
  }

  /** The answer if each step has these logits. */
  private static int[] answer(Generation generation, int tokens, float... logits) {
    LogitsProcessor processor = new LogitsProcessor(generation, PROMPT);
    int[] ids = new int[tokens];
    for (int t = 0; t < tokens; t++) {
      ids[t] = processor.choose(logits.clone());
    }
    return ids;
  }

  @Test
  void penaltyDividesPositiveAndMultipliesNegativeLogitsOnce() {
    // Over the prompt: 0 is 4 / 2 though it is there twice, 1 is 3 / 2, 3 is -1 * 2.
    Generation overPrompt = generation(2, 0, 0, 0, true);
    assertArrayEquals(new int[] {2, 0}, answer(overPrompt, 2, 4, 3, 2.5f, -1, -9));
    assertArrayEquals(new int[] {2, 2}, answer(overPrompt, 2, -4, -3, -1, -5, -2.5f));
    // Over the answer alone: 0 first, then 4 / 2 < 3.
    Generation alone = generation(2, 0, 0, 0, false);
    assertArrayEquals(new int[] {0, 1, 2}, answer(alone, 3, 4, 3, 2.5f, -1, -9));
  }

  @Test
  void ngramsOccurOnce() {
    // 3 0 0 1 | 0: behind 1 anything; then 0 0 and 0 1 were there, so 2.
    assertArrayEquals(
        new int[] {0, 2, 0, 3}, answer(generation(1, 2, 0, 0, true), 4, 5, 3, 2, 1, 0));
    assertArrayEquals(
        new int[] {0, 0, 1, 0, 2}, answer(generation(1, 2, 0, 0, false), 5, 5, 3, 2, 1, 0));
    assertArrayEquals(new int[] {2, 4}, answer(generation(1, 1, 0, 0, true), 2, 5, 3, 2, 1, 0));
    assertArrayEquals(
        new int[] {0, 0, 0, 1, 0, 0, 2}, answer(generation(1, 3, 0, 0, false), 7, 5, 3, 2, 1, 0));
  }

  @Test
  void endOfSequenceWaitsForTheLength() {
    assertArrayEquals(new int[] {0, 0, 4}, answer(generation(1, 0, 0, 2, true), 3, 1, 0, 0, 0, 2));
    // Four tokens of the prompt count.
    assertArrayEquals(new int[] {0, 4}, answer(generation(1, 0, 5, 0, true), 2, 1, 0, 0, 0, 2));
    assertArrayEquals(new int[] {0, 4}, answer(generation(1, 0, 5, 0, false), 2, 1, 0, 0, 0, 2));
  }

  @Test
  void suppressedTokensAreNeverChosenOrNotFirst() {
    Generation generation = new Generation(Set.of(), 1, 0, Set.of(0, 99), Set.of(1), 0, 0, false);
    assertArrayEquals(new int[] {2, 1, 1}, answer(generation, 3, 5, 4, 3, 2, 1));
  }
}

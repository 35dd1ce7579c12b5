package org.vlmvisualizer.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which tokens of an answer are thoughts. */
class ThoughtsTest {
  private static List<GeneratedToken> marked(boolean open, String... texts) {
    Thoughts thoughts = new Thoughts(open);
    return Stream.of(texts).map(t -> thoughts.mark(new GeneratedToken(1, t, 0.5))).toList();
  }

  private static List<Boolean> thoughts(boolean open, String... texts) {
    return marked(open, texts).stream().map(GeneratedToken::isThought).toList();
  }

  @Test
  void theyEndWithTheFirstToken() {
    assertEquals(
        List.of(true, true, false, false), thoughts(true, "So", "</think>", "\n\n", "Red"));
    assertEquals(List.of(true, false), thoughts(true, "</think>", "Red"));
    assertEquals(List.of(true, false, false), thoughts(true, "</think>", "a", "</think>"));
    assertEquals(List.of(true, true), thoughts(true, "So", " </think"));
    assertEquals(List.of(false, false), thoughts(false, "Red", "</think>"));
  }

  @Test
  void allElseThatIsKnownOfATokenStays() {
    GeneratedToken known =
        new GeneratedToken(7, "So", 0.5, List.of(new Candidate(8, "A", 0.25)), 0.125, null);
    GeneratedToken thought = new Thoughts(true).mark(known);
    assertTrue(thought.isThought());
    assertEquals(known, new GeneratedToken(7, "So", 0.5, thought.others(), 0.125, null));
    assertTrue(
        thought
            .withoutImage(0.5)
            .checked(new MapCheck(0.5, 0.25))
            .stable(new MapStability(1, 1))
            .isThought());
    assertNull(known.thought());
    assertFalse(known.isThought());
  }

  @Test
  void aWordIsOfOneKindAndAPhraseMayBeOfBoth() {
    List<GeneratedToken> tokens = marked(true, "So", " dog", "</think>", "Red", ".");
    assertEquals(
        List.of("So", "dog", "Red"), AnswerWord.of(tokens).stream().map(AnswerWord::text).toList());
    assertEquals(true, GeneratedToken.joint("x", tokens.subList(0, 3)).thought());
    assertEquals(false, GeneratedToken.joint("x", tokens.subList(3, 5)).thought());
    assertNull(GeneratedToken.joint("x", tokens.subList(2, 4)).thought());
    assertEquals(false, GeneratedToken.joint("x", tokens.subList(3, 4)).thought());
  }
}

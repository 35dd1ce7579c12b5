package org.vlmvisualizer.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.area.Region;
import org.vlmvisualizer.compare.Target.Named;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Thoughts;

/** Which region each word of an answer lies in. */
class TargetTest {
  private static final Named STAR = named("star red", 1);
  private static final Named RING = named("Ring, red", 2);

  private static Named named(String name, double place) {
    return new Named(name, Region.rectangle(place, 0, 1, 1));
  }

  private static List<GeneratedToken> tokens(String... texts) {
    List<GeneratedToken> tokens = new ArrayList<>();
    for (String text : texts) {
      tokens.add(new GeneratedToken(9, text, 0.5));
    }
    return tokens;
  }

  /** The region of each token as its place, 0 without one; and only content tokens. */
  private static void check(List<GeneratedToken> tokens, List<Named> regions, int... places) {
    List<Target> targets = Target.of(tokens, regions);
    int next = 0;
    for (int t = 0; t < places.length; t++) {
      if (places[t] < 0) {
        continue;
      }
      Target target = targets.get(next++);
      assertEquals(t, target.token());
      if (places[t] == 0) {
        assertNull(target.region(), tokens.get(t).text());
      } else {
        assertEquals(places[t], target.region().rings().get(0)[0], tokens.get(t).text());
      }
    }
    assertEquals(next, targets.size());
  }

  @Test
  void aWordLiesWhereItIsPartOfTheName() {
    check(tokens("One", " star", " left", "."), List.of(STAR, RING), 0, 1, 0, -1);
    check(tokens("A", " RING", "!"), List.of(STAR, RING), 0, 2, -1);
    check(tokens("stars"), List.of(STAR, RING), 0);
  }

  @Test
  void theSecondOfEqualWordsLiesInTheSecondRegion() {
    check(tokens(" red", ",", " Red", " and", " red"), List.of(STAR, RING), 1, -1, 2, 0, 0);
  }

  @Test
  void allTokensOfAWordLieInItsRegion() {
    check(tokens(" st", "ar", " bl", "ue"), List.of(STAR, RING), 1, 1, 0, 0);
  }

  @Test
  void oneRegionHoldsAllWordsUnlessItsNameHoldsOne() {
    Named roi = named("0012-0345", 3);
    check(tokens("One", " cell", "."), List.of(roi), 3, 3, -1);
    check(tokens("One", " star", "."), List.of(STAR), 0, 1, -1);
    check(tokens("One", " cell"), List.of(roi, named("0050-0001", 4)), 0, 0);
  }

  /**
   * Thoughts name what they like, so that the first "red" of the answer is the first that counts.
   */
  @Test
  void thoughtsAreNotJudged() {
    Thoughts thoughts = new Thoughts(true);
    List<GeneratedToken> tokens =
        tokens("A", " red", " ring", "</think>", " red", " and", " red").stream()
            .map(thoughts::mark)
            .toList();
    check(tokens, List.of(STAR, RING), -1, -1, -1, -1, 1, 0, 2);
  }

  @Test
  void withoutRegionsWordsHaveNoPlace() {
    check(tokens("One", " cell", ".", "</s>"), List.of(), 0, 0, -1, -1);
    assertEquals(List.of(), Target.of(tokens(".", "</s>"), List.of(STAR)));
  }
}

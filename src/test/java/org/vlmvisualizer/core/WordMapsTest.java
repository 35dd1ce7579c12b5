package org.vlmvisualizer.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class WordMapsTest {
  private static final Grid GRID = Grid.padded(20, 20, 4, 2);
  private static final float[] CAT = {1, 0, 0, 0};

  private static TokenMaps answer() {
    float[][] maps = {CAT, {0.5f, 0.5f, 0, 0}, {0, 0.25f, 0.25f, 0.5f}, {0, 0, 0, 1}};
    return new TokenMaps(
        new AttributionMap("hand", maps),
        GRID,
        List.of(
            new GeneratedToken(7, "cat", 0.75),
            new GeneratedToken(8, " ba", 0.5),
            new GeneratedToken(9, "na", 0.25),
            new GeneratedToken(2, "</s>", 1)),
        List.of(
            Shares.of(0.5, 0.5, 0),
            Shares.of(0.25, 0.5, 0.25),
            Shares.of(0.75, 0, 0.25),
            Shares.of(0, 1, 0)));
  }

  @Test
  void aWordIsTheMeanOfItsTokens() {
    WordMaps words = WordMaps.of(answer(), Pooling.MEAN).orElseThrow();
    assertEquals(List.of(new AnswerWord(0, 0, "cat"), new AnswerWord(1, 2, "bana")), words.words());
    assertSame(CAT, words.maps().values(0));
    assertArrayEquals(new float[] {0.25f, 0.375f, 0.125f, 0.25f}, words.maps().values(1));
    assertEquals(Shares.of(0.5, 0.25, 0.25), words.maps().shares().get(1));
    assertEquals(new GeneratedToken(7, "cat", 0.75), words.maps().tokens().get(0));
    assertEquals(new GeneratedToken(-1, "bana", 0.125), words.maps().tokens().get(1));
    assertArrayEquals(new double[] {0.75, 0.25}, words.lowest());
  }

  @Test
  void orTheirMaximumCellByCell() {
    WordMaps words = WordMaps.of(answer(), Pooling.MAXIMUM).orElseThrow();
    assertArrayEquals(new float[] {0.5f, 0.5f, 0.25f, 0.5f}, words.maps().values(1));
    assertEquals(Shares.of(0.5, 0.25, 0.25), words.maps().shares().get(1));
  }

  @Test
  void anAnswerMayHaveNoWord() {
    TokenMaps end =
        new TokenMaps(
            new AttributionMap("hand", new float[][] {CAT}),
            GRID,
            List.of(new GeneratedToken(2, "</s>", 1)),
            List.of(Shares.of(0, 1, 0)));
    assertTrue(WordMaps.of(end, Pooling.MEAN).isEmpty());
  }
}

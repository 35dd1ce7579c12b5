package org.vlmvisualizer.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.PlainSentence;

class FrameIntervalTest {
  @ParameterizedTest
  @CsvSource({"2.5, 2.5", "' 10 ', 10", "0.000001, 0.000001", "10000000, 10000000", "007.50, 7.5"})
  void secondsAreReadAndWritten(String text, String word) {
    FrameInterval given = FrameInterval.parse(text);
    assertTrue(given.isGiven());
    assertEquals(Double.parseDouble(word), given.seconds());
    assertEquals(word, given.toString());
    assertEquals(given, FrameInterval.parse(given.toString()));
  }

  @Test
  void leftOpenTheyAreAssumed() {
    FrameInterval open = FrameInterval.parse("auto");
    assertEquals(FrameInterval.ASSUMED, open);
    assertFalse(open.isGiven());
    assertEquals(0.5, open.seconds());
    assertEquals("auto", open.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "0", "0.0", "-1", "1e3", "NaN", "Infinity", "10000001", "5 s", "1,5", ".5"})
  void anythingElseIsRefused(String text) {
    InputException refused = assertThrows(InputException.class, () -> FrameInterval.parse(text));
    PlainSentence.check(refused.getMessage());
    assertTrue(refused.getMessage().contains("'" + text + "'"));
  }
}

package org.vlmvisualizer.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.PlainSentence;

class DetailTest {
  @ParameterizedTest
  @CsvSource({
    "low, 256, low",
    "standard, 1280, standard",
    "high, 4096, high",
    "full, 2147483647, full",
    "' 500 ', 500, 500",
    "4, 4, 4",
    "16384, 16384, 16384",
    "1280, 1280, standard"
  })
  void aLevelOrANumberOfImageTokens(String text, int tokens, String word) {
    Detail detail = Detail.parse(text);
    assertEquals(tokens, detail.tokens());
    assertEquals(word, detail.toString());
    assertEquals(detail, Detail.parse(word));
    assertEquals(28L * 28 * tokens, detail.pixels(28));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "huge",
        "0",
        "3",
        "-4",
        "16385",
        "99999",
        "4294967300",
        "5e2",
        "500.0",
        "٥٠٠",
        "",
        "Low"
      })
  void anythingElseIsRefused(String text) {
    String sentence = assertThrows(InputException.class, () -> Detail.parse(text)).getMessage();
    PlainSentence.check(sentence);
    assertTrue(sentence.contains("found '" + text + "'"), sentence);
  }
}

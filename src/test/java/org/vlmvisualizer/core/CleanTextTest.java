package org.vlmvisualizer.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class CleanTextTest {
  @Test
  void whatSteersATerminalIsReplaced() {
    assertEquals(
        "?[2J?]0;title? a??b", CleanText.of("\u001b[2J\u001b]0;title\u0007 a\u009b\u007fb"));
    assertEquals("gnp.?nosaj", CleanText.of("gnp.\u202enosaj"));
    assertEquals("over?write", CleanText.of("over\rwrite"));
    assertEquals("half ? of one", CleanText.of("half \ud83d of one"));
  }

  @Test
  void textInAnyLanguageStays() {
    String text = "Zelle\t细胞\nκύτταρο 🔬👩‍🔬 می‌خواهم";
    assertEquals(text, CleanText.of(text));
  }

  @Test
  void halfCharactersAreFound() {
    assertEquals(-1, CleanText.loneSurrogate("a🔬b"));
    assertEquals(1, CleanText.loneSurrogate("a\udd2cb"));
    assertEquals(2, CleanText.loneSurrogate("🔬\ud83d"));
  }
}

package org.vlmvisualizer.core;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.vlmvisualizer.PlainSentence;

/** Text that was lost between the system and Java. */
class LocaleTextTest {
  /** In a UTF-8 locale another locale is no help against bytes that are no UTF-8. */
  @Test
  void aLocaleIsBlamedOnlyWhereAnotherHelps() {
    String ascii = LocaleText.sentence("\ufffd.png", "ANSI_X3.4-1968");
    String utf8 = LocaleText.sentence("\ufffd.png", "UTF-8");
    PlainSentence.check(ascii);
    PlainSentence.check(utf8);
    assertTrue(ascii.contains("set LC_ALL=C.UTF-8"), ascii);
    assertFalse(utf8.contains("LC_ALL"), utf8);
  }
}

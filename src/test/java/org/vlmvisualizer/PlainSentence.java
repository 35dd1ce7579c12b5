package org.vlmvisualizer;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a refusal must look like to a user. */
public final class PlainSentence {
  private PlainSentence() {}

  /** One line that starts like a sentence and ends like one, without a program's inner words. */
  public static void check(String text) {
    assertTrue(text.strip().matches("[^\\r\\n]*[.?;)]"), "Not one plain line: " + text);
    for (String inner : new String[] {"Exception", "\tat ", "null", "ai.djl", "java.", "org."}) {
      assertFalse(text.contains(inner), "'" + inner + "' in: " + text);
    }
  }
}

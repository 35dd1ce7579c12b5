package org.vlmvisualizer.output;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** What a folder run prints. */
class BatchRowTest {
  @Test
  void aPictureIsOneLineWhateverItsName() {
    assertEquals(
        "a⏎b.png: done: Two⏎words",
        BatchRow.done(1, "a\nb.png", "a-png", 2, "done: Two\nwords", "").text());
    assertEquals(
        "\u241b[31m.png: too small", BatchRow.failed(1, "\u001b[31m.png", "too small").text());
  }
}

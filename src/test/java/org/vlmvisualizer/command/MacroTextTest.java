package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text as ImageJ's macro language hands it on. */
class MacroTextTest {
  @ParameterizedTest
  @ValueSource(strings = {"Wo ist die größte Zelle?", "Ποῦ εἶναι;", "细胞在哪里?", "🔬", "plain"})
  void textReadAsLatin1IsPutRight(String text) {
    byte[] file = text.getBytes(StandardCharsets.UTF_8);
    assertEquals(text, MacroText.repair(new String(file, StandardCharsets.ISO_8859_1)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"größte", "naïve café", "5 µm", "细胞", "Ποῦ", "", "x", "50 °C ± 2"})
  void textThatIsRightIsLeftAlone(String text) {
    assertEquals(text, MacroText.repair(text));
  }
}

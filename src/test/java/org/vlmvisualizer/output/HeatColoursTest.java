package org.vlmvisualizer.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ij.process.LUT;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.InputException;

class HeatColoursTest {
  /** First, middle and last colours as matplotlib 3.11 and ImageJ 1.54p have them. */
  @ParameterizedTest
  @CsvSource({
    "inferno, 000004, bc3754, fcffa4",
    "viridis, 440154, 21918c, fde725",
    "magma, 000004, b73779, fcfdbf",
    "cividis, 00224e, 7d7c78, fee838",
    "fire, 000000, f04f00, ffffff",
    "grays, 000000, 808080, ffffff"
  })
  void hasTheColoursOfItsOrigin(String name, String first, String middle, String last) {
    HeatColours colours = named(name);
    assertEquals(name, colours.toString());
    assertEquals(first, "%06x".formatted(colours.of(0)));
    assertEquals(middle, "%06x".formatted(colours.of(128 / 255.0)));
    assertEquals(last, "%06x".formatted(colours.of(1)));
    assertEquals(colours.of(0), colours.of(-3));
    assertEquals(colours.of(1), colours.of(3));
  }

  private static HeatColours named(String text) {
    return Rendering.constant("lut", name -> text, HeatColours.values());
  }

  @ParameterizedTest
  @EnumSource
  void lookupTableHasTheSameColours(HeatColours colours) {
    LUT lut = colours.lut(0.25);
    for (int i = 0; i < 256; i++) {
      assertEquals(colours.of(i / 255.0), lut.getRGB(i) & 0xffffff);
    }
    assertEquals(0, lut.min);
    assertEquals(0.25, lut.max);
  }

  @Test
  void namesAreChecked() {
    assertSame(HeatColours.GRAYS, named(" Grays"));
    String sentence = assertThrows(InputException.class, () -> named("jet")).getMessage();
    PlainSentence.check(sentence);
    assertEquals(
        "Expected lut as one of inferno, viridis, magma, cividis, fire, grays, found 'jet'.",
        sentence);
  }
}

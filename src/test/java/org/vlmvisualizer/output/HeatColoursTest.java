package org.vlmvisualizer.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
    return Rendering.constant("lut", name -> text, HeatColours.choices());
  }

  @ParameterizedTest
  @EnumSource
  void lookupTableHasTheSameColours(HeatColours colours) {
    LUT lut = colours.lut(0.25);
    for (int i = 0; i < 256; i++) {
      assertEquals(colours.of(i / 255.0), lut.getRGB(i) & 0xffffff);
    }
    assertEquals(colours.isDiverging() ? -0.25 : 0, lut.min);
    assertEquals(0.25, lut.max);
  }

  /** As light on one side of 0 as on the other, and never lighter (darker) further away. */
  @ParameterizedTest
  @EnumSource(names = {"DIVERGING", "DIVERGING_DARK"})
  void divergingColoursAreSymmetricInLightness(HeatColours colours) {
    double before = lightness(colours.of(0.5));
    assertEquals(colours == HeatColours.DIVERGING ? 1 : 0, before, 0.03);
    for (int i = 128; i < 256; i++) {
      double above = lightness(colours.of(i / 255.0));
      assertEquals(above, lightness(colours.of((255 - i) / 255.0)), 0.03);
      assertTrue(colours == HeatColours.DIVERGING ? above < before + 0.01 : above > before - 0.01);
      before = above;
    }
    int below = colours.of(0.1);
    int above = colours.of(0.9);
    assertTrue((below & 0xff) > (below >> 16 & 0xff) + 100, "blue, which all but few tell from");
    assertTrue((above >> 16 & 0xff) > (above & 0xff) + 100, "orange");
  }

  /** L of OKLab (Ottosson 2020), 0 to 1. */
  private static double lightness(int rgb) {
    double r = linear(rgb >> 16);
    double g = linear(rgb >> 8);
    double b = linear(rgb);
    return 0.2104542553 * Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
        + 0.7936177850 * Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
        - 0.0040720468 * Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  }

  private static double linear(int channel) {
    double value = (channel & 0xff) / 255.0;
    return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
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

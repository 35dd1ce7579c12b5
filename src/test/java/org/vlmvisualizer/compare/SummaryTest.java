package org.vlmvisualizer.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Means over tokens and their intervals over pictures. */
class SummaryTest {
  private static List<TokenScore> picture(double... energies) {
    List<TokenScore> tokens = new ArrayList<>();
    for (double energy : energies) {
      tokens.add(
          new TokenScore(
              0, "a", Double.NaN, Double.NaN, 1, energy, 0.1, Double.NaN, Double.NaN, Double.NaN));
    }
    return tokens;
  }

  @SafeVarargs
  private static Summary of(List<TokenScore>... pictures) {
    return Summary.of(List.of(pictures), TokenScore::energy);
  }

  @Test
  void theMeanIsOverTokensAndNotOverPictures() {
    Summary summary = of(picture(1, 1, 1), picture(0));
    assertEquals(0.75, summary.mean());
    assertEquals(4, summary.tokens());
    assertEquals(0, summary.low());
    assertEquals(1, summary.high());
  }

  @Test
  void picturesThatAgreeLeaveNoDoubt() {
    assertEquals(new Summary(0.5, 0.5, 0.5, 6), of(picture(0, 1), picture(1, 0), picture(0, 1)));
  }

  @Test
  void theSamePicturesHaveTheSameInterval() {
    List<List<TokenScore>> pictures = new ArrayList<>();
    for (int p = 0; p < 30; p++) {
      pictures.add(picture(p % 7 / 7.0, p % 5 / 5.0));
    }
    Summary summary = Summary.of(pictures, TokenScore::energy);
    assertEquals(summary, Summary.of(pictures, TokenScore::energy));
    assertTrue(summary.low() < summary.mean() && summary.mean() < summary.high());
    double width = summary.high() - summary.low();
    // Of 30 pictures' means with a deviation of about 0.2, four times 0.2 / √30.
    assertTrue(width > 0.08 && width < 0.25, "" + width);
  }

  @Test
  void onePictureHasNoInterval() {
    Summary summary = of(picture(0.25, 0.75));
    assertEquals(0.5, summary.mean());
    assertTrue(Double.isNaN(summary.low()) && Double.isNaN(summary.high()));
  }

  @Test
  void whatWasNotMeasuredDoesNotCount() {
    Summary summary = of(picture(0.2, Double.NaN), picture(), picture(Double.NaN), picture(0.4));
    assertEquals(0.3, summary.mean(), 1e-12);
    assertEquals(2, summary.tokens());
    Summary nothing = of(picture(Double.NaN));
    assertEquals(0, nothing.tokens());
    assertTrue(Double.isNaN(nothing.mean()) && Double.isNaN(nothing.low()));
  }
}

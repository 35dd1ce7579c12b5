package org.vlmvisualizer.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.core.AnswerWord;
import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.MapCheck;
import org.vlmvisualizer.core.Origin;
import org.vlmvisualizer.core.Pooling;
import org.vlmvisualizer.core.Shares;
import org.vlmvisualizer.core.TokenMaps;

class WordTableTest {
  private static final String HEADER =
      "index,word,first_token,last_token,probability,lowest_probability,image_attention,prompt_attention,"
          + "generated_attention,padding_share,peak_x,peak_y,peak_value,peak_on_padding,entropy_bits,"
          + "picture,image_marker_attention,probability_without_image,image_evidence,origin,"
          + "faithfulness,probability_of_top_only,probability_without_top,stability_shift,stability_mirror\r\n";

  /** 20 × 10 on a square of 20: rows 0 and 3 of 4 × 4 patches are padding. */
  private static TokenMaps maps() {
    float[][] maps = new float[4][16];
    maps[0][6] = 1;
    maps[1][6] = 0.5f;
    maps[1][3] = 0.5f;
    maps[2][9] = 1;
    maps[3][0] = 1;
    return new TokenMaps(
        new AttributionMap("hand", maps),
        Grid.padded(20, 10, 8, 2),
        List.of(
            new GeneratedToken(5, "A", 0.75),
            new GeneratedToken(6, " ba", 0.5),
            new GeneratedToken(7, "na", 0.5),
            new GeneratedToken(8, ".", 1)),
        List.of(
            Shares.of(0.5, 0.25, 0.25),
            Shares.of(1, 0, 0),
            Shares.of(0.5, 0.5, 0),
            Shares.of(0, 1, 0)));
  }

  private static WordTable table(Pooling pooling) {
    return WordTable.of(maps(), new SourceFrame("s", 100, 200, Demo.micrometres()), pooling);
  }

  /** Of "bana", 1/4 each at patches 6 and 3 (padding) and 1/2 at 9: entropy 3/2 bits. */
  @Test
  void aWordHasTheFiguresOfItsMeanMap() {
    assertEquals(
        HEADER
            + "1,A,1,1,0.75,0.75,0.5,0.25,0.25,0.0,112.5,202.5,1.0,0,0.0,s,0.0,NaN,NaN,,NaN,NaN,NaN,NaN,NaN\r\n"
            + "2,bana,2,3,0.25,0.5,0.75,0.25,0.0,0.25,107.5,207.5,0.5,0,1.5,s,0.0,NaN,NaN,,NaN,NaN,NaN,NaN,NaN\r\n",
        table(Pooling.MEAN).toCsv());
  }

  /** 1/2, 1/2 and 1, whose sum is 2. */
  @Test
  void orOfTheMaximumOverItsSum() {
    TokenRow row = table(Pooling.MAXIMUM).rows().get(1);
    assertEquals(1, row.peakValue());
    assertEquals(0.25, row.paddingShare(), 1e-12);
    assertEquals(1.5, row.entropyBits(), 1e-12);
  }

  /** ln(0.75 / 0.5) + … : 0.5 · 0.5 with the picture, 0.25 · 0.05 without it, so ln 20. */
  @Test
  void evidenceOfAWordIsTheSumOfItsTokens() {
    List<GeneratedToken> tokens = new ArrayList<>(maps().tokens());
    double[] without = {0.5, 0.25, 0.05, 1};
    for (int t = 0; t < tokens.size(); t++) {
      tokens.set(t, tokens.get(t).withoutImage(without[t]).checked(new MapCheck(0.5, 0.25)));
    }
    WordTable table =
        WordTable.of(maps().withTokens(tokens), SourceFrame.uncalibrated("s"), Pooling.MEAN);
    GeneratedToken word = table.rows().get(1).token();
    assertEquals(0.0125, word.probabilityWithoutImage(), 1e-15);
    assertEquals(Math.log(20), word.imageEvidence(), 1e-12);
    assertEquals(Origin.PICTURE, word.origin());
    String[] lines = table.toCsv().split("\r\n");
    assertTrue(lines[1].endsWith(",would have come without it,0.25,0.5,0.25,NaN,NaN"), lines[1]);
    assertTrue(lines[2].endsWith(",from the picture,NaN,NaN,NaN,NaN,NaN"), lines[2]);
  }

  @Test
  void aPhraseHasARowOfItsOwn() {
    AnswerWord phrase = AnswerWord.phrase(maps().tokens(), 0, 2);
    WordTable table =
        WordTable.of(maps(), List.of(phrase), SourceFrame.uncalibrated("s"), Pooling.MEAN);
    assertEquals("A bana", phrase.text());
    assertEquals(0.75 * 0.5 * 0.5, table.rows().get(0).token().probability(), 1e-15);
    assertTrue(table.toCsv().split("\r\n")[1].startsWith("1,A bana,1,3,0.1875,0.5,"));
  }

  @Test
  void anAnswerWithoutWordsHasAnEmptyTable() {
    TokenMaps end =
        new TokenMaps(
            new AttributionMap("hand", new float[1][16]),
            maps().grid(),
            List.of(new GeneratedToken(2, "</s>", 1)),
            List.of(Shares.of(0, 1, 0)));
    WordTable table = WordTable.of(end, SourceFrame.uncalibrated("s"), Pooling.MEAN);
    assertEquals(HEADER, table.toCsv());
    assertEquals(25, table.toResultsTable().getHeadings().length);
  }
}

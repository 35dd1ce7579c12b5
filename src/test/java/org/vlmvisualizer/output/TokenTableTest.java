package org.vlmvisualizer.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.measure.ResultsTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.MapCheck;
import org.vlmvisualizer.core.MapStability;
import org.vlmvisualizer.core.Shares;
import org.vlmvisualizer.core.TokenMaps;

class TokenTableTest {
  /** 20 × 10 on a square of 20: rows 0 and 3 of 4 × 4 patches are padding. */
  private static final Grid GRID = Grid.padded(20, 10, 8, 2);

  private static final String EVIDENCE =
      ",probability_without_image,image_evidence,origin,faithfulness,probability_of_top_only,"
          + "probability_without_top,stability_shift,stability_mirror";

  private static TokenTable table() {
    float[] onPicture = new float[16];
    onPicture[6] = 0.75f;
    onPicture[3] = 0.25f;
    float[] onPadding = new float[16];
    onPadding[15] = 1;
    return TokenTable.of(
        new TokenMaps(
            new AttributionMap("hand", new float[][] {onPicture, onPadding, new float[16]}),
            GRID,
            List.of(
                new GeneratedToken(5, " a,\"b\"", 0.1234567890123),
                new GeneratedToken(6, "\n", 1e-7),
                new GeneratedToken(7, "", 1)),
            List.of(Shares.of(0.5, 0.25, 0.25), Shares.of(1, 0, 0), Shares.of(0, 1, 0))),
        new SourceFrame("s, 1", 100, 200, Demo.micrometres()));
  }

  @Test
  void csvIsQuotedAndTheSameInEveryLocale(@TempDir Path folder) throws Exception {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      Path file = folder.resolve("tokens.csv");
      Files.writeString(file, table().toCsv());
      assertEquals(
          "index,token_id,token,probability,image_attention,prompt_attention,generated_attention,"
              + "padding_share,peak_x,peak_y,peak_value,peak_on_padding,entropy_bits,picture,image_marker_attention"
              + EVIDENCE
              + "\r\n"
              + "1,5,\" a,\"\"b\"\"\",0.1234567890123,0.5,0.25,0.25,"
              + "0.25,112.5,202.5,0.75,0,0.8112781244591328,\"s, 1\",0.0,NaN,NaN,,NaN,NaN,NaN,NaN,NaN\r\n"
              + "2,6,\"\n\",1.0E-7,1.0,0.0,0.0,1.0,117.5,212.5,1.0,1,0.0,\"s, 1\",0.0,NaN,NaN,,NaN,NaN,NaN,NaN,NaN\r\n"
              + "3,7,,1.0,0.0,1.0,0.0,NaN,NaN,NaN,0.0,0,NaN,\"s, 1\",0.0,NaN,NaN,,NaN,NaN,NaN,NaN,NaN\r\n",
          Files.readString(file));
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void imageJTableHasTheSameColumnsAndVisibleTokens() {
    ResultsTable table = table().toResultsTable();
    assertEquals(TokenRow.COLUMNS, List.of(table.getHeadings()).subList(0, 13));
    assertEquals("picture", table.getHeadings()[13]);
    assertEquals("s, 1", table.getStringValue("picture", 2));
    assertEquals(3, table.size());
    assertEquals(" a,\"b\"", table.getStringValue("token", 0));
    assertEquals("⏎", table.getStringValue("token", 1));
    assertEquals("<7>", table.getStringValue("token", 2));
    assertEquals(112.5, table.getValue("peak_x", 0));
    assertEquals(1, table.getValue("peak_on_padding", 1));
    assertTrue(Double.isNaN(table.getValue("entropy_bits", 2)));
    assertTrue(table.getRowAsString(0).startsWith("1\t5\t a,\"b\"\t0.1235\t0.5"));
  }

  /** ln(0.5 / 0.03125) = 4 ln 2, 16 times as likely; ln(0.5 / 0.125) = 2 ln 2, 4 times. */
  @Test
  void evidenceAndChecksStandBehindAllElse() {
    TokenMaps maps =
        new TokenMaps(
            new AttributionMap("hand", new float[3][16]),
            GRID,
            List.of(
                new GeneratedToken(5, "a", 0.5).withoutImage(0.03125),
                new GeneratedToken(6, "b", 0.5)
                    .withoutImage(0.125)
                    .checked(new MapCheck(0.25, 0.5))
                    .stable(new MapStability(0.9, -0.2)),
                new GeneratedToken(7, "c", 0.5).withoutImage(0.5)),
            List.of(Shares.of(1, 0, 0), Shares.of(1, 0, 0), Shares.of(1, 0, 0)));
    TokenTable table = TokenTable.of(maps, SourceFrame.uncalibrated("s"));
    String[] lines = table.toCsv().split("\r\n");
    double nats = Math.log(0.5) - Math.log(0.03125);
    assertEquals(4 * Math.log(2), nats, 1e-12);
    assertTrue(
        lines[1].endsWith(",s,0.0,0.03125," + nats + ",from the picture,NaN,NaN,NaN,NaN,NaN"),
        lines[1]);
    assertTrue(lines[2].contains(",s,0.0,0.125,1.38629436111989"), lines[2]);
    assertTrue(lines[2].endsWith(",partly from the picture,-0.25,0.25,0.5,0.9,-0.2"), lines[2]);
    assertTrue(
        lines[3].endsWith(",0.5,0.0,would have come without it,NaN,NaN,NaN,NaN,NaN"), lines[3]);
    ResultsTable shown = table.toResultsTable();
    assertEquals("would have come without it", shown.getStringValue("origin", 2));
    assertEquals(-0.25, shown.getValue("faithfulness", 1));
    assertTrue(Double.isNaN(shown.getValue("faithfulness", 0)));
  }

  @Test
  void evenMapHasLogarithmOfPatchesAsEntropy() {
    float[] even = new float[16];
    Arrays.fill(even, 1 / 16f);
    TokenMaps maps =
        new TokenMaps(
            new AttributionMap("m", new float[][] {even}),
            GRID,
            List.of(new GeneratedToken(1, "x", 1)),
            List.of(Shares.of(1, 0, 0)));
    TokenRow row = TokenRow.of(maps, 0, SourceFrame.uncalibrated("s"));
    assertEquals(4, row.entropyBits(), 1e-9);
    assertEquals(0.5, row.paddingShare(), 1e-9);
  }

  @Test
  void labelsShowWhatCannotBeSeen() {
    assertEquals("⏎⏎", TokenText.visible("\n\n"));
    assertEquals("a⇥b", TokenText.visible("a\tb"));
    assertEquals("␀␡", TokenText.visible("\0\u007f"));
    assertEquals("␣␣", TokenText.visible("  "));
    assertEquals(" word", TokenText.visible(" word"));
    assertEquals("\\u200b\\ud800", TokenText.visible("\u200b\ud800"));
    assertEquals("细胞😀", TokenText.visible("细胞😀"));
    assertEquals("<9>", TokenText.label(new GeneratedToken(9, "", 1)));
  }
}

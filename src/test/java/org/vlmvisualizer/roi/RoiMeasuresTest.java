package org.vlmvisualizer.roi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import ij.measure.ResultsTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.area.Region;
import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.Shares;
import org.vlmvisualizer.core.Thoughts;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.DataTable;
import org.vlmvisualizer.output.Demo;
import org.vlmvisualizer.output.SourceFrame;
import org.vlmvisualizer.output.Upsampling;

class RoiMeasuresTest {
  /** A crop of 40 × 20 at (100, 200); rows 0 and 3 of its 4 × 4 patches of 10 × 10 are padding. */
  private static AttentionResult result() {
    float[] left = new float[16];
    left[4] = 0.25f;
    left[8] = 0.25f;
    left[15] = 0.5f;
    float[] right = new float[16];
    right[7] = 1;
    TokenMaps maps =
        new TokenMaps(
            new AttributionMap("hand", new float[][] {left, right, new float[16]}),
            Grid.padded(40, 20, 8, 2),
            List.of(
                new GeneratedToken(5, " a,\"b\"", 0.5),
                new GeneratedToken(6, "\n", 0.5),
                new GeneratedToken(7, "细胞", 0.5)),
            List.of(Shares.of(1, 0, 0), Shares.of(1, 0, 0), Shares.of(1, 0, 0)));
    return new AttentionResult(
        maps,
        new RgbPicture(40, 20, new byte[2400]),
        new SourceFrame("cells.tif", 100, 200, Demo.micrometres()),
        Defaults.maps(Upsampling.NEAREST),
        "",
        List.of(),
        null,
        null,
        new JsonObject());
  }

  private static RoiMeasures measure(
      AttentionResult result, List<NamedRegion> rois, boolean chance) {
    return RoiMeasures.of(result, rois, chance, Progress.NONE);
  }

  private static NamedRegion roi(String name, double x, double y, double width, double height) {
    return new NamedRegion(name, 0, Region.rectangle(x, y, width, height));
  }

  @Test
  void perTokenInPixelsOfTheWholeImage() {
    RoiMeasures measures =
        measure(
            result(), List.of(roi("left", 90, 190, 15, 30), roi("rest", 105, 200, 35, 20)), false);
    assertEquals(
        List.of(
            "index",
            "token",
            "left_share",
            "left_enrichment",
            "rest_share",
            "rest_enrichment",
            "picture"),
        measures.perToken().columns());
    ResultsTable table = measures.perToken().toResultsTable();
    assertEquals("⏎", table.getStringValue("token", 1));
    // Half of the patches with all of the first map; an eighth of the picture.
    assertEquals(0.5, table.getValue("left_share", 0), 1e-9);
    assertEquals(4, table.getValue("left_enrichment", 0), 1e-9);
    assertEquals(0, table.getValue("left_share", 1), 1e-9);
    assertEquals(1 / 0.875, table.getValue("rest_enrichment", 1), 1e-9);
    assertTrue(Double.isNaN(table.getValue("left_share", 2)));
    for (int t = 0; t < 2; t++) {
      assertEquals(1, table.getValue("left_share", t) + table.getValue("rest_share", t), 1e-12);
    }
  }

  @Test
  void ofAModelThatThinksEveryTableEndsWithThePart() {
    AttentionResult plain = result();
    Thoughts thoughts = new Thoughts(true);
    List<GeneratedToken> tokens =
        List.of("So", "</think>", "细胞").stream()
            .map(text -> thoughts.mark(new GeneratedToken(5, text, 0.5)))
            .toList();
    AttentionResult thinking = plain.withTokens(tokens);
    for (boolean chance : new boolean[] {false, true}) {
      RoiMeasures measures = measure(thinking, List.of(roi("left", 90, 190, 15, 30)), chance);
      for (DataTable table : List.of(measures.perToken(), measures.perWord(), measures.perRoi())) {
        assertEquals("part", table.columns().get(table.columns().size() - 1));
      }
      assertEquals(List.of("thought", "thought", "answer"), parts(measures.perToken()));
      assertEquals(List.of("thought", "answer"), parts(measures.perWord()));
      assertEquals(List.of("thought", "thought", "answer"), parts(measures.perRoi()));
    }
  }

  private static List<String> parts(DataTable table) {
    return table.rows().stream().map(row -> row.get(row.size() - 1).toString()).toList();
  }

  @Test
  void tokensThatLookedAtARoi() {
    RoiMeasures measures =
        measure(
            result(),
            List.of(
                new NamedRegion("a \"right\" one", 3, Region.rectangle(130, 200, 10, 20)),
                new NamedRegion("line", 0, null)),
            false);
    assertEquals(
        "roi,column,group,area_share,rank,index,token,share,enrichment,picture\r\n"
            + "\"a \"\"right\"\" one\",a_right_one,3,0.25,1,2,\"\n\",1.0,4.0,cells.tif\r\n"
            + "\"a \"\"right\"\" one\",a_right_one,3,0.25,2,1,\" a,\"\"b\"\"\",0.0,0.0,cells.tif\r\n"
            + "\"a \"\"right\"\" one\",a_right_one,3,0.25,3,3,细胞,NaN,NaN,cells.tif\r\n",
        measures.perRoi().toCsv());
    assertEquals("no area: line", measures.unmeasured());
    ResultsTable table = measures.perToken().toResultsTable();
    assertTrue(Double.isNaN(table.getValue("line_share", 1)));
  }

  /**
   * The ROI is the third patch of the upper row of 4: nothing of the first map lies there, all of
   * the second in it or to the right of it at no other place.
   */
  @Test
  void chanceIsThatOfTheSameShapeElsewhere() {
    RoiMeasures measures =
        measure(
            result(), List.of(roi("cell", 130, 200, 10, 10), roi("all", 90, 190, 90, 90)), true);
    ResultsTable table = measures.perToken().toResultsTable();
    assertEquals(
        List.of("cell_chance_low", "cell_chance_high", "cell_p"),
        List.of(table.getHeadings()).subList(7, 10));
    assertEquals(1, table.getValue("cell_p", 0));
    assertEquals(0.001, table.getValue("cell_p", 1));
    assertEquals(8, table.getValue("cell_enrichment", 1), 1e-6);
    assertEquals(0, table.getValue("cell_chance_low", 1), 1e-6);
    assertTrue(Double.isNaN(table.getValue("cell_p", 2)), "an empty map");
    assertEquals(1, table.getValue("all_share", 0), 1e-6);
    assertTrue(Double.isNaN(table.getValue("all_p", 0)), "it cannot move");
    assertEquals(
        List.of("share", "enrichment", "picture", "chance_low", "chance_high", "p"),
        measures.perRoi().columns().subList(7, 13));
  }

  @Test
  void wordsAreMeasuredToo() {
    RoiMeasures measures = measure(result(), List.of(roi("left", 90, 190, 15, 30)), false);
    assertEquals(
        "index,word,first_token,last_token,left_share,left_enrichment,picture\r\n"
            + "1,\"a,\"\"b\"\"\",1,1,0.5,4.0,cells.tif\r\n"
            + "2,细胞,3,3,NaN,NaN,cells.tif\r\n",
        measures.perWord().toCsv());
  }

  @Test
  void namesAsTheyCome() {
    assertEquals(
        List.of(
            "nucleus",
            "nucleus_2",
            "Nucleus_3",
            "nucleus_2_2",
            "a_b_c",
            "roi_0001_0032_0010",
            "细胞核_1",
            "roi_8",
            "Zelle_Größe",
            "roi_10",
            "roi_8_2"),
        ColumnNames.of(
            List.of(
                "nucleus",
                "nucleus",
                "Nucleus",
                "nucleus_2",
                "a,\"b\"\tc\n",
                "0001-0032-0010",
                "细胞核 1",
                "",
                "Zelle (Größe)",
                "***",
                "roi 8")));
  }

  @Test
  void tableTakesNamesWithTabsAndManyRois() {
    List<NamedRegion> rois = new ArrayList<>();
    rois.add(roi("tab\tand\nbreak", 100, 200, 1, 1));
    for (int i = 0; i < 500; i++) {
      rois.add(roi("cell", 100 + i % 40, 200, 1, 1));
    }
    RoiMeasures measures = measure(result(), rois, false);
    ResultsTable table = measures.perToken().toResultsTable();
    assertEquals(1005, table.getLastColumn() + 1);
    assertFalse(Double.isNaN(table.getValue("cell_500_share", 0)));
    ResultsTable other = measures.perRoi().toResultsTable();
    assertEquals(1503, other.size());
    assertEquals("tab⇥and⏎break", other.getStringValue("roi", 0));
  }

  @Test
  void outsideIsNamedAndHasNoEnrichment() {
    RoiMeasures measures =
        measure(result(), List.of(roi("in", 100, 200, 5, 5), roi("out", 0, 0, 50, 50)), true);
    ResultsTable table = measures.perToken().toResultsTable();
    assertEquals(0, table.getValue("out_share", 0));
    assertTrue(Double.isNaN(table.getValue("out_enrichment", 0)));
    assertEquals("outside of it: out", measures.unmeasured());
  }

  @Test
  void refusesWhatCannotBeMeasured() {
    String sentence =
        refused(
            roi("a", 0, 0, 50, 50),
            roi("b\n", 140, 200, 9, 9),
            roi("c", 0, 0, 1, 1),
            roi("d", 0, 0, 1, 1),
            new NamedRegion("point", 0, null));
    assertTrue(sentence.contains("cells.tif: x 100, y 200, 40 x 20"), sentence);
    assertTrue(sentence.contains("no area: point; outside of it: a, b⏎, c and 1 more"), sentence);
    assertTrue(refused(new NamedRegion("point", 0, null)).contains("(no area: point)"));
  }

  private static String refused(NamedRegion... rois) {
    String sentence =
        assertThrows(InputException.class, () -> measure(result(), List.of(rois), true))
            .getMessage();
    PlainSentence.check(sentence);
    return sentence;
  }

  @Test
  void writesAllTablesOrNone(@TempDir Path folder) throws Exception {
    RoiMeasures measures = measure(result(), List.of(roi("细胞", 100, 200, 5, 5)), true);
    measures.write(folder.resolve("new"));
    assertEquals(
        measures.perToken().toCsv(), Files.readString(folder.resolve("new/roi-attention.csv")));
    assertEquals(measures.perWord().toCsv(), Files.readString(folder.resolve("new/roi-words.csv")));
    assertEquals(measures.perRoi().toCsv(), Files.readString(folder.resolve("new/roi-tokens.csv")));
    Files.createDirectory(folder.resolve("roi-tokens.csv"));
    assertThrows(InputException.class, () -> measures.write(folder));
    try (var files = Files.list(folder)) {
      assertEquals(2, files.count());
    }
  }
}

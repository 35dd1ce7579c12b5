package org.vlmvisualizer.output;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import ij.gui.Plot;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.Defaults;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** Thoughts and answer apart, in tables, plot, montage and report. */
class ThoughtsOutputTest {
  private static final Demo DEMO = Demo.of(240, 160, 12);

  private static AttentionResult result(Demo demo) {
    AttentionResult result = demo.result(Upsampling.NONE, null);
    result.run().addProperty("question", "Where?");
    return result;
  }

  private static List<String> cells(DataTable table, String column) {
    int place = table.columns().indexOf(column);
    return table.rows().stream().map(row -> row.get(place).toString()).toList();
  }

  @Test
  void tablesEndWithTheirPart() {
    AttentionResult result = result(DEMO.thinking(5));
    assertEquals(
        "part", result.resultsTable().getColumnHeading(result.resultsTable().getLastColumn()));
    assertEquals("thought", result.resultsTable().getStringValue("part", 4));
    assertEquals("answer", result.resultsTable().getStringValue("part", 5));
    // "The picture shows three cells, one of them ...": five words are thoughts.
    assertEquals("thought", result.wordsTable().getStringValue("part", 4));
    assertEquals("answer", result.wordsTable().getStringValue("part", 5));
    String plain = result(DEMO).table().toCsv();
    assertEquals(plain, result.table().toCsv().replaceAll(",(part|thought|answer)\r\n", "\r\n"));
    assertFalse(plain.contains("part\r\n"));
  }

  @Test
  void tablesOfSeveralPicturesHaveItToo() {
    AttentionSeries series = new AttentionSeries(DEMO.source(), false, 3);
    series.add("a", 1, result(DEMO.thinking(5)));
    series.fail("b", 2, "No.");
    series.add("c", 3, result(DEMO.thinking(0)));
    for (DataTable table : List.of(series.table(), series.words())) {
      assertEquals("part", table.columns().get(table.columns().size() - 1));
    }
    List<String> parts = cells(series.table(), "part");
    assertEquals("thought", parts.get(4));
    assertEquals("answer", parts.get(5));
    assertEquals("", parts.get(12), "of the picture that failed");
    assertEquals("answer", parts.get(13));
    AttentionSeries others = new AttentionSeries(DEMO.source(), false, 1);
    others.add("a", 1, result(DEMO));
    assertFalse(others.table().columns().contains("part"));
  }

  @Test
  void theInfoOfASeriesSaysWhyThereIsNoAnswer() {
    AttentionSeries series = new AttentionSeries(DEMO.source(), false, 1);
    AttentionResult result = result(DEMO.thinking(12));
    result.run().addProperty("thoughts", "The picture shows");
    result.run().addProperty(AttentionResult.ANSWER_LEFT_OUT, "No answer: so it is.");
    series.add("a", 1, result);
    String info = series.heatmaps().getInfoProperty();
    assertTrue(info.contains("a: No answer: so it is.\n"), info);
    assertFalse(info.contains("thoughts: "), info);
  }

  /** Dark pixels of one column of the frame. */
  private static int dark(BufferedImage image, int x, Rectangle frame) {
    int dark = 0;
    for (int y = frame.y + 1; y < frame.y + frame.height; y++) {
      dark += (image.getRGB(x, y) >> 8 & 0xff) < 0x80 ? 1 : 0;
    }
    return dark;
  }

  @ParameterizedTest
  @CsvSource({"5", "1", "11"})
  void thePlotHasADashedLineBetweenThem(int thoughts) {
    for (Demo demo : List.of(DEMO, DEMO.withEvidence())) {
      Plot plot = RatioPlot.of(demo.thinking(thoughts).maps(), demo.source());
      Plot plain = RatioPlot.of(demo.maps(), demo.source());
      Rectangle frame = plot.getDrawingFrame();
      int x = (int) Math.floor(frame.x + frame.width * thoughts / 12.0);
      BufferedImage image = plot.getImagePlus().getBufferedImage();
      int drawn = Math.max(dark(image, x, frame), dark(image, x - 1, frame));
      assertTrue(drawn > frame.height / 4 && drawn < frame.height * 3 / 4, drawn + " dashed");
      int without = dark(plain.getImagePlus().getBufferedImage(), x, frame);
      assertTrue(without < frame.height / 10, without + " of the curve");
      assertEquals(
          plain.getResultsTable().toString(), plot.getResultsTable().toString(), "the data");
    }
  }

  @Test
  void thePlotOfAnAnswerBehindEmptyThoughtsIsAsAnyOther() {
    assertArrayEquals(
        pixels(RatioPlot.picture(RatioPlot.of(DEMO.maps(), DEMO.source()))),
        pixels(RatioPlot.picture(RatioPlot.of(DEMO.thinking(0).maps(), DEMO.source()))));
  }

  private static int[] pixels(BufferedImage image) {
    return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
  }

  /** A low plot, as of the explorer beside a long answer, has the line without the names. */
  @ParameterizedTest
  @CsvSource({"100, true", "30, false"})
  void namesStandOnlyWhereTheyCoverNoCurve(int height, boolean areThere) {
    BufferedImage image = new BufferedImage(200, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, 200, height);
    ThoughtsMark.draw(g, 100, new Rectangle(200, height), 1);
    long line = dark(image, 98, 102);
    assertTrue(line > 0);
    assertEquals(areThere, dark(image, 0, 200) > line);
  }

  private static long dark(BufferedImage image, int left, int right) {
    int[] pixels = image.getRGB(left, 0, right - left, image.getHeight(), null, 0, right - left);
    return Arrays.stream(pixels).filter(pixel -> (pixel & 0xff) < 0x80).count();
  }

  @Test
  void wordsTellWhichAreWhich() {
    assertEquals("thoughts: 1 to 5; answer: 6 to 12", ThoughtsMark.words(DEMO.thinking(5).maps()));
    assertEquals("thoughts: 1; answer: 2 to 12", ThoughtsMark.words(DEMO.thinking(1).maps()));
    assertEquals("thoughts: 1 to 11; answer: 12", ThoughtsMark.words(DEMO.thinking(11).maps()));
    assertEquals("thoughts: 1 to 12; no answer", ThoughtsMark.words(DEMO.thinking(12).maps()));
    assertEquals("", ThoughtsMark.words(DEMO.thinking(0).maps()));
    assertEquals("", ThoughtsMark.words(DEMO.maps()));
  }

  @ParameterizedTest
  @CsvSource({"5", "1", "11", "12"})
  void theMontageHasRowsForEachBelowAHeading(int thoughts) {
    Demo demo = DEMO.thinking(thoughts);
    BufferedImage montage =
        Montage.of(demo.maps(), demo.picture(), demo.source(), Defaults.maps(Upsampling.NONE));
    MontageLayout layout = MontageLayout.of(240, 160, 13, 0, thoughts + 1);
    assertEquals(layout.width(), montage.getWidth());
    assertEquals(layout.height(), montage.getHeight());
    List<Integer> begins = thoughts < 12 ? List.of(0, thoughts + 1) : List.of(0);
    for (int panel : begins) {
      assertEquals(MontageLayout.GAP, layout.cellX(panel), "at the left");
      int line = layout.cellY(panel) - 4;
      for (int x = MontageLayout.GAP; x < layout.width() - MontageLayout.GAP; x++) {
        assertEquals(0xff000000, montage.getRGB(x, line));
      }
    }
    for (int panel = 1; panel < 13; panel++) {
      boolean sameRow = layout.cellY(panel) == layout.cellY(panel - 1);
      assertTrue(sameRow || layout.cellX(panel) == MontageLayout.GAP);
      assertTrue(
          layout.cellY(panel) >= layout.cellY(panel - 1) + (sameRow ? 0 : layout.panelHeight()));
    }
    int bottom = layout.pictureY(12) + layout.panelHeight() + layout.captionHeight();
    assertEquals(layout.height(), bottom + MontageLayout.GAP);
  }

  @ParameterizedTest
  @CsvSource({"640,480,1500,1400", "300,1200,60,59", "5,5,2,1"})
  void aLongMontageStaysWithinBounds(int width, int height, int tokens, int thoughts) {
    MontageLayout layout = MontageLayout.of(width, height, tokens + 1, 2, thoughts + 1);
    assertTrue(layout.width() <= 8000 && layout.height() <= 8000, layout.toString());
    assertTrue(layout.pictureY(tokens) + layout.panelHeight() <= layout.height());
  }

  private static Document parse(String xml) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(xml)));
  }

  private static List<Element> elements(Document page, String name, String kind) {
    NodeList nodes = page.getElementsByTagName(name);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      Element element = (Element) nodes.item(i);
      if (element.getAttribute("class").equals(kind)) {
        elements.add(element);
      }
    }
    return elements;
  }

  @Test
  void theReportHasABlockForEach() throws Exception {
    String html = HtmlReport.of(result(DEMO.thinking(5)), MapStyle.DEFAULT);
    Document page = parse(html);
    Element thoughts = elements(page, "div", "thoughts").get(0);
    Element said = elements(page, "div", "said").get(0);
    assertEquals("Thoughts", thoughts.getAttribute("aria-label"));
    assertEquals("Answer", said.getAttribute("aria-label"));
    assertEquals(5, thoughts.getElementsByTagName("button").getLength());
    assertEquals(7, said.getElementsByTagName("button").getLength());
    assertEquals(
        List.of("Thoughts", "Answer"),
        elements(page, "p", "part").stream().map(Element::getTextContent).toList());
    assertEquals(
        "Thoughts and answer, token by token",
        elements(page, "div", "answer").get(0).getAttribute("aria-label"));
    assertTrue(html.contains("<th scope=\"col\">part</th>"));
    assertTrue(html.contains("<td class=\"text\">thought</td>"));
    assertTrue(html.contains("stroke-dasharray"));
    assertTrue(html.contains("Tokens: thoughts: 1 to 5; answer: 6 to 12."));
    assertTrue(html.contains(".thoughts .token { font-style: italic; }"));
  }

  @Test
  void theReportSaysWhereThereIsNoAnswer() throws Exception {
    AttentionResult result = result(DEMO.thinking(12));
    JsonObject run = result.run();
    run.addProperty(AttentionResult.ANSWER_LEFT_OUT, "No answer: <b>so</b> it is.");
    Document page = parse(HtmlReport.of(result, MapStyle.DEFAULT));
    assertEquals(
        "No answer: <b>so</b> it is.", elements(page, "div", "said").get(0).getTextContent());
  }

  @Test
  void otherReportsKnowNothingOfThoughts() throws Exception {
    String html = HtmlReport.of(result(DEMO), MapStyle.DEFAULT);
    assertFalse(html.toLowerCase(Locale.ROOT).contains("thought"));
    assertFalse(html.contains("stroke-dasharray"));
    assertTrue(html.contains("aria-label=\"Answer, token by token\""));
  }
}

package org.vlmvisualizer.output;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.Candidate;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.MapCheck;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.TokenMaps;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** What is passed on as one file: the HTML report, and the figure as PNG and SVG. */
class PortableResultTest {
  private static final List<String> NASTY =
      List.of(
          "</script><script>alert(1)</script>",
          " <img src=x onerror=alert(1)>&amp;\"'",
          "\n",
          " {{maps}} ${x} \\1",
          "\u0000\u0007\u202e",
          "\ud800",
          " ]]> \uffff",
          " 细胞",
          "",
          " http://example.org/x.png");

  @TempDir Path folder;

  /** A result whose texts are the nasty ones; all maps but the first are the demo's. */
  private static AttentionResult nasty(int width, int height) {
    Demo demo = Demo.of(width, height, NASTY.size());
    List<GeneratedToken> tokens = new ArrayList<>();
    NASTY.forEach(text -> tokens.add(new GeneratedToken(1, text, 0.5)));
    float[][] values = demo.maps().map().values().clone();
    values[0] = new float[demo.grid().size()]; // looked at nothing
    TokenMaps maps =
        new TokenMaps(
            new AttributionMap("demo", values), demo.grid(), tokens, demo.maps().shares());
    JsonObject run = new JsonObject();
    run.addProperty("question", NASTY.get(0) + NASTY.get(1));
    run.addProperty("model", NASTY.get(4));
    JsonObject options = new JsonObject();
    options.addProperty("method", "<method>");
    run.add("options", options);
    return new AttentionResult(
        maps,
        demo.picture(),
        SourceFrame.uncalibrated("<b>&\u0007.tif"),
        Defaults.maps(Upsampling.NEAREST),
        "",
        List.of(),
        null,
        null,
        run);
  }

  private static Document parse(String xml) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(xml)));
  }

  private static BufferedImage picture(String address) throws Exception {
    String prefix = "data:image/png;base64,";
    assertTrue(address.startsWith(prefix), address.substring(0, 30));
    byte[] bytes = Base64.getDecoder().decode(address.substring(prefix.length()));
    return ImageIO.read(new ByteArrayInputStream(bytes));
  }

  private static List<Element> elements(Document page, String name) {
    NodeList nodes = page.getElementsByTagName(name);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      elements.add((Element) nodes.item(i));
    }
    return elements;
  }

  @Test
  void reportIsWellFormedWhateverTheTokensSay() throws Exception {
    String html = HtmlReport.of(nasty(300, 200), MapStyle.DEFAULT);
    Document page = parse(html);
    assertEquals(1, elements(page, "script").size());
    assertEquals(2, elements(page, "img").size());
    List<Element> tokens = elements(page, "button");
    assertEquals(NASTY.size(), tokens.size());
    assertEquals(NASTY.get(0), tokens.get(0).getTextContent());
    assertEquals("{{maps}} ${x} \\1", tokens.get(3).getTextContent());
    assertEquals(NASTY.size(), elements(page, "circle").size());
    assertEquals(NASTY.size() + 1, elements(page, "tr").size());
    for (Element element : elements(page, "*")) {
      for (int i = 0; i < element.getAttributes().getLength(); i++) {
        assertFalse(element.getAttributes().item(i).getNodeName().startsWith("on"));
      }
    }
  }

  /** As above, with all that is known of evidence and checks, and candidates as nasty as tokens. */
  @Test
  void reportTellsHowFarMapsCanBeTrusted() throws Exception {
    AttentionResult result = nasty(300, 200);
    List<GeneratedToken> tokens = new ArrayList<>();
    for (int t = 0; t < NASTY.size(); t++) {
      List<Candidate> others =
          NASTY.stream().limit(5).map(text -> new Candidate(1, text, 0.125)).toList();
      double without = new double[] {0.01, 0.125, 0.5, 0}[t % 4];
      MapCheck check = t % 2 == 0 ? new MapCheck(0.25, 0.5) : null;
      tokens.add(new GeneratedToken(1, NASTY.get(t), 0.5, others, without, check));
    }
    String html = HtmlReport.of(result.with(result.maps().withTokens(tokens)), MapStyle.DEFAULT);
    assertFalse(
        Pattern.compile("\\bNaN\\b|Infinity")
            .matcher(html.replaceAll("data:image/png;base64,[^\"]*", ""))
            .find());
    Document page = parse(html);
    assertEquals(1, elements(page, "script").size());
    List<Element> buttons = elements(page, "button");
    assertEquals("token", buttons.get(0).getAttribute("class"));
    assertEquals("token without", buttons.get(2).getAttribute("class"));
    assertEquals(
        "Would have come without the picture: this map says little",
        buttons.get(2).getAttribute("data-origin"));
    assertTrue(buttons.get(2).getAttribute("data-check").endsWith("; map misses what mattered"));
    assertEquals("", buttons.get(1).getAttribute("data-check"));
    assertTrue(buttons.get(1).getAttribute("data-others").startsWith(NASTY.get(0) + " 0.1250 · "));
    List<String> marks =
        elements(page, "circle").stream().map(c -> c.getAttribute("class")).toList();
    assertEquals(
        List.of("point known", "point known half", "point known hollow", "point known"),
        marks.subList(0, 4));
    assertEquals(NASTY.size() + 3, marks.size(), "a point per token, and a legend");
    assertTrue(html.contains("<th scope=\"col\">faithfulness</th>"));
    assertFalse(
        HtmlReport.of(result, MapStyle.DEFAULT).contains("<th scope=\"col\">faithfulness</th>"));
  }

  @Test
  void reportLoadsNothing() throws Exception {
    AttentionResult result = nasty(300, 200);
    Document page = parse(HtmlReport.of(result, MapStyle.DEFAULT));
    for (Element element : elements(page, "*")) {
      for (String name : List.of("src", "href", "action", "data", "srcset", "poster")) {
        String address = element.getAttribute(name);
        assertTrue(address.isEmpty() || address.startsWith("data:image/png;base64,"), address);
      }
    }
    for (String name : List.of("link", "iframe", "object", "embed", "base", "form")) {
      assertEquals(0, elements(page, name).size(), name);
    }
    String code = elements(page, "script").get(0).getTextContent();
    String style = elements(page, "style").get(0).getTextContent();
    assertFalse(Pattern.compile("fetch|import|XMLHttp|http").matcher(code).find());
    assertFalse(Pattern.compile("url\\(|@import|http").matcher(style).find());
    assertTrue(elements(page, "meta").toString() != null);
    assertTrue(
        elements(page, "meta").stream()
            .anyMatch(m -> m.getAttribute("content").startsWith("default-src 'none'")));
  }

  @ParameterizedTest
  @CsvSource({"300, 200", "200, 300", "1, 1", "5000, 3", "2400, 1800"})
  void reportLaysMapsWhereTheGridHasThem(int width, int height) throws Exception {
    AttentionResult result = nasty(width, height);
    String html = HtmlReport.of(result, MapStyle.DEFAULT);
    Document page = parse(html);
    Grid grid = result.maps().grid();
    assertEquals(100 * grid.sourceX(0) / width, percent(html, "left"), 1e-4);
    assertEquals(100 * grid.sourceY(0) / height, percent(html, "top"), 1e-4);
    double side = grid.sourceX(grid.columns()) - grid.sourceX(0);
    assertEquals(100 * side / width, percent(html, "width"), 1e-4);
    assertEquals(100 * side / height, percent(html, "height"), 1e-4);

    BufferedImage shown = picture(elements(page, "img").get(0).getAttribute("src"));
    assertTrue(Math.max(shown.getWidth(), shown.getHeight()) <= 1600);
    Matcher maps =
        Pattern.compile("\"(data:[^\"]+)\"")
            .matcher(elements(page, "script").get(0).getTextContent());
    for (int t = 0; t < result.maps().size(); t++) {
      assertTrue(maps.find());
      BufferedImage map = picture(maps.group(1));
      assertEquals(grid.columns(), map.getWidth());
      assertEquals(grid.rows(), map.getHeight());
    }
    assertFalse(maps.find());
  }

  private static double percent(String html, String side) {
    Matcher rule = Pattern.compile("\\.map \\{[^}]*\\b" + side + ": (-?[0-9.]+)%").matcher(html);
    assertTrue(rule.find(), side);
    return Double.parseDouble(rule.group(1));
  }

  @Test
  void reportHasNoNaN() {
    String html = HtmlReport.of(nasty(300, 200), MapStyle.DEFAULT);
    String withoutPictures = html.replaceAll("data:image/png;base64,[^\"]*", "");
    assertFalse(Pattern.compile("\\bNaN\\b|Infinity").matcher(withoutPictures).find());
  }

  @Test
  void figureOfATokenThatWouldHaveComeAnywayIsFaded() throws Exception {
    AttentionResult result = nasty(300, 200);
    float[] map = result.maps().values(5);
    MapTrust text = MapTrust.of(new GeneratedToken(1, "a", 0.5).withoutImage(0.5));
    MapTrust picture =
        MapTrust.of(
            new GeneratedToken(1, "a", 0.5).withoutImage(0.01).checked(new MapCheck(0.1, 0.4)));
    TokenFigure faded = new TokenFigure(result, map, 1, MapStyle.DEFAULT, "a", "token 1", text);
    TokenFigure plain = new TokenFigure(result, map, 1, MapStyle.DEFAULT, "a", "token 1", picture);
    assertTrue(brightness(faded.image()) > brightness(plain.image()) + 20);
    Document svg = parse(faded.svg());
    assertEquals(5, elements(svg, "text").size());
    assertEquals("7 5", elements(svg, "rect").get(1).getAttribute("stroke-dasharray"));
    Document other = parse(plain.svg());
    assertEquals(
        "F −0.30: map misses what mattered", elements(other, "text").get(3).getTextContent());
    assertEquals(2, elements(other, "rect").size(), "ground and colour bar");
  }

  /** Mean of the green channel. */
  private static double brightness(BufferedImage image) {
    double sum = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        sum += image.getRGB(x, y) >> 8 & 0xff;
      }
    }
    return sum / image.getWidth() / image.getHeight();
  }

  @ParameterizedTest
  @CsvSource({"300, 200", "1, 1", "5000, 3", "2400, 1800"})
  void figureIsTheSameAsPngAndSvg(int width, int height) throws Exception {
    AttentionResult result = nasty(width, height);
    float[] map = result.maps().values(5);
    double max = MapLayer.maximum(result.maps().grid(), map);
    TokenFigure figure =
        new TokenFigure(
            result,
            map,
            max,
            MapStyle.DEFAULT,
            NASTY.get(0) + NASTY.get(4),
            NASTY.get(1),
            MapTrust.UNKNOWN);
    figure.writePng(folder.resolve("a.png"));
    WholeFile.write(folder.resolve("a.svg"), figure.svg());
    BufferedImage png = ImageIO.read(folder.resolve("a.png").toFile());
    Document svg = parse(Files.readString(folder.resolve("a.svg")));
    Element root = svg.getDocumentElement();
    assertEquals(Integer.toString(png.getWidth()), root.getAttribute("width"));
    assertEquals(Integer.toString(png.getHeight()), root.getAttribute("height"));
    assertEquals(0, elements(svg, "script").size());
    assertEquals(4, elements(svg, "text").size());
    List<Element> images = elements(svg, "image");
    assertEquals(2, images.size());
    BufferedImage below = picture(images.get(0).getAttribute("xlink:href"));
    BufferedImage above = picture(images.get(1).getAttribute("xlink:href"));
    assertEquals(below.getWidth(), above.getWidth());
    assertEquals(below.getHeight(), above.getHeight());
    below.createGraphics().drawImage(above, 0, 0, null);
    int x = Integer.parseInt(images.get(0).getAttribute("x"));
    int y = Integer.parseInt(images.get(0).getAttribute("y"));
    BufferedImage part = png.getSubimage(x, y, below.getWidth(), below.getHeight());
    for (int i = 0; i < below.getWidth(); i += 7) {
      int seen = part.getRGB(i, below.getHeight() / 2);
      int laid = below.getRGB(i, below.getHeight() / 2);
      for (int shift = 0; shift <= 16; shift += 8) { // straight alpha in the file: off by one
        assertEquals(laid >> shift & 0xff, seen >> shift & 0xff, 2);
      }
    }
  }

  @Test
  void filesAreWrittenWholeOrNotAtAll() throws Exception {
    Path file = folder.resolve("report.html");
    Files.writeString(file, "earlier");
    InputException failure =
        assertThrows(
            InputException.class,
            () ->
                WholeFile.write(
                    file,
                    temporary -> {
                      Files.writeString(temporary, "half");
                      throw new java.io.IOException("disk full");
                    }));
    PlainSentence.check(failure.getMessage());
    assertEquals("earlier", Files.readString(file));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(1, files.count());
    }
    HtmlReport.write(nasty(30, 20), MapStyle.DEFAULT, file);
    assertTrue(Files.size(file) > 10000);
    Path inside = folder.resolve("a/b/report.html");
    HtmlReport.write(nasty(30, 20), MapStyle.DEFAULT, inside);
    assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(inside));
    InputException folderGiven =
        assertThrows(
            InputException.class, () -> HtmlReport.write(nasty(30, 20), MapStyle.DEFAULT, folder));
    PlainSentence.check(folderGiven.getMessage());
  }

  @Test
  void layerHidesMoreWhereThereIsMoreAndNothingAtOpacityZero() {
    Demo demo = Demo.of(336, 336, 1);
    float[] map = new float[demo.grid().size()];
    map[0] = 1;
    map[1] = 0.5f;
    java.awt.Rectangle all = new java.awt.Rectangle(336, 336);
    BufferedImage layer =
        MapLayer.of(demo.grid(), map, 1, MapStyle.DEFAULT.withOpacity(1), all, 336, 336);
    int hot = layer.getRGB(5, 5);
    int middle = layer.getRGB(19, 5);
    int cold = layer.getRGB(300, 300);
    assertEquals(255, hot >>> 24);
    assertTrue((middle >>> 24) < 255 && (middle >>> 24) > (cold >>> 24));
    assertEquals(HeatColours.INFERNO.of(1), hot & 0xffffff);
    assertEquals(0.2, (cold >>> 24) / 255.0, 0.01);
    BufferedImage none =
        MapLayer.of(demo.grid(), map, 1, MapStyle.DEFAULT.withOpacity(0), all, 336, 336);
    assertEquals(0, none.getRGB(5, 5) >>> 24);
    // A part at twice the size is that part of the whole.
    java.awt.Rectangle part = new java.awt.Rectangle(7, 0, 28, 14);
    BufferedImage zoomed = MapLayer.of(demo.grid(), map, 1, MapStyle.DEFAULT, part, 56, 28);
    BufferedImage whole = MapLayer.of(demo.grid(), map, 1, MapStyle.DEFAULT, all, 336, 336);
    for (int x = 0; x < 56; x++) {
      assertEquals(whole.getRGB(7 + x / 2, 5), zoomed.getRGB(x, 10));
    }
  }

  @Test
  void picturesAreNotCopiedWhenTheyAreSmall() {
    RgbPicture picture = nasty(30, 20).picture();
    BufferedImage same = TokenFigure.picture(picture, 30, 20);
    assertEquals(picture.get(3, 4, 0), same.getRGB(3, 4) >> 16 & 0xff);
  }
}

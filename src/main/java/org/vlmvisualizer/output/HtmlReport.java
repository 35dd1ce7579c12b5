package org.vlmvisualizer.output;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.TokenMaps;

/**
 * A result as one HTML file to be read anywhere: the answer with tokens to click, each token's map
 * over the picture, the ratio plot, the table and how it all came about. It loads nothing, and says
 * so to the browser. The picture is embedded once, at most 1600 pixels on its longer side; a map is
 * embedded with one pixel per patch and laid where the {@link Grid} has it.
 */
public final class HtmlReport {
  private static final String TEMPLATE = "report.html";
  private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");
  private static final int MAX_SIDE = 1600;
  private static final int MIN_WIDTH = 240;
  private static final int BAR_STOPS = 16;
  private static final String SHARES =
      "Each map is scaled to its own maximum. Its values are shares of the token's attention to the"
          + " picture; over all patches they sum to 100 %.";
  private static final String PARTS =
      """

      .part { margin: .5rem 0 0; font-weight: 600; }
      .thoughts { border-left: 4px solid #5f6368; padding-left: .75rem; }
      .thoughts .token { font-style: italic; }\
      """;
  private static final String PART =
      "<p class=\"part\">%s</p><div class=\"%s\" role=\"group\" aria-label=\"%s\">%s</div>\n";
  private static final String DOTTED =
      "<p class=\"quiet\">Dotted below: the token would have come without the picture.</p>";
  private static final String SIGNED =
      "Each map is scaled to its own maximum, as far below 0 as above. Its values are scores: orange"
          + " speaks for the token, blue against it.";

  private final AttentionResult result;
  private final MapStyle style;
  private final TokenMaps maps;
  private final List<TokenRow> rows;
  private final double darkest;

  private HtmlReport(AttentionResult result, MapStyle style) {
    this.result = result;
    maps = result.maps();
    this.style = style.fitting(maps.signed());
    rows = result.table().rows();
    darkest = maps.shares().stream().mapToDouble(s -> s.image()).max().orElse(0);
  }

  /** The whole page. */
  public static String of(AttentionResult result, MapStyle style) {
    return new HtmlReport(result, style).page();
  }

  /**
   * Writes the page.
   *
   * @throws org.vlmvisualizer.core.InputException if the picture is not known, or the file cannot
   *     be written; then nothing is
   */
  public static void write(AttentionResult result, MapStyle style, Path file) {
    result.requirePicture();
    WholeFile.write(file, of(result, style));
  }

  /** Fills all places in one pass, so that a token that looks like a place stays a token. */
  private String page() {
    Map<String, String> contents = contents();
    Matcher places = PLACE.matcher(template());
    return places.replaceAll(place -> Matcher.quoteReplacement(contents.get(place.group(1))));
  }

  private static String template() {
    try (InputStream in = HtmlReport.class.getResourceAsStream(TEMPLATE)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("The page " + TEMPLATE + " cannot be read.", e);
    }
  }

  private Map<String, String> contents() {
    RgbPicture picture = result.picture();
    double shrink = Math.min(1, (double) MAX_SIDE / Math.max(picture.width(), picture.height()));
    int width = Math.max(1, (int) Math.round(picture.width() * shrink));
    int height = Math.max(1, (int) Math.round(picture.height() * shrink));
    List<String> images = IntStream.range(0, maps.size()).mapToObj(this::map).toList();
    Map<String, String> all = new HashMap<>();
    all.put("title", visible(result.source().title()));
    all.put("question", visible(statement("question")));
    all.put("answer", maps.thoughts() == 0 ? tokens(0, maps.size()) : parts());
    all.put("parts", maps.thoughts() == 0 ? "Answer" : "Thoughts and answer");
    all.put("partStyle", maps.thoughts() == 0 ? "" : PARTS);
    all.put("darkest", number(darkest));
    all.put("width", Integer.toString(Math.max(MIN_WIDTH, width)));
    all.put("picture", Markup.png(TokenFigure.picture(picture, width, height)));
    all.put("count", Integer.toString(maps.size()));
    all.put("firstMap", images.get(0));
    all.put("firstToken", visible(label(0)));
    all.put("firstProbability", number(rows.get(0).token().probability()));
    all.put("firstRatio", number(rows.get(0).shares().image()));
    all.put("firstPeak", visible(peak(0)));
    all.put("firstMax", end(0));
    all.put("firstEnd", maps.signed() ? "against" : "0");
    all.put("dotted", maps.hasEvidence() ? DOTTED : "");
    all.put("trust", TrustMarkup.places(maps));
    all.put("scale", maps.signed() ? SIGNED : SHARES);
    all.put("bar", bar());
    all.put("plot", RatioSvg.of(maps) + RatioSvg.legend(maps));
    all.put("columns", columns());
    all.put("rows", joined(this::row));
    all.put("run", run());
    all.put("maps", images.stream().collect(Collectors.joining("\",\n\"", "\"", "\"")));
    putGeometry(all, maps.grid());
    return all;
  }

  /** Where the grid lies over the picture, in percent of the picture; padding hangs over. */
  private static void putGeometry(Map<String, String> all, Grid grid) {
    double left = grid.sourceX(0) / grid.sourceWidth();
    double top = grid.sourceY(0) / grid.sourceHeight();
    all.put("mapLeft", css(left));
    all.put("mapTop", css(top));
    all.put("mapWidth", css(grid.sourceX(grid.columns()) / grid.sourceWidth() - left));
    all.put("mapHeight", css(grid.sourceY(grid.rows()) / grid.sourceHeight() - top));
  }

  private static String css(double share) {
    return Markup.format("%.6f%%", 100 * share);
  }

  private String joined(java.util.function.IntFunction<String> part) {
    return IntStream.range(0, maps.size()).mapToObj(part).collect(Collectors.joining("\n"));
  }

  private String tokens(int first, int end) {
    return IntStream.range(first, end).mapToObj(this::token).collect(Collectors.joining("\n"));
  }

  /** Thoughts and answer, each in a block below its name. */
  private String parts() {
    int thoughts = maps.thoughts();
    String answer =
        thoughts < maps.size()
            ? tokens(thoughts, maps.size())
            : "<span class=\"quiet\">" + visible(noAnswer()) + "</span>";
    return part(ThoughtsMark.THOUGHTS, "thoughts", tokens(0, thoughts))
        + part(ThoughtsMark.ANSWER, "said", answer);
  }

  private static String part(String name, String kind, String content) {
    return PART.formatted(name, kind, name, content);
  }

  private String noAnswer() {
    return result.answerLeftOut().isEmpty() ? "No answer." : result.answerLeftOut();
  }

  private String map(int token) {
    double max = MapLayer.maximum(maps.grid(), maps.values(token));
    return Markup.png(MapLayer.patches(maps.grid(), maps.values(token), max, style));
  }

  private String token(int t) {
    double share = darkest > 0 ? rows.get(t).shares().image() / darkest : 0;
    int colour = ShadeColours.of(share);
    String text = rows.get(t).token().text();
    String element =
        Markup.format(
            "<button type=\"button\" class=\"token%s\" aria-pressed=\"%b\""
                + " style=\"background:#%06x;color:#%06x\" data-token=\"%s\" data-probability=\"%s\""
                + " data-ratio=\"%s\" data-peak=\"%s\" data-max=\"%s\"%s>%s</button>",
            MapTrust.of(rows.get(t).token()).isFaded() ? " without" : "",
            t == 0,
            colour,
            ShadeColours.ink(colour),
            visible(label(t)),
            number(rows.get(t).token().probability()),
            number(rows.get(t).shares().image()),
            visible(peak(t)),
            end(t),
            TrustMarkup.attributes(rows.get(t).token()),
            visible(label(t).strip()));
    return text.indexOf('\n') >= 0 ? element + "<br/>" : element;
  }

  private String label(int t) {
    return TokenText.label(rows.get(t).token());
  }

  private String peak(int t) {
    TokenRow row = rows.get(t);
    return Double.isNaN(row.peakX()) ? "–" : result.source().position(row.peakX(), row.peakY());
  }

  private String end(int t) {
    double max = MapLayer.maximum(maps.grid(), maps.values(t));
    return (maps.signed() ? "for the token, ±" : "") + MapValue.text(max, maps.signed());
  }

  private String columns() {
    return Stream.of(TokenRow.COLUMNS.stream(), evidenceColumns(), partColumn())
        .flatMap(names -> names)
        .map(name -> "<th scope=\"col\">" + Markup.escape(name.replace('_', '\n')) + "</th>")
        .collect(Collectors.joining());
  }

  /** None where nothing of the kind was asked. */
  private Stream<String> evidenceColumns() {
    return maps.hasEvidence() || maps.hasChecks() ? EvidenceColumns.NAMES.stream() : Stream.empty();
  }

  /** None of a model that does not think. */
  private Stream<String> partColumn() {
    return maps.thinks() ? Stream.of(PartColumn.NAME) : Stream.empty();
  }

  private String row(int t) {
    GeneratedToken token = rows.get(t).token();
    return Stream.of(
            rows.get(t).values().stream(),
            EvidenceColumns.of(token).stream().limit(evidenceColumns().count()),
            partColumn().map(name -> PartColumn.of(token)))
        .flatMap(cells -> cells)
        .map(
            value ->
                value instanceof Number number
                    ? "<td>" + cell(number) + "</td>"
                    : "<td class=\"text\">" + text(value) + "</td>")
        .collect(Collectors.joining("", "<tr>", "</tr>"));
  }

  private static String text(Object cell) {
    return visible(cell instanceof GeneratedToken token ? TokenText.label(token) : cell.toString());
  }

  private static String cell(Number value) {
    return value instanceof Integer
        ? value.toString()
        : Double.isNaN(value.doubleValue()) ? "–" : finite(value.doubleValue());
  }

  /** ln(p / 0) is without end. */
  private static String finite(double value) {
    return Double.isInfinite(value) ? (value < 0 ? "−∞" : "∞") : number(value);
  }

  private static String number(double value) {
    return Markup.format(Math.abs(value) >= 10 ? "%.1f" : "%.4f", value);
  }

  private String bar() {
    return IntStream.rangeClosed(0, BAR_STOPS)
        .mapToObj(i -> "#%06x".formatted(style.colours().of((double) i / BAR_STOPS)))
        .collect(Collectors.joining(", "));
  }

  private String statement(String name) {
    JsonElement value = result.run().get(name);
    return value != null && value.isJsonPrimitive() ? value.getAsString() : "";
  }

  /** All of run.json but its lists, one statement a line. */
  private String run() {
    return result.run().entrySet().stream()
        .filter(e -> !e.getValue().isJsonArray())
        .map(
            e ->
                "<dt>%s</dt><dd>%s</dd>\n"
                    .formatted(visible(e.getKey().replace('_', ' ')), visible(words(e.getValue()))))
        .collect(Collectors.joining());
  }

  private static String words(JsonElement value) {
    if (value instanceof JsonObject object) {
      return object.entrySet().stream()
          .filter(e -> !e.getValue().isJsonArray())
          .map(e -> e.getKey().replace('_', ' ') + ": " + words(e.getValue()))
          .collect(Collectors.joining(", "));
    }
    return value.isJsonPrimitive() ? value.getAsString() : "–";
  }

  private static String visible(String text) {
    return Markup.escape(TokenText.visible(text));
  }
}

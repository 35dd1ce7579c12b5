package org.vlmvisualizer.output;

import ij.measure.ResultsTable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.vlmvisualizer.core.TokenMaps;

/**
 * One row of figures per generated token, as an ImageJ table and as CSV.
 *
 * <p>Columns: index (from 1), token_id, token, probability; image_attention, prompt_attention,
 * generated_attention (shares of all attention, 0 to 1); padding_share (of the map); peak_x, peak_y
 * (centre of the patch with the largest value, in pixels of the whole source image, unclipped),
 * peak_value, peak_on_padding (1 if that centre is outside the picture), entropy_bits of the map.
 */
public final class TokenTable {
  private static final int DECIMALS = 4;
  private static final String LINE_END = "\r\n"; // RFC 4180

  private final List<TokenRow> rows;

  private TokenTable(List<TokenRow> rows) {
    this.rows = List.copyOf(rows);
  }

  /**
   * Measures every map.
   *
   * @param source the image that the positions are in
   */
  public static TokenTable of(TokenMaps maps, SourceFrame source) {
    List<TokenRow> rows = new ArrayList<>();
    for (int t = 0; t < maps.size(); t++) {
      rows.add(
          TokenRow.of(
              t + 1,
              maps.tokens().get(t),
              maps.shares().get(t),
              maps.values(t),
              maps.grid(),
              source));
    }
    return new TokenTable(rows);
  }

  /**
   * The table for ImageJ. Tokens are written with control characters made visible, as a tab or line
   * break would tear the table window apart.
   */
  public ResultsTable toResultsTable() {
    ResultsTable table = new ResultsTable();
    table.setPrecision(DECIMALS);
    table.showRowNumbers(false);
    for (TokenRow row : rows) {
      table.incrementCounter();
      List<Object> values = row.values(TokenText.label(row.token()));
      for (int c = 0; c < values.size(); c++) {
        String column = TokenRow.COLUMNS.get(c);
        if (values.get(c) instanceof Number number) {
          table.addValue(column, number.doubleValue());
        } else {
          table.addValue(column, (String) values.get(c));
        }
      }
    }
    return table;
  }

  /**
   * The table as CSV (RFC 4180): tokens exactly as the model wrote them, numbers with a point and
   * all their digits, whatever the computer's language. ImageJ's own writer leaves quotes bare and
   * rounds.
   */
  public String toCsv() {
    Stream<List<?>> lines =
        Stream.concat(
            Stream.of(TokenRow.COLUMNS), rows.stream().map(row -> row.values(row.token().text())));
    return lines
        .map(line -> line.stream().map(TokenTable::cell).collect(Collectors.joining(",")))
        .collect(Collectors.joining(LINE_END, "", LINE_END));
  }

  private static String cell(Object value) {
    String text = value.toString();
    boolean quoted = text.matches("(?s).*[\",\r\n].*") || !text.equals(text.strip());
    return quoted ? '"' + text.replace("\"", "\"\"") + '"' : text;
  }
}

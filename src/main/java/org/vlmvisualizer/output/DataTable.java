package org.vlmvisualizer.output;

import ij.measure.ResultsTable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.vlmvisualizer.core.GeneratedToken;

/**
 * Rows of cells under named columns, as an ImageJ table and as CSV.
 *
 * @param columns names, all different
 * @param rows cells are numbers, texts or tokens; as many in each row as there are columns
 */
public record DataTable(List<String> columns, List<? extends List<?>> rows) {
  /** Digits behind the point that ImageJ shows. */
  public static final int DECIMALS = 4;

  static final String LINE_END = "\r\n"; // RFC 4180

  /** The same with one more column, behind the others, that says the same in every row. */
  public DataTable with(String column, Object cell) {
    return new DataTable(
        append(columns, column), rows.stream().map(row -> append(row, cell)).toList());
  }

  /** The same with one more column, behind the others. */
  DataTable with(String column, IntToDoubleFunction cell) {
    return new DataTable(
        append(columns, column),
        IntStream.range(0, rows.size())
            .mapToObj(row -> append(rows.get(row), cell.applyAsDouble(row)))
            .toList());
  }

  /**
   * The same with more columns, behind the others.
   *
   * @param cells those of a row, as many as there are names
   */
  DataTable with(List<String> names, IntFunction<List<Object>> cells) {
    return new DataTable(
        joined(columns, names),
        IntStream.range(0, rows.size())
            .mapToObj(row -> joined(rows.get(row), cells.apply(row)))
            .toList());
  }

  private static <T> List<T> append(List<? extends T> cells, T last) {
    return joined(cells, List.of(last));
  }

  private static <T> List<T> joined(List<? extends T> cells, List<? extends T> more) {
    List<T> all = new ArrayList<>(cells);
    all.addAll(more);
    return all;
  }

  /**
   * The table for ImageJ. Tokens and texts are written with control characters made visible, as a
   * tab or line break would tear the table window apart.
   */
  public ResultsTable toResultsTable() {
    ResultsTable table = new ResultsTable();
    table.setPrecision(DECIMALS);
    table.showRowNumbers(false);
    int[] index = columns.stream().mapToInt(table::getFreeColumn).toArray();
    for (List<?> row : rows) {
      table.incrementCounter();
      for (int c = 0; c < row.size(); c++) {
        if (row.get(c) instanceof Number number) {
          table.addValue(index[c], number.doubleValue());
        } else {
          table.addValue(columns.get(c), label(row.get(c)));
        }
      }
    }
    return table;
  }

  private static String label(Object cell) {
    return cell instanceof GeneratedToken token
        ? TokenText.label(token)
        : TokenText.visible((String) cell);
  }

  /**
   * The table as CSV (RFC 4180): tokens exactly as the model wrote them, numbers with a point and
   * all their digits, whatever the computer's language. ImageJ's own writer leaves quotes bare and
   * rounds.
   */
  public String toCsv() {
    return Stream.concat(Stream.of(columns), rows.stream())
        .map(row -> row.stream().map(DataTable::quoted).collect(Collectors.joining(",")))
        .collect(Collectors.joining(LINE_END, "", LINE_END));
  }

  /** A cell of CSV. */
  static String quoted(Object cell) {
    String text = cell instanceof GeneratedToken token ? token.text() : cell.toString();
    boolean quoted = text.matches("(?s).*[\",\r\n].*") || !text.equals(text.strip());
    return quoted ? '"' + text.replace("\"", "\"\"") + '"' : text;
  }
}

package org.vlmvisualizer.output;

import java.util.ArrayList;
import java.util.List;
import org.vlmvisualizer.core.InputException;

/**
 * Tables as text that people and other programs write (RFC 4180), read strictly: a cell with a
 * separator, a quote or a line break stands between quotes, and quotes in it are doubled. Lines may
 * end with or without a carriage return; empty ones are passed over.
 */
public final class Csv {
  private static final int END = -1;

  private final String text;
  private final char separator;
  private final String shownAs;
  private int at;
  private int line = 1;

  /**
   * A row.
   *
   * @param line of the text that it begins in, from 1
   */
  public record Row(int line, List<String> cells) {}

  private Csv(String text, char separator, String shownAs) {
    this.text = text;
    this.separator = separator;
    this.shownAs = shownAs;
  }

  /**
   * Reads all rows.
   *
   * @param shownAs what people call the file
   * @throws InputException with the line, if a quote is where none can be, or one is missing
   */
  public static List<Row> rows(String text, char separator, String shownAs) {
    return new Csv(text, separator, shownAs).rows(Integer.MAX_VALUE);
  }

  /** The first row alone; no cells if there is none. */
  public static List<String> header(String text, char separator, String shownAs) {
    List<Row> first = new Csv(text, separator, shownAs).rows(1);
    return first.isEmpty() ? List.of() : first.get(0).cells;
  }

  private List<Row> rows(int most) {
    List<Row> rows = new ArrayList<>();
    while (peek() != END && rows.size() < most) {
      int first = line;
      List<String> cells = row();
      if (cells.size() > 1 || !cells.get(0).isBlank()) {
        rows.add(new Row(first, List.copyOf(cells)));
      }
    }
    return rows;
  }

  private List<String> row() {
    List<String> cells = new ArrayList<>();
    cells.add(cell());
    while (peek() == separator) {
      at++;
      cells.add(cell());
    }
    endLine();
    return cells;
  }

  private int peek() {
    return at < text.length() ? text.charAt(at) : END;
  }

  private boolean isEnd(int c) {
    return c == END || c == '\n' || c == '\r';
  }

  private void endLine() {
    if (peek() == '\r') {
      at++;
    }
    if (peek() == '\n') {
      at++;
    }
    line++;
  }

  private String cell() {
    return peek() == '"' ? quoted() : plain();
  }

  private String plain() {
    int start = at;
    while (!isEnd(peek()) && peek() != separator) {
      if (peek() == '"') {
        throw refusal(
            line,
            "a quote within a cell that does not begin with one; put the cell between quotes, and double those in it");
      }
      at++;
    }
    return text.substring(start, at);
  }

  private String quoted() {
    StringBuilder cell = new StringBuilder();
    int first = line;
    at++;
    while (true) {
      int c = peek();
      at++;
      if (c == END) {
        throw refusal(first, "a quote that begins a cell and none that ends it");
      }
      if (c == '"' && peek() != '"') {
        break;
      }
      if (c == '"') {
        at++;
      }
      line += c == '\n' ? 1 : 0;
      cell.append((char) c);
    }
    if (!isEnd(peek()) && peek() != separator) {
      throw refusal(
          line, "text behind a quote that ends its cell; double the quotes within a cell");
    }
    return cell.toString();
  }

  private InputException refusal(int number, String found) {
    return new InputException(
        "Expected a table as CSV, found in line %d of %s %s.".formatted(number, shownAs, found));
  }
}

package org.vlmvisualizer.output;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The tables over many pictures: batch.csv, a row per picture, and tokens.csv and words.csv, the
 * rows of all their own with frame and picture before them instead of the picture behind. All are
 * made from what is on disk, so they are the same after a run in one go and after one that was
 * resumed. What pictures of a list carry stands behind all else. All rows are of one model, so that
 * {@link PartColumn} is there if the first has it.
 */
public final class BatchTables {
  private static final String BATCH = "batch.csv";
  private static final List<String> FIRST = List.of("frame", "picture");

  private BatchTables() {}

  /** Writes the tables of pictures that carry nothing into them. */
  public static void write(Path folder, List<BatchRow> rows) {
    write(folder, rows, List.of());
  }

  /**
   * Writes all, each whole or not at all.
   *
   * @param folder with the folders of the rows, or with packs of them
   * @param carried names of what pictures carry, behind our columns
   * @throws org.vlmvisualizer.core.InputException if they cannot be written
   */
  public static void write(Path folder, List<BatchRow> rows, List<String> carried) {
    try (ResultPacks results = ResultPacks.in(folder)) {
      writeJoined(folder, results, ResultFiles.TOKENS, TokenRow.COLUMNS, rows, carried);
      writeJoined(folder, results, ResultFiles.WORDS, WordTable.COLUMNS, rows, carried);
    }
    WholeFile.write(folder.resolve(BATCH), table(rows, carried).toCsv());
    try {
      Claim.removeDeadIn(folder);
      if (rows.stream().noneMatch(row -> row.status() == BatchRow.Status.PENDING)) {
        LostAttempts.clearAll(folder);
      }
    } catch (IOException | DirectoryIteratorException e) {
      // Harmless: the next run takes over claims of killed runs.
    }
  }

  /** A row per picture. */
  public static DataTable table(List<BatchRow> rows) {
    return table(rows, List.of());
  }

  /**
   * A row per picture.
   *
   * @param columns names of what pictures carry, behind ours
   */
  public static DataTable table(List<BatchRow> rows, List<String> columns) {
    return new DataTable(BatchRow.COLUMNS, rows.stream().map(BatchRow::values).toList())
        .with(columns, row -> List.copyOf(carried(rows.get(row), columns)));
  }

  /** What a row carries; empty cells of one that carries nothing, since it is no picture. */
  private static List<String> carried(BatchRow row, List<String> columns) {
    return row.carried().isEmpty() ? Collections.nCopies(columns.size(), "") : row.carried();
  }

  /** Whether a run's tables have a column of this name, in capitals or not. */
  public static boolean isOwn(String column) {
    return Stream.of(
            BatchRow.COLUMNS,
            FIRST,
            TokenRow.COLUMNS,
            WordTable.COLUMNS,
            EvidenceColumns.NAMES,
            List.of(MapTable.MARKERS, PartColumn.NAME))
        .flatMap(List::stream)
        .anyMatch(column::equalsIgnoreCase);
  }

  /** Whether a folder has the tables of a run. */
  public static boolean areIn(Path folder) {
    return Stream.of(BATCH, ResultFiles.TOKENS)
        .allMatch(name -> Files.isRegularFile(folder.resolve(name)));
  }

  private static void writeJoined(
      Path folder,
      ResultPacks results,
      String name,
      List<String> columns,
      List<BatchRow> rows,
      List<String> carried) {
    WholeFile.write(
        folder.resolve(name),
        file -> {
          try (Writer out = writer(file)) {
            joined(results, name, columns, rows, carried, out);
          }
        });
  }

  /**
   * @param columns of the tables of that name in the pictures' folders, but those behind them
   */
  private static void joined(
      ResultPacks results,
      String name,
      List<String> columns,
      List<BatchRow> rows,
      List<String> carried,
      Writer out)
      throws IOException {
    List<BatchRow> done = rows.stream().filter(r -> r.status() == BatchRow.Status.DONE).toList();
    Map<String, Object> last = last(results, name, done);
    out.write(String.join(",", FIRST) + "," + String.join(",", columns));
    out.write("," + String.join(",", last.keySet()));
    out.write(cells(carried));
    out.write(DataTable.LINE_END);
    for (BatchRow row : done) {
      String first = row.frame() + "," + DataTable.quoted(row.picture()) + ",";
      String table = results.table(row.folder(), name);
      copyRows(table, first, columns.size(), last, cells(carried(row, carried)), out);
    }
  }

  /** Each behind a comma. */
  private static String cells(List<String> texts) {
    return texts.stream().map(text -> "," + DataTable.quoted(text)).collect(Collectors.joining());
  }

  /** The columns behind a table's own, and what stands there in rows that lack them. */
  private static Map<String, Object> last(ResultPacks results, String name, List<BatchRow> done)
      throws IOException {
    Map<String, Object> columns = new LinkedHashMap<>();
    columns.put(MapTable.MARKERS, "0.0");
    for (int i = 0; i < EvidenceColumns.NAMES.size(); i++) {
      columns.put(EvidenceColumns.NAMES.get(i), EvidenceColumns.NONE.get(i));
    }
    if (firstHeader(results, name, done).contains(PartColumn.NAME)) {
      columns.put(PartColumn.NAME, "");
    }
    return columns;
  }

  private static List<String> firstHeader(ResultPacks results, String name, List<BatchRow> done)
      throws IOException {
    for (BatchRow row : done) {
      String table = results.table(row.folder(), name);
      if (!table.isEmpty()) {
        return rows(table).get(0);
      }
    }
    return List.of();
  }

  /** Not by newBufferedWriter, which refuses the half characters that a file's name may have. */
  private static Writer writer(Path file) throws IOException {
    return new BufferedWriter(
        new OutputStreamWriter(Files.newOutputStream(file), StandardCharsets.UTF_8));
  }

  /**
   * All but the header, of each row what the common table has. Tables of older versions lack the
   * last columns: the models that they were made with have no markers, and no evidence was asked.
   *
   * @param last as {@link #last}
   * @param carried what stands behind each row
   */
  private static void copyRows(
      String table, String first, int columns, Map<String, Object> last, String carried, Writer out)
      throws IOException {
    List<String> header = List.of();
    for (List<String> row : rows(table)) {
      if (row.get(0).equals(TokenRow.COLUMNS.get(0))) {
        header = row;
        continue;
      }
      out.write(first);
      out.write(String.join(",", row.subList(0, Math.min(columns, row.size()))));
      for (Map.Entry<String, Object> column : last.entrySet()) {
        out.write("," + cell(row, header.indexOf(column.getKey()), column.getValue()));
      }
      out.write(carried);
      out.write(DataTable.LINE_END);
    }
  }

  /** What a row has at a place, if it has that. */
  private static String cell(List<String> row, int place, Object otherwise) {
    return place < 0 || place >= row.size() ? otherwise.toString() : row.get(place);
  }

  /** Cells as they are written; between quotes, they may have commas and line breaks. */
  private static List<List<String>> rows(String table) {
    List<List<String>> rows = new ArrayList<>();
    List<String> cells = new ArrayList<>();
    boolean quoted = false;
    int start = 0;
    for (int i = 0; i < table.length(); i++) {
      char c = table.charAt(i);
      quoted ^= c == '"';
      if (!quoted && (c == ',' || c == '\n')) {
        cells.add(table.substring(start, i).stripTrailing()); // of the line's end
        start = i + 1;
        if (c == '\n') {
          rows.add(cells);
          cells = new ArrayList<>();
        }
      }
    }
    return rows;
  }
}

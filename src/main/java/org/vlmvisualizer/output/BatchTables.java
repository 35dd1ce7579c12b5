package org.vlmvisualizer.output;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.vlmvisualizer.core.InputException;

/**
 * The tables over many pictures: batch.csv, a row per picture, and tokens.csv, the rows of all
 * their own tokens.csv with frame and picture before them, and no picture behind. Both are made
 * from what is on disk, so they are the same after a run in one go and after one that was resumed.
 */
public final class BatchTables {
  private static final String BATCH = "batch.csv";
  private static final List<String> FIRST = List.of("frame", "picture");

  private BatchTables() {}

  @FunctionalInterface
  private interface Content {
    void writeTo(BufferedWriter out) throws IOException;
  }

  /**
   * Writes both, each whole or not at all.
   *
   * @param folder with the folders of the rows
   * @throws InputException if they cannot be written
   */
  public static void write(Path folder, List<BatchRow> rows) {
    try {
      Files.createDirectories(folder);
      ResultFiles.removeLeftovers(folder);
      replace(folder.resolve(ResultFiles.TOKENS), out -> tokens(folder, rows, out));
      replace(folder.resolve(BATCH), out -> out.write(table(rows).toCsv()));
    } catch (IOException e) {
      throw new InputException(
          "The tables over all pictures could not be written to %s (%s). Is one of them open elsewhere?"
              .formatted(folder, ResultFiles.reason(e)),
          e);
    }
  }

  /** A row per picture. */
  public static DataTable table(List<BatchRow> rows) {
    return new DataTable(BatchRow.COLUMNS, rows.stream().map(BatchRow::values).toList());
  }

  private static void replace(Path file, Content content) throws IOException {
    Path temporary = Files.createTempFile(file.getParent(), ResultFiles.TEMPORARY, ".tmp");
    try {
      try (BufferedWriter out = Files.newBufferedWriter(temporary)) {
        content.writeTo(out);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static void tokens(Path folder, List<BatchRow> rows, BufferedWriter out)
      throws IOException {
    out.write(String.join(",", FIRST) + "," + String.join(",", TokenRow.COLUMNS));
    out.write(DataTable.LINE_END);
    for (BatchRow row : rows) {
      if (row.status() == BatchRow.Status.DONE) {
        String first = row.frame() + "," + DataTable.quoted(row.picture()) + ",";
        String table = Files.readString(folder.resolve(row.folder()).resolve(ResultFiles.TOKENS));
        copyRows(table, first, out);
      }
    }
  }

  /**
   * All but the header and a last column with the picture, which tables of older versions lack. A
   * row may have line breaks, between quotes.
   */
  private static void copyRows(String table, String first, BufferedWriter out) throws IOException {
    int columns = TokenRow.COLUMNS.size();
    boolean quoted = false;
    boolean header = true;
    int start = 0;
    int commas = 0;
    int end = 0; // of the columns that are copied
    for (int i = 0; i < table.length(); i++) {
      char c = table.charAt(i);
      quoted ^= c == '"';
      if (quoted) {
        continue;
      }
      if (c == ',' && ++commas == columns) {
        end = i;
      } else if (c == '\n') {
        if (commas < columns) {
          end = i > 0 && table.charAt(i - 1) == '\r' ? i - 1 : i;
        }
        if (!header) {
          out.write(first);
          out.write(table, start, end - start);
          out.write(DataTable.LINE_END);
        }
        header = false;
        start = i + 1;
        commas = 0;
      }
    }
  }
}

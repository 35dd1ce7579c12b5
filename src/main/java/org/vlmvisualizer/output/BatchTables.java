package org.vlmvisualizer.output;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * The tables over many pictures: batch.csv, a row per picture, and tokens.csv, the rows of all
 * their own tokens.csv with frame and picture before them, and no picture behind. Both are made
 * from what is on disk, so they are the same after a run in one go and after one that was resumed.
 */
public final class BatchTables {
  private static final String BATCH = "batch.csv";
  private static final List<String> FIRST = List.of("frame", "picture");

  private BatchTables() {}

  /**
   * Writes both, each whole or not at all.
   *
   * @param folder with the folders of the rows
   * @throws org.vlmvisualizer.core.InputException if they cannot be written
   */
  public static void write(Path folder, List<BatchRow> rows) {
    WholeFile.write(folder.resolve(ResultFiles.TOKENS), file -> tokens(folder, rows, file));
    WholeFile.write(folder.resolve(BATCH), file -> WholeFile.text(file, table(rows).toCsv()));
    try {
      Claim.removeDeadIn(folder);
    } catch (IOException | DirectoryIteratorException e) {
      // Harmless: the next run takes over claims of killed runs.
    }
  }

  /** A row per picture. */
  public static DataTable table(List<BatchRow> rows) {
    return new DataTable(BatchRow.COLUMNS, rows.stream().map(BatchRow::values).toList());
  }

  private static void tokens(Path folder, List<BatchRow> rows, Path file) throws IOException {
    try (Writer out = writer(file)) {
      out.write(String.join(",", FIRST) + "," + String.join(",", TokenRow.COLUMNS));
      out.write(DataTable.LINE_END);
      for (BatchRow row : rows) {
        if (row.status() == BatchRow.Status.DONE) {
          String first = row.frame() + "," + DataTable.quoted(row.picture()) + ",";
          copyRows(own(folder.resolve(row.folder())), first, out);
        }
      }
    }
  }

  /** Not by newBufferedWriter, which refuses the half characters that a file's name may have. */
  private static Writer writer(Path file) throws IOException {
    return new BufferedWriter(
        new OutputStreamWriter(Files.newOutputStream(file), StandardCharsets.UTF_8));
  }

  /** The table of one picture; empty while another run replaces it, which will tell of it. */
  private static String own(Path folder) throws IOException {
    try {
      byte[] table = Files.readAllBytes(folder.resolve(ResultFiles.TOKENS));
      return new String(table, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  /**
   * All but the header and what stands behind these columns: the picture, which tables of older
   * versions lack, and newer columns. A row may have line breaks, between quotes.
   */
  private static void copyRows(String table, String first, Writer out) throws IOException {
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

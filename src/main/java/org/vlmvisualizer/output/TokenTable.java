package org.vlmvisualizer.output;

import ij.measure.ResultsTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vlmvisualizer.core.TokenMaps;

/**
 * One row of figures per generated token, as an ImageJ table and as CSV.
 *
 * <p>Columns: index (from 1), token_id, token, probability; image_attention, prompt_attention,
 * generated_attention (shares of all attention, 0 to 1); padding_share (of the map); peak_x, peak_y
 * (centre of the patch with the largest value, in pixels of the whole source image, unclipped),
 * peak_value, peak_on_padding (1 if that centre is outside the picture), entropy_bits of the map;
 * picture (title of the source image).
 */
public final class TokenTable {
  /** Which picture a row is of: the last column of every table that is not of many pictures. */
  public static final String PICTURE = "picture";

  private final String picture;
  private final List<TokenRow> rows;

  private TokenTable(String picture, List<TokenRow> rows) {
    this.picture = picture;
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
    return new TokenTable(source.title(), rows);
  }

  /** The figures, one row per token. */
  public List<TokenRow> rows() {
    return rows;
  }

  /** The table for ImageJ. */
  public ResultsTable toResultsTable() {
    return data().toResultsTable();
  }

  /** The table as CSV (RFC 4180), with all digits. */
  public String toCsv() {
    return data().toCsv();
  }

  /**
   * Writes {@link #toCsv}.
   *
   * @throws org.vlmvisualizer.core.InputException if the file cannot be written; then nothing is
   */
  public void writeCsv(Path file) {
    WholeFile.write(file, temporary -> WholeFile.text(temporary, toCsv()));
  }

  private DataTable data() {
    return new DataTable(TokenRow.COLUMNS, cells()).with(PICTURE, picture);
  }

  /** Cells of each row, without the picture. */
  List<List<Object>> cells() {
    return rows.stream().map(TokenRow::values).toList();
  }
}

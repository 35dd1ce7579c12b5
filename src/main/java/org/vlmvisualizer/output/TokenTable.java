package org.vlmvisualizer.output;

import ij.measure.ResultsTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.core.ViewMaps;

/**
 * One row of figures per generated token, as an ImageJ table and as CSV.
 *
 * <p>Columns: index (from 1), token_id, token, probability; image_attention, prompt_attention,
 * generated_attention (shares of all attention, 0 to 1); padding_share (of the map); peak_x, peak_y
 * (centre of the patch with the largest value, in pixels of the whole source image, unclipped),
 * peak_value, peak_on_padding (1 if that centre is outside the picture), entropy_bits of the map;
 * picture (title of the source image); image_marker_attention (share of all attention, on tokens of
 * the picture that have no place: newlines, names of tiles). Where the model saw the picture in
 * several views, for each of them its share of the map, as overview_share and tiles_share.
 */
public final class TokenTable {
  /** Which picture a row is of: the last column but newer ones. */
  public static final String PICTURE = "picture";

  /** The share of attention on newlines and names of tiles. */
  static final String MARKERS = "image_marker_attention";

  private final String picture;
  private final List<TokenRow> rows;
  private final List<ViewMaps> views;

  private TokenTable(String picture, List<TokenRow> rows, List<ViewMaps> views) {
    this.picture = picture;
    this.rows = List.copyOf(rows);
    this.views = views;
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
    return new TokenTable(source.title(), rows, maps.views());
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
    DataTable data =
        new DataTable(TokenRow.COLUMNS, cells())
            .with(PICTURE, picture)
            .with(MARKERS, t -> rows.get(t).shares().marker());
    for (ViewMaps view : views) {
      data = data.with(view.view().name() + "_share", view::share);
    }
    return data;
  }

  /** Cells of each row, without the picture. */
  List<List<Object>> cells() {
    return rows.stream().map(TokenRow::values).toList();
  }
}

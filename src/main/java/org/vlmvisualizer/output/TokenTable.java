package org.vlmvisualizer.output;

import ij.measure.ResultsTable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
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
 *
 * @param picture title of the source image
 * @param rows the figures, one row per token
 * @param views each view by itself, if there are several
 */
public record TokenTable(String picture, List<TokenRow> rows, List<ViewMaps> views) {
  /** Which picture a row is of: the last column but newer ones. */
  public static final String PICTURE = "picture";

  /** The share of attention on newlines and names of tiles. */
  static final String MARKERS = "image_marker_attention";

  /**
   * Measures every map.
   *
   * @param source the image that the positions are in
   */
  public static TokenTable of(TokenMaps maps, SourceFrame source) {
    List<TokenRow> rows =
        IntStream.range(0, maps.size()).mapToObj(t -> TokenRow.of(maps, t, source)).toList();
    return new TokenTable(source.title(), rows, maps.views());
  }

  /** The table for ImageJ. */
  public ResultsTable toResultsTable() {
    return data().toResultsTable();
  }

  /** The table as CSV (RFC 4180), with all digits. */
  public String toCsv() {
    return data().toCsv();
  }

  private DataTable data() {
    DataTable data =
        new DataTable(TokenRow.COLUMNS, cells())
            .with(PICTURE, picture)
            .with(MARKERS, t -> rows.get(t).shares().marker());
    for (Map.Entry<String, ViewMaps> view : viewColumns().entrySet()) {
      data = data.with(view.getKey(), view.getValue()::share);
    }
    return data;
  }

  /** The columns of the views' shares, in the order of the views. */
  Map<String, ViewMaps> viewColumns() {
    Map<String, ViewMaps> columns = new LinkedHashMap<>();
    views.forEach(view -> columns.put(view.view().name() + "_share", view));
    return columns;
  }

  /** Cells of each row, without the picture. */
  List<List<Object>> cells() {
    return rows.stream().map(TokenRow::values).toList();
  }
}

package org.vlmvisualizer.output;

import ij.measure.ResultsTable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vlmvisualizer.core.ViewMaps;

/**
 * Figures of maps, a row for each, as an ImageJ table and as CSV.
 *
 * <p>Behind the columns of the table's own: picture (title of the source image);
 * image_marker_attention (share of all attention, on tokens of the picture that have no place:
 * newlines, names of tiles). Where the model saw the picture in several views, for each of them its
 * share of the map, as overview_share and tiles_share. Last, those of {@link EvidenceColumns}, and
 * of a model that thinks {@link PartColumn}.
 */
public interface MapTable {
  /** Which picture a row is of: the last column but newer ones. */
  String PICTURE = "picture";

  /** The share of attention on newlines and names of tiles. */
  String MARKERS = "image_marker_attention";

  /** Title of the source image. */
  String picture();

  /** The figures of each map. */
  List<TokenRow> rows();

  /** Each view by itself, if there are several. */
  List<ViewMaps> views();

  /** Whether the maps are of a model that thinks. */
  boolean thinks();

  /** Names of the table's own columns. */
  List<String> columns();

  /** Cells of each row under its own columns. */
  List<List<Object>> cells();

  /** The table for ImageJ. */
  default ResultsTable toResultsTable() {
    return data().toResultsTable();
  }

  /** The table as CSV (RFC 4180), with all digits. */
  default String toCsv() {
    return data().toCsv();
  }

  private DataTable data() {
    DataTable data =
        new DataTable(columns(), cells())
            .with(PICTURE, picture())
            .with(MARKERS, row -> rows().get(row).shares().marker());
    for (Map.Entry<String, ViewMaps> view : viewColumns().entrySet()) {
      data = data.with(view.getKey(), view.getValue()::share);
    }
    data = data.with(EvidenceColumns.NAMES, row -> EvidenceColumns.of(rows().get(row).token()));
    return thinks()
        ? data.with(
            List.of(PartColumn.NAME), row -> List.of(PartColumn.of(rows().get(row).token())))
        : data;
  }

  /** The columns of the views' shares, in the order of the views. */
  default Map<String, ViewMaps> viewColumns() {
    Map<String, ViewMaps> columns = new LinkedHashMap<>();
    views().forEach(view -> columns.put(view.view().name() + "_share", view));
    return columns;
  }
}

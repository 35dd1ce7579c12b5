package org.vlmvisualizer.command;

import ij.measure.ResultsTable;
import ij.plugin.filter.Analyzer;
import java.awt.GraphicsEnvironment;
import org.vlmvisualizer.output.DataTable;

/** Tables where macros find them. */
final class Tables {
  private Tables() {}

  /** In a window; without a display, as ImageJ's results, for nResults, getResult and saveAs. */
  static void show(ResultsTable table, String title) {
    if (GraphicsEnvironment.isHeadless()) {
      Analyzer.setResultsTable(table);
      table.setPrecision(DataTable.DECIMALS); // which ImageJ has just replaced by its own
    } else {
      table.show(title);
    }
  }
}

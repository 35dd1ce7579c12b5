package org.vlmvisualizer.command;

import ij.WindowManager;
import ij.measure.ResultsTable;
import ij.plugin.filter.Analyzer;
import ij.text.TextPanel;
import ij.text.TextWindow;
import java.awt.GraphicsEnvironment;
import org.vlmvisualizer.output.DataTable;

/** Tables where macros find them. */
final class Tables {
  private Tables() {}

  /** Adds rows to a table in a window, and leaves the window where it is. */
  static void grow(ResultsTable table, String title) {
    if (WindowManager.getFrame(title) instanceof TextWindow window) {
      TextPanel text = window.getTextPanel();
      for (int row = 0; row < table.size(); row++) {
        String line = table.getRowAsString(row);
        if (row >= text.getLineCount()) {
          text.appendWithoutUpdate(line);
        } else if (!line.equals(text.getLine(row))) { // of another picture, or with more digits
          text.setLine(row, line);
        }
      }
      text.setResultsTable(table);
      text.updateDisplay();
    }
  }

  /** Lets a table in a window begin with its first row. */
  static void scrollToTop(String title) {
    if (WindowManager.getFrame(title) instanceof TextWindow window) {
      window.getTextPanel().scrollToTop();
    }
  }

  /** Closes the window of a table, if there is one. */
  static void close(String title) {
    if (WindowManager.getFrame(title) instanceof TextWindow window) {
      window.dispose(); // without asking whether to save it
      WindowManager.removeWindow(window);
    }
  }

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

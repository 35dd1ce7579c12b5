package org.vlmvisualizer.command;

import ij.measure.ResultsTable;
import ij.text.TextWindow;
import java.awt.GraphicsEnvironment;
import java.util.Map;

/**
 * A few lines to read. With a display a text window, whose text a macro gets by {@code
 * getInfo("window.contents")}; without one a table with the columns name and value.
 */
final class TextReport {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 420;
  private static final int COLUMNS = 85;

  private TextReport() {}

  /**
   * @param lines name to text, in order
   */
  static void show(String title, Map<String, String> lines) {
    if (GraphicsEnvironment.isHeadless()) {
      ResultsTable table = new ResultsTable();
      lines.forEach(
          (name, value) -> {
            table.addRow();
            table.addValue("name", name);
            table.addValue("value", value);
          });
      Tables.show(table, title);
      return;
    }
    StringBuilder text = new StringBuilder();
    lines.forEach(
        (name, value) -> text.append(WrappedText.of(name + ": " + value, COLUMNS)).append("\n\n"));
    new TextWindow(title, text.toString(), WIDTH, HEIGHT);
  }
}

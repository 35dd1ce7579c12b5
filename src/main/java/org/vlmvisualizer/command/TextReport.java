package org.vlmvisualizer.command;

import ij.measure.ResultsTable;
import ij.text.TextWindow;
import java.awt.BorderLayout;
import java.awt.Button;
import java.awt.FlowLayout;
import java.awt.GraphicsEnvironment;
import java.awt.Panel;
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

  static void show(String title, Map<String, String> lines) {
    show(title, lines, Map.of());
  }

  /**
   * @param lines name to text, in order
   * @param actions of buttons below the text, by what these say; run off the event thread, once the
   *     window is closed
   */
  static void show(String title, Map<String, String> lines, Map<String, Runnable> actions) {
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
    TextWindow window = new TextWindow(title, text.toString(), WIDTH, HEIGHT);
    if (!actions.isEmpty()) {
      window.add(buttons(window, actions), BorderLayout.SOUTH);
      window.validate();
    }
  }

  private static Panel buttons(TextWindow window, Map<String, Runnable> actions) {
    Panel buttons = new Panel(new FlowLayout(FlowLayout.LEADING));
    actions.forEach(
        (name, action) -> {
          Button button = new Button(name);
          button.addActionListener(
              e -> {
                window.close();
                new Thread(action, "VLM Visualizer " + name).start();
              });
          buttons.add(button);
        });
    return buttons;
  }
}

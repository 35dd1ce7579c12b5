package org.vlmvisualizer.dialog;

import java.util.List;
import javax.swing.JTable;
import javax.swing.table.AbstractTableModel;
import org.vlmvisualizer.dialog.ModelsWindow.Row;

/** The lines of {@link ModelsWindow} as a table of Swing. */
final class ModelRows extends AbstractTableModel {
  private static final List<String> NAMES = List.of("Model", "Size", "Licence", "Runs", "Folder");
  private static final int[] WIDTHS = {240, 70, 110, 160, 280};

  private transient List<Row> rows = List.of();

  void set(List<Row> newRows) {
    rows = newRows;
    fireTableDataChanged();
  }

  Row row(int index) {
    return rows.get(index);
  }

  void widths(JTable table) {
    for (int i = 0; i < WIDTHS.length; i++) {
      table.getColumnModel().getColumn(i).setPreferredWidth(WIDTHS[i]);
    }
  }

  @Override
  public int getRowCount() {
    return rows.size();
  }

  @Override
  public int getColumnCount() {
    return NAMES.size();
  }

  @Override
  public String getColumnName(int column) {
    return NAMES.get(column);
  }

  @Override
  public Object getValueAt(int index, int column) {
    Row row = rows.get(index);
    return switch (column) {
      case 0 -> row.name();
      case 1 -> row.size();
      case 2 -> row.licence();
      case 3 -> row.runs();
      default -> row.folder();
    };
  }
}

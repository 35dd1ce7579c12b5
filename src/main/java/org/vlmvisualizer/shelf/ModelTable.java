package org.vlmvisualizer.shelf;

import java.awt.Component;
import java.awt.Dimension;
import java.awt.event.KeyEvent;
import java.awt.event.MouseAdapter;
import java.awt.event.MouseEvent;
import java.util.List;
import javax.swing.JComponent;
import javax.swing.JTable;
import javax.swing.KeyStroke;
import javax.swing.ListSelectionModel;
import javax.swing.SwingConstants;
import javax.swing.table.DefaultTableCellRenderer;
import javax.swing.table.JTableHeader;
import javax.swing.table.TableCellRenderer;
import org.vlmvisualizer.dialog.Keys;

/**
 * The table of {@link ModelsWindow}: a line at a time, sorted by a click on a header (F8 reaches
 * the headers by keyboard). Tab leaves it; Enter and a double click choose a line.
 */
final class ModelTable extends JTable {
  private static final int GAP = 6;

  private final transient ModelRows rows;

  /**
   * @param choose called with a line that the user chooses
   */
  ModelTable(ModelRows rows, Runnable choose) {
    super(rows);
    this.rows = rows;
    setName("models");
    getAccessibleContext().setAccessibleName("Models");
    setSelectionMode(ListSelectionModel.SINGLE_SELECTION);
    setAutoCreateRowSorter(true);
    setIntercellSpacing(new Dimension(GAP, 1));
    setAutoResizeMode(JTable.AUTO_RESIZE_SUBSEQUENT_COLUMNS);
    Keys.tabMovesOn(this);
    DefaultTableCellRenderer figures = new DefaultTableCellRenderer();
    figures.setHorizontalAlignment(SwingConstants.TRAILING);
    setDefaultRenderer(Figure.class, figures);
    for (int i = 0; i < ModelRows.COLUMNS.size(); i++) {
      int width = width(ModelRows.COLUMNS.get(i));
      getColumnModel().getColumn(i).setPreferredWidth(width);
      if (getColumnClass(i) == Figure.class) {
        getColumnModel().getColumn(i).setMinWidth(width); // a figure that is cut tells nothing
      }
    }
    onChoice(choose);
  }

  /** Of a column in the fonts of the table and its header. */
  private int width(ModelRows.Column column) {
    TableCellRenderer header = getTableHeader().getDefaultRenderer();
    return GAP
        + Math.max(
            width(header, column.name()), width(getDefaultRenderer(String.class), column.sample()));
  }

  private int width(TableCellRenderer renderer, String text) {
    Component cell = renderer.getTableCellRendererComponent(this, text, false, false, -1, 0);
    return cell.getPreferredSize().width;
  }

  /** The selected line, or null. */
  ModelEntry selected() {
    int index = getSelectedRow();
    return index < 0 ? null : rows.row(convertRowIndexToModel(index));
  }

  /** Shows other lines; the selected model stays selected if it is still there. */
  void show(List<ModelEntry> lines) {
    String name = selected() == null ? "" : selected().name();
    rows.set(lines);
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).name().equals(name)) {
        int at = convertRowIndexToView(i);
        setRowSelectionInterval(at, at);
      }
    }
  }

  private void onChoice(Runnable choose) {
    registerKeyboardAction(
        e -> choose.run(),
        KeyStroke.getKeyStroke(KeyEvent.VK_ENTER, 0),
        JComponent.WHEN_ANCESTOR_OF_FOCUSED_COMPONENT);
    addMouseListener(
        new MouseAdapter() {
          @Override
          public void mouseClicked(MouseEvent event) {
            if (event.getClickCount() == 2) {
              choose.run();
            }
          }
        });
  }

  /** What a column has no room for. */
  @Override
  public Component prepareRenderer(TableCellRenderer renderer, int row, int column) {
    Component cell = super.prepareRenderer(renderer, row, column);
    if (cell instanceof JComponent part) {
      boolean cut = cell.getPreferredSize().width > getColumnModel().getColumn(column).getWidth();
      part.setToolTipText(cut ? getValueAt(row, column).toString() : null);
    }
    return cell;
  }

  @Override
  protected JTableHeader createDefaultTableHeader() {
    return new JTableHeader(columnModel) {
      @Override
      public String getToolTipText(MouseEvent event) {
        int column = columnAtPoint(event.getPoint());
        return column < 0 ? null : ModelRows.COLUMNS.get(convertColumnIndexToModel(column)).tip();
      }
    };
  }
}

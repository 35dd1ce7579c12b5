package org.vlmvisualizer.shelf;

import static org.vlmvisualizer.engine.Precision.BFLOAT16;
import static org.vlmvisualizer.engine.Precision.INT4;

import java.util.List;
import java.util.function.Function;
import javax.swing.table.AbstractTableModel;

/** The lines of {@link ModelsWindow} as a table of Swing. */
final class ModelRows extends AbstractTableModel {
  /**
   * @param sample text that it has room for
   * @param tip one sentence on what it shows
   */
  record Column(String name, String sample, String tip, Function<ModelEntry, Object> value) {}

  static final List<Column> COLUMNS =
      List.of(
          new Column(
              "Model",
              "HuggingFaceTB/SmolVLM2-256M-Video-Instruct",
              "What to write for it",
              ModelEntry::name),
          new Column(
              "Good for",
              "trying the plugin: drawn pages and cells",
              "What it was made for",
              ModelEntry::goodFor),
          new Column(
              "Licence", "BSD-2-Clause", "As the model's page names it", ModelEntry::licence),
          new Column("Parameters", "3.85 M", "M million, B billion", ModelEntry::parameters),
          new Column("int4", "17.7 GB", "Memory with precision int4", e -> e.memory(INT4)),
          new Column(
              "bfloat16", "17.7 GB", "Memory with precision bfloat16", e -> e.memory(BFLOAT16)),
          new Column(
              "Answer", "88.8 s", "What an answer took on this computer", ModelEntry::answer),
          new Column("Size", "512.7 MB", "On disk, or of the download", ModelEntry::size),
          new Column(
              "Runs",
              "after a download",
              "Whether the plugin runs it, and why not",
              ModelEntry::runs));

  private transient List<ModelEntry> rows = List.of();

  void set(List<ModelEntry> newRows) {
    rows = newRows;
    fireTableDataChanged();
  }

  ModelEntry row(int index) {
    return rows.get(index);
  }

  @Override
  public int getRowCount() {
    return rows.size();
  }

  @Override
  public int getColumnCount() {
    return COLUMNS.size();
  }

  @Override
  public String getColumnName(int column) {
    return COLUMNS.get(column).name();
  }

  @Override
  public Class<?> getColumnClass(int column) {
    return column > 2 && column < COLUMNS.size() - 1 ? Figure.class : String.class;
  }

  @Override
  public Object getValueAt(int index, int column) {
    return COLUMNS.get(column).value().apply(rows.get(index));
  }
}

package org.vlmvisualizer.shelf;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.shelf.KnownModels.KnownModel;

/** The list of models, for the window, for macros and for the command line. */
public final class ModelEntries {
  private ModelEntries() {}

  /**
   * Those on this computer, with what is known of each.
   *
   * @throws org.vlmvisualizer.core.InputException if the cache cannot be read
   */
  public static List<ModelEntry> onDisk() {
    AnswerTimes times = AnswerTimes.ofThisUser();
    return KnownModels.ofThisUser().list().stream().map(model -> entry(model, times)).toList();
  }

  /**
   * The same, and behind them those that the plugin could run after a download.
   *
   * @throws org.vlmvisualizer.core.InputException if the cache cannot be read
   */
  public static List<ModelEntry> all() {
    List<ModelEntry> all = new ArrayList<>(onDisk());
    Set<String> here = new HashSet<>();
    all.stream().filter(entry -> entry.listed() != null).forEach(e -> here.add(e.listed().id()));
    ModelList.runnable().stream()
        .filter(model -> !here.contains(model.id()))
        .forEach(model -> all.add(new ModelEntry(model, null, null)));
    return all;
  }

  private static ModelEntry entry(KnownModel model, AnswerTimes times) {
    String id = model.cached() == null ? model.name() : model.cached().id().repo();
    return new ModelEntry(
        ModelList.find(id).orElse(null), model, times.last(model.folder()).orElse(null));
  }

  /** One line for each of {@link #all}, under a line of headings, in columns. */
  public static List<String> lines() {
    List<String[]> rows = new ArrayList<>();
    rows.add(
        new String[] {
          "model", "parameters", "int4", "bfloat16", "answer", "size", "runs", "licence", "good for"
        });
    for (ModelEntry e : all()) {
      rows.add(
          new String[] {
            e.name(),
            e.parameters().text(),
            e.memory(Precision.INT4).text(),
            e.memory(Precision.BFLOAT16).text(),
            e.answer().text(),
            e.size().text(),
            e.runs().startsWith("no: ") ? "no" : e.runs(),
            e.licence(),
            e.goodFor()
          });
    }
    int[] widths = new int[rows.get(0).length];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private static String line(String[] row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < row.length; i++) {
      line.append(row[i]).append(" ".repeat(widths[i] - row[i].length() + 2));
    }
    return line.toString().stripTrailing();
  }
}

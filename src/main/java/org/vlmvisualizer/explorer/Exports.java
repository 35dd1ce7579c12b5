package org.vlmvisualizer.explorer;

import ij.io.DirectoryChooser;
import ij.io.SaveDialog;
import java.awt.Component;
import java.awt.EventQueue;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.dialog.MessageBox;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.HtmlReport;
import org.vlmvisualizer.output.MapStyle;
import org.vlmvisualizer.output.SavedResult;
import org.vlmvisualizer.output.TokenFigure;
import org.vlmvisualizer.output.TokenTable;
import org.vlmvisualizer.output.WholeFile;

/**
 * What the explorer shows as files: asked for on the event thread, written off it, whole or not at
 * all.
 */
final class Exports {
  private final ExplorerState state;
  private final Component parent;

  Exports(ExplorerState state, Component parent) {
    this.state = state;
    this.parent = parent;
  }

  void picturePng() {
    Supplier<TokenFigure> figure = figure();
    save("Save picture as PNG", ".png", file -> figure.get().writePng(file));
  }

  void pictureSvg() {
    Supplier<TokenFigure> figure = figure();
    save("Save picture as SVG", ".svg", file -> WholeFile.write(file, figure.get().svg()));
  }

  void tableCsv() {
    TokenTable table = state.table();
    save("Save table as CSV", ".csv", file -> WholeFile.write(file, table.toCsv()));
  }

  void reportHtml() {
    AttentionResult result = state.result().with(state.maps());
    MapStyle style = state.style();
    save("Save report as HTML", ".html", file -> HtmlReport.write(result, style, file));
  }

  /** What is shown now; the figure itself is laid out later, off the event thread. */
  private Supplier<TokenFigure> figure() {
    SelectedMap shown = state.shown();
    double max = state.scaleMaximum();
    MapStyle style = state.style();
    String title = Figures.tokens(state.maps(), shown.tokens());
    String subtitle =
        (shown.tokens().length == 1 ? "token " : "mean of ")
            + Figures.position(state.maps(), shown.tokens())
            + " · "
            + Figures.imageAttention(state.maps(), shown.tokens())
            + " of the attention went to the picture";
    return () -> new TokenFigure(state.result(), shown.patches(), max, style, title, subtitle);
  }

  private void save(String title, String extension, Consumer<Path> writer) {
    String name = state.result().source().title().replaceAll("\\.[A-Za-z]{1,4}$", "");
    SaveDialog dialog =
        new SaveDialog(title, name.replaceAll("[^\\p{L}\\p{N} ._-]", "_"), extension);
    if (dialog.getFileName() != null) {
      Path file = Path.of(dialog.getDirectory(), dialog.getFileName());
      offEventThread(() -> writer.accept(file));
    }
  }

  /** Opens another explorer on a saved result. */
  void openSaved() {
    String folder = new DirectoryChooser("Folder of a saved result").getDirectory();
    if (folder != null) {
      offEventThread(() -> Explorer.open(SavedResult.read(Path.of(folder))));
    }
  }

  private void offEventThread(Runnable work) {
    Runnable told =
        () -> {
          try {
            work.run();
          } catch (InputException e) {
            EventQueue.invokeLater(() -> MessageBox.tell(parent, e.getMessage()));
          }
        };
    new Thread(told, "Token Explorer files").start();
  }
}

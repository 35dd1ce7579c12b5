package org.vlmvisualizer.explorer;

import ij.IJ;
import ij.io.DirectoryChooser;
import ij.io.SaveDialog;
import java.awt.Component;
import java.awt.EventQueue;
import java.awt.datatransfer.StringSelection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.vlmvisualizer.core.AnswerWord;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.dialog.MessageBox;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.HtmlReport;
import org.vlmvisualizer.output.MapStyle;
import org.vlmvisualizer.output.MapTrust;
import org.vlmvisualizer.output.MethodsText;
import org.vlmvisualizer.output.SavedResult;
import org.vlmvisualizer.output.TokenFigure;
import org.vlmvisualizer.output.TokenTable;
import org.vlmvisualizer.output.WholeFile;
import org.vlmvisualizer.output.WordTable;

/**
 * What the explorer shows as files: asked for on the event thread, written off it, whole or not at
 * all.
 */
final class Exports {
  private final Supplier<ExplorerState> shown;
  private final Component parent;

  /**
   * @param shown of the answer that is looked at
   */
  Exports(Supplier<ExplorerState> shown, Component parent) {
    this.shown = shown;
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
    TokenTable table = shown.get().table();
    save("Save table as CSV", ".csv", file -> WholeFile.write(file, table.toCsv()));
  }

  void wordsCsv() {
    WordTable table = words(shown.get());
    save("Save words as CSV", ".csv", file -> WholeFile.write(file, table.toCsv()));
  }

  /** Of all words, and behind them of the phrase that is selected, if it is none of them. */
  static WordTable words(ExplorerState state) {
    TokenMaps maps = state.maps();
    List<AnswerWord> words = new ArrayList<>(state.words());
    int[] chosen = state.selection().tokens();
    int last = chosen.length - 1;
    if (last > 0 && chosen[last] - chosen[0] == last) { // without gaps
      AnswerWord phrase = AnswerWord.phrase(maps.tokens(), chosen[0], chosen[last]);
      if (!words.contains(phrase)) {
        words.add(phrase);
      }
    }
    return WordTable.of(maps, words, state.result().source(), state.pooling());
  }

  void reportHtml() {
    ExplorerState state = shown.get();
    AttentionResult result = state.result().with(state.maps());
    MapStyle style = state.style();
    save("Save report as HTML", ".html", file -> HtmlReport.write(result, style, file));
  }

  /** Puts the paragraph for a paper on the clipboard. */
  void copyMethods() {
    String text = MethodsText.of(shown.get().result());
    try {
      parent.getToolkit().getSystemClipboard().setContents(new StringSelection(text), null);
      IJ.showStatus("The methods text is on the clipboard");
    } catch (IllegalStateException e) {
      MessageBox.tell(
          parent,
          "The clipboard is used by another program. Try again, or take methods.txt of the saved result.");
    }
  }

  /** What is shown now; the figure itself is laid out later, off the event thread. */
  private Supplier<TokenFigure> figure() {
    ExplorerState state = shown.get();
    SelectedMap map = state.shown();
    double max = state.scaleMaximum();
    MapStyle style = state.style();
    String title = Figures.tokens(state.maps(), map.tokens());
    String subtitle =
        (map.tokens().length == 1 ? "token " : state.pooling() + " of ")
            + Figures.position(state.maps(), map.tokens())
            + Figures.part(Figures.joint(state.maps(), map.tokens()))
            + " · "
            + Figures.imageAttention(state.maps(), map.tokens())
            + " of the attention went to the picture";
    AttentionResult result = state.result();
    MapTrust trust = MapTrust.of(Figures.joint(state.maps(), map.tokens()));
    return () -> new TokenFigure(result, map.patches(), max, style, title, subtitle, trust);
  }

  private void save(String title, String extension, Consumer<Path> writer) {
    String name = shown.get().result().source().title().replaceAll("\\.[A-Za-z]{1,4}$", "");
    SaveDialog dialog =
        new SaveDialog(title, name.replaceAll("[^\\p{L}\\p{N} ._-]", "_"), extension);
    if (dialog.getFileName() != null) {
      Path file = Path.of(dialog.getDirectory(), dialog.getFileName());
      offEventThread(() -> writer.accept(file));
    }
  }

  /** Opens another explorer on a saved result. */
  void openSaved(AskedModel model) {
    String folder = new DirectoryChooser("Folder of a saved result").getDirectory();
    if (folder != null) {
      offEventThread(() -> Explorer.open(SavedResult.read(Path.of(folder)), model));
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

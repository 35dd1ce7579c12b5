package org.vlmvisualizer.explorer;

import ij.IJ;
import java.awt.BorderLayout;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.GridBagConstraints;
import java.awt.GridBagLayout;
import java.awt.Insets;
import java.awt.Toolkit;
import java.awt.event.InputEvent;
import java.awt.event.KeyEvent;
import java.awt.event.WindowAdapter;
import java.awt.event.WindowEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javax.swing.BorderFactory;
import javax.swing.Box;
import javax.swing.BoxLayout;
import javax.swing.JComponent;
import javax.swing.JFrame;
import javax.swing.JMenu;
import javax.swing.JMenuBar;
import javax.swing.JMenuItem;
import javax.swing.JPanel;
import javax.swing.JScrollPane;
import javax.swing.JTabbedPane;
import javax.swing.KeyStroke;
import javax.swing.event.MenuEvent;
import javax.swing.event.MenuListener;
import org.vlmvisualizer.core.CleanText;
import org.vlmvisualizer.output.AttentionResult;

/**
 * The explorer's own window: a tab for each answer about the picture, with answer, plot, figures
 * and controls from top to bottom, and below them the line that asks the next question.
 */
final class ExplorerFrame extends JFrame {
  private static final long serialVersionUID = 1L;
  private static final int GAP = 12;
  private static final int TITLE = 28; // characters
  private static final int LEAST_ANSWER = 44; // a line of it
  private static final int LEAST_WITH_THOUGHTS = 120; // a line of both, below their headings

  private final transient List<ExplorerState> states = new ArrayList<>();
  private final transient Exports exports = new Exports(this::state, this);
  private final transient AskedModel model;
  private final transient Consumer<ExplorerState> shown;
  private final transient Runnable clearRegion;
  private final JTabbedPane tabs = new JTabbedPane(JTabbedPane.TOP, JTabbedPane.SCROLL_TAB_LAYOUT);
  private final AskLine line;
  private AnswerPanel newest;
  private int questions;

  /**
   * @param shown told which answer is looked at, whenever that changes
   * @param close closes an answer
   * @param clearRegion what Escape does where nothing is being asked
   */
  ExplorerFrame(
      AskedModel model,
      Consumer<ExplorerState> shown,
      Consumer<ExplorerState> close,
      Runnable clearRegion) {
    this.model = model;
    this.shown = shown;
    this.clearRegion = clearRegion;
    if (IJ.getInstance() != null) {
      setIconImages(IJ.getInstance().getIconImages());
    }
    line = new AskLine(model, () -> state().answer());
    tabs.getAccessibleContext().setAccessibleName("Questions about this picture");
    tabs.addChangeListener(
        e -> {
          if (tabs.getSelectedIndex() >= 0) {
            showTitle();
            shown.accept(state());
          }
        });
    setDefaultCloseOperation(DISPOSE_ON_CLOSE);
    setJMenuBar(menus(close));
    getContentPane().add(content());
    setMinimumSize(new Dimension(420, 420));
    addWindowListener(
        new WindowAdapter() {
          @Override
          public void windowOpened(WindowEvent e) {
            newest.requestFocusInWindow();
          }
        });
  }

  /** That of the answer that is looked at. */
  ExplorerState state() {
    return states.get(tabs.getSelectedIndex());
  }

  /** Shows another answer in a tab of its own. */
  void add(ExplorerState state) {
    newest = new AnswerPanel(state);
    states.add(state); // before the tab's listener asks for it
    tabs.addTab(name(state.result()), content(state, newest, new ViewControls(work(state))));
    tabs.setSelectedIndex(states.size() - 1);
    showTitle();
    newest.requestFocusInWindow();
  }

  private MapWork work(ExplorerState state) {
    return new MapWork(state, line, model, () -> changed(state));
  }

  /** Of an answer in another tab, the picture is told once that is looked at. */
  private void changed(ExplorerState state) {
    if (isDisplayable() && states.contains(state) && state() == state) {
      shown.accept(state);
    }
  }

  void select(ExplorerState state) {
    tabs.setSelectedIndex(states.indexOf(state));
  }

  void remove(ExplorerState state) {
    int index = states.indexOf(state);
    states.remove(index);
    tabs.removeTabAt(index);
  }

  /** Numbered, and so never taken for HTML. */
  private String name(AttentionResult result) {
    String question = CleanText.of(result.question()).replaceAll("\\s+", " ");
    return ++questions + ": " + CleanText.cut(question, TITLE);
  }

  /** The image, and how much there is of an answer that has not ended. */
  void showTitle() {
    AttentionResult result = state().result();
    String written = result.written();
    setTitle(
        "Token Explorer: "
            + result.source().title()
            + (written.isEmpty() ? "" : " (" + written + ")"));
  }

  private JComponent content() {
    JPanel all = new JPanel(new BorderLayout(0, GAP));
    all.setBorder(BorderFactory.createEmptyBorder(GAP / 2, GAP / 2, GAP, GAP / 2));
    all.add(tabs);
    line.setBorder(BorderFactory.createEmptyBorder(0, GAP, 0, GAP));
    all.add(line, BorderLayout.PAGE_END);
    all.getInputMap(JComponent.WHEN_IN_FOCUSED_WINDOW)
        .put(KeyStroke.getKeyStroke(KeyEvent.VK_ESCAPE, 0), "escape");
    all.getActionMap().put("escape", TokenKeys.action("", this::escape));
    return all;
  }

  private void escape() {
    if (!line.cancel()) {
      clearRegion.run();
    }
  }

  private static JComponent content(
      ExplorerState state, AnswerPanel answer, ViewControls controls) {
    JScrollPane text = new JScrollPane(answer);
    text.setBorder(BorderFactory.createLineBorder(Paints.RULE));
    text.getViewport().setBackground(Color.WHITE);
    RatioChart chart = new RatioChart(state);
    chart.setBorder(BorderFactory.createLineBorder(Paints.RULE));
    JPanel all = new JPanel(new BorderLayout());
    all.setBorder(BorderFactory.createEmptyBorder(GAP, GAP, GAP, GAP));
    int least = state.maps().thinks() ? LEAST_WITH_THOUGHTS : LEAST_ANSWER;
    text.setMinimumSize(new Dimension(0, Paints.scaled(least)));
    all.add(shrinking(text, chart));
    all.add(below(new Readout(state), new TrustPanel(state), controls), BorderLayout.PAGE_END);
    return all;
  }

  /** Gives the answer what room there is; where there is little, both are lower. */
  private static JComponent shrinking(JScrollPane text, RatioChart chart) {
    JPanel both = new JPanel(new GridBagLayout());
    GridBagConstraints at = new GridBagConstraints();
    at.gridx = 0;
    at.weightx = 1;
    at.weighty = 1;
    at.fill = GridBagConstraints.BOTH;
    both.add(text, at);
    at.weighty = 0;
    at.insets = new Insets(GAP, 0, 0, 0);
    both.add(chart, at);
    return both;
  }

  private static JComponent below(JComponent figures, JComponent trust, JComponent controls) {
    JPanel below =
        new JPanel() {
          private static final long serialVersionUID = 1L;

          @Override
          public Dimension getMinimumSize() {
            return getPreferredSize();
          }
        };
    below.setLayout(new BoxLayout(below, BoxLayout.PAGE_AXIS));
    trust.setBorder(BorderFactory.createEmptyBorder(GAP, 0, 0, 0)); // goes with it where not seen
    for (JComponent part : List.of(figures, trust, controls)) {
      if (part != trust) {
        below.add(Box.createVerticalStrut(GAP));
      }
      part.setAlignmentX(0);
      below.add(part);
    }
    return below;
  }

  private JMenuBar menus(Consumer<ExplorerState> close) {
    JMenu file = menu("File", 'F');
    item(file, "Open Saved Result...", 'O', KeyEvent.VK_O, () -> exports.openSaved(model));
    file.addSeparator();
    item(file, "Save Picture as PNG...", 'P', KeyEvent.VK_S, exports::picturePng);
    item(file, "Save Picture as SVG...", 'V', 0, exports::pictureSvg);
    item(file, "Save Table as CSV...", 'T', 0, exports::tableCsv);
    item(file, "Save Words as CSV...", 'W', 0, exports::wordsCsv);
    item(file, "Save Report as HTML...", 'R', 0, exports::reportHtml);
    item(file, "Copy Methods Text", 'M', 0, exports::copyMethods);
    file.addSeparator();
    item(file, "Close This Answer", 'A', 0, () -> close.accept(state()));
    item(file, "Close", 'C', KeyEvent.VK_W, this::dispose);
    JMenu select = menu("Select", 'S');
    item(select, "All Tokens", 'A', KeyEvent.VK_A, () -> state().select(TokenSelection::selectAll));
    item(select, "One Token", 'O', 0, () -> state().select(TokenSelection::collapse));
    item(select, "Whole Word (W)", 'W', 0, () -> state().selectWord(state().selection().lead()));
    item(select, "Clear Region (Esc)", 'R', 0, clearRegion);
    JMenuBar bar = new JMenuBar();
    bar.add(file);
    bar.add(select);
    bar.add(mapMenu());
    return bar;
  }

  private JMenu mapMenu() {
    JMenu map = menu("Map", 'P');
    item(map, "Check Map", 'C', 0, () -> work(state()).check());
    item(map, "Show Only Its Top Tenth", 'O', 0, () -> work(state()).showPicture(true));
    item(map, "Show All But Its Top Tenth", 'A', 0, () -> work(state()).showPicture(false));
    map.addMenuListener(
        new MenuListener() {
          @Override
          public void menuSelected(MenuEvent e) {
            map.getItem(0).setEnabled(work(state()).whyNoCheck().isEmpty());
            map.getItem(0).setToolTipText(work(state()).tipOfCheck());
          }

          @Override
          public void menuDeselected(MenuEvent e) {
            // Nothing was changed.
          }

          @Override
          public void menuCanceled(MenuEvent e) {
            // As above.
          }
        });
    return map;
  }

  private static JMenu menu(String name, char mnemonic) {
    JMenu menu = new JMenu(name);
    menu.setMnemonic(mnemonic);
    return menu;
  }

  /**
   * @param key together with Ctrl (Command on a Mac), or 0
   */
  private static void item(JMenu menu, String name, char mnemonic, int key, Runnable run) {
    JMenuItem item = new JMenuItem(TokenKeys.action(name, run));
    item.setMnemonic(mnemonic);
    if (key != 0) {
      int modifier = Toolkit.getDefaultToolkit().getMenuShortcutKeyMaskEx();
      item.setAccelerator(KeyStroke.getKeyStroke(key, modifier & ~InputEvent.SHIFT_DOWN_MASK));
    }
    menu.add(item);
  }
}

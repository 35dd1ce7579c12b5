package org.vlmvisualizer.explorer;

import ij.IJ;
import java.awt.BorderLayout;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Toolkit;
import java.awt.event.InputEvent;
import java.awt.event.KeyEvent;
import java.awt.event.WindowAdapter;
import java.awt.event.WindowEvent;
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
import javax.swing.KeyStroke;

/** The explorer's own window: answer, plot, figures and controls, from top to bottom. */
final class ExplorerFrame extends JFrame {
  private static final long serialVersionUID = 1L;
  private static final int GAP = 12;

  final transient ExplorerState state;
  private final transient Exports exports;
  private final transient Runnable clearRegion;
  private final AnswerPanel answer;

  /**
   * @param escape what Escape does
   */
  ExplorerFrame(ExplorerState state, Runnable escape) {
    this.state = state;
    showTitle();
    if (IJ.getInstance() != null) {
      setIconImages(IJ.getInstance().getIconImages());
    }
    clearRegion = escape;
    exports = new Exports(state, this);
    answer = new AnswerPanel(state);
    setDefaultCloseOperation(DISPOSE_ON_CLOSE);
    setJMenuBar(menus());
    getContentPane().add(content());
    setMinimumSize(new Dimension(420, 420));
    pack();
    addWindowListener(
        new WindowAdapter() {
          @Override
          public void windowOpened(WindowEvent e) {
            answer.requestFocusInWindow();
          }
        });
  }

  /** The image, and how much there is of an answer that has not ended. */
  void showTitle() {
    String written = state.result().written();
    String image = state.result().source().title();
    setTitle("Token Explorer: " + image + (written.isEmpty() ? "" : " (" + written + ")"));
  }

  private JComponent content() {
    JScrollPane text = new JScrollPane(answer);
    text.setBorder(BorderFactory.createLineBorder(Paints.RULE));
    text.getViewport().setBackground(Color.WHITE);
    RatioChart chart = new RatioChart(state);
    chart.setBorder(BorderFactory.createLineBorder(Paints.RULE));
    JPanel below = new JPanel();
    below.setLayout(new BoxLayout(below, BoxLayout.PAGE_AXIS));
    for (JComponent part : new JComponent[] {chart, new Readout(state), new ViewControls(state)}) {
      below.add(Box.createVerticalStrut(GAP));
      part.setAlignmentX(0);
      below.add(part);
    }
    JPanel all = new JPanel(new BorderLayout());
    all.setBorder(BorderFactory.createEmptyBorder(GAP, GAP, GAP, GAP));
    all.add(text);
    all.add(below, BorderLayout.PAGE_END);
    all.getInputMap(JComponent.WHEN_IN_FOCUSED_WINDOW)
        .put(KeyStroke.getKeyStroke(KeyEvent.VK_ESCAPE, 0), "escape");
    all.getActionMap().put("escape", TokenKeys.action("", clearRegion));
    return all;
  }

  private JMenuBar menus() {
    JMenu file = menu("File", 'F');
    item(file, "Open Saved Result...", 'O', KeyEvent.VK_O, exports::openSaved);
    file.addSeparator();
    item(file, "Save Picture as PNG...", 'P', KeyEvent.VK_S, exports::picturePng);
    item(file, "Save Picture as SVG...", 'V', 0, exports::pictureSvg);
    item(file, "Save Table as CSV...", 'T', 0, exports::tableCsv);
    item(file, "Save Report as HTML...", 'R', 0, exports::reportHtml);
    file.addSeparator();
    item(file, "Close", 'C', KeyEvent.VK_W, this::dispose);
    JMenu select = menu("Select", 'S');
    item(select, "All Tokens", 'A', KeyEvent.VK_A, () -> state.select(TokenSelection::selectAll));
    item(select, "One Token", 'O', 0, () -> state.select(TokenSelection::collapse));
    item(select, "Clear Region (Esc)", 'R', 0, clearRegion);
    JMenuBar bar = new JMenuBar();
    bar.add(file);
    bar.add(select);
    return bar;
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

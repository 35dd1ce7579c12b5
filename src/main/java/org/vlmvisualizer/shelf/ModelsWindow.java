package org.vlmvisualizer.shelf;

import java.awt.BorderLayout;
import java.awt.EventQueue;
import java.awt.FlowLayout;
import java.awt.Frame;
import java.awt.Rectangle;
import java.awt.Window;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.swing.BorderFactory;
import javax.swing.JButton;
import javax.swing.JComponent;
import javax.swing.JDialog;
import javax.swing.JFrame;
import javax.swing.JLabel;
import javax.swing.JOptionPane;
import javax.swing.JPanel;
import javax.swing.JProgressBar;
import javax.swing.JScrollPane;
import javax.swing.JTextArea;
import javax.swing.RootPaneContainer;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.dialog.Keys;
import org.vlmvisualizer.dialog.MessageBox;

/**
 * The list of models: a window of its own, one at a time, or a dialog in which a model is chosen.
 * Its work runs on one thread.
 */
public final class ModelsWindow {
  private static final String TITLE = "Models";
  private static final int HEIGHT = 460;
  private static final int BESIDE = 30; // the table: its scroll bar and the frame
  private static final int DETAIL_ROWS = 4;

  private static ModelsWindow shown;

  private final ModelShelf shelf;
  private final Window window;
  private final Consumer<String> use;
  private final ModelRows rows = new ModelRows();
  private final ModelTable table = new ModelTable(rows, this::use);
  private final JTextArea details = new JTextArea(DETAIL_ROWS, 40);
  private final JLabel state = new JLabel(" ");
  private final JProgressBar bar = new JProgressBar();
  private final JButton choose = new JButton("Use");
  private final JButton download = new JButton("Download…");
  private final JButton remove = new JButton("Remove…");
  private final JButton refresh = new JButton("Refresh");
  private final JButton cancel = new JButton("Cancel");
  private volatile boolean isCancelled;

  private ModelsWindow(Window window, ModelShelf shelf, Runnable help, Consumer<String> use) {
    this.window = window;
    this.shelf = shelf;
    this.use = use;
    table.getSelectionModel().addListSelectionListener(e -> enable(!cancel.isEnabled()));
    JPanel foot = new JPanel(new BorderLayout());
    foot.add(details(), BorderLayout.PAGE_START);
    foot.add(foot(help), BorderLayout.CENTER);
    window.add(new JScrollPane(table), BorderLayout.CENTER);
    window.add(foot, BorderLayout.PAGE_END);
    Rectangle screen = window.getGraphicsConfiguration().getBounds();
    int width = table.getPreferredSize().width + BESIDE;
    window.setSize(Math.min(width, screen.width), Math.min(HEIGHT, screen.height * 9 / 10));
    Keys.escapeCloses(window, ((RootPaneContainer) window).getRootPane());
  }

  /**
   * Shows the window, or brings the one that is there to the front. May be called anywhere.
   *
   * @param owner the window whose icon it gets, or null
   * @param use told which model the next question is to be put to; called on the event thread
   */
  public static void show(Frame owner, ModelShelf shelf, Runnable help, Consumer<String> use) {
    EventQueue.invokeLater(
        () -> {
          if (shown == null || !shown.window.isDisplayable()) {
            JFrame frame = new JFrame(TITLE);
            frame.setDefaultCloseOperation(JFrame.DISPOSE_ON_CLOSE);
            frame.setLocationByPlatform(true);
            if (owner != null) {
              frame.setIconImages(owner.getIconImages());
            }
            shown = new ModelsWindow(frame, shelf, help, use);
            shown.window.setVisible(true);
          }
          shown.window.toFront();
          shown.list(" ");
        });
  }

  /**
   * Lets the user choose a model for a dialog that is open, and waits. To be called on the event
   * thread.
   *
   * @param owner the dialog
   * @param chosen told the name, unless the user closes the list
   */
  public static void choose(
      Window owner, ModelShelf shelf, Runnable help, Consumer<String> chosen) {
    JDialog dialog = new JDialog(owner, TITLE, JDialog.ModalityType.APPLICATION_MODAL);
    dialog.setDefaultCloseOperation(JDialog.DISPOSE_ON_CLOSE);
    Consumer<String> once =
        name -> {
          chosen.accept(name);
          dialog.dispose();
        };
    ModelsWindow models = new ModelsWindow(dialog, shelf, help, once);
    dialog.setLocationRelativeTo(owner);
    models.list(" ");
    dialog.setVisible(true);
  }

  private JComponent details() {
    details.setName("details");
    details.setEditable(false);
    details.setLineWrap(true);
    details.setWrapStyleWord(true);
    details.setFont(table.getFont());
    details.getAccessibleContext().setAccessibleName("The selected model");
    Keys.tabMovesOn(details);
    JScrollPane pane = new JScrollPane(details);
    pane.setBorder(BorderFactory.createEmptyBorder(4, 8, 0, 8));
    return pane;
  }

  private JPanel foot(Runnable help) {
    JButton helper = new JButton("Help");
    helper.addActionListener(e -> help.run());
    choose.addActionListener(e -> use());
    download.addActionListener(e -> askForDownload());
    remove.addActionListener(e -> askForRemoval());
    refresh.addActionListener(e -> list(" "));
    cancel.addActionListener(e -> isCancelled = true);
    JPanel buttons = new JPanel(new FlowLayout(FlowLayout.LEADING, 6, 4));
    for (JButton button : List.of(helper, choose, download, remove, refresh)) {
      button.setName(button.getText());
      buttons.add(button);
    }
    JPanel progress = new JPanel(new BorderLayout(6, 0));
    progress.setBorder(BorderFactory.createEmptyBorder(4, 8, 6, 8));
    progress.add(state, BorderLayout.CENTER);
    JPanel right = new JPanel(new FlowLayout(FlowLayout.TRAILING, 6, 0));
    right.add(bar);
    right.add(cancel);
    progress.add(right, BorderLayout.LINE_END);
    JPanel foot = new JPanel(new BorderLayout());
    foot.add(buttons, BorderLayout.CENTER);
    foot.add(progress, BorderLayout.PAGE_END);
    enable(true);
    return foot;
  }

  private void use() {
    ModelEntry row = table.selected();
    if (row != null && row.isUsable()) {
      use.accept(row.name());
      state.setText("The next question is put to " + row.name() + ".");
    }
  }

  /** The size and the licence are told before anything comes. */
  private void askForDownload() {
    ModelEntry row = table.selected();
    String name =
        (String)
            JOptionPane.showInputDialog(
                window,
                "The id of a model on the Hugging Face hub, as org/name or org/name@revision;\n"
                    + "models that are not in the list work too, if their family does:",
                MessageBox.TITLE,
                JOptionPane.PLAIN_MESSAGE,
                null,
                null,
                row == null || row.onDisk() != null ? "" : row.name());
    if (name != null && !name.isBlank()) {
      work(
          progress -> {
            shelf.download(name.strip(), progress);
            return name.strip() + " is on this computer.";
          });
    }
  }

  private void askForRemoval() {
    ModelEntry row = table.selected();
    String question =
        "Delete %s (%s) from this computer?\n%s"
            .formatted(row.name(), row.size().text(), row.folder());
    if (MessageBox.confirm(window, question, "Delete", "Keep")) {
      work(progress -> shelf.remove(row.name()));
    }
  }

  private void list(String sentence) {
    work(progress -> sentence);
  }

  /**
   * Runs something, then shows the list anew, whatever became of it.
   *
   * @param work called off the event thread; returns a sentence for the foot of the window
   */
  private void work(Function<Progress, String> work) {
    if (cancel.isEnabled()) {
      return;
    }
    isCancelled = false;
    enable(false);
    Thread thread = new Thread(() -> inBackground(work), "VLM Visualizer models");
    thread.setDaemon(true);
    thread.start();
  }

  private void inBackground(Function<Progress, String> work) {
    String sentence = " ";
    try {
      sentence = work.apply(this::update);
    } catch (CancellationException e) {
      sentence = "Cancelled; what came so far is kept.";
    } catch (InputException e) {
      tell(e.getMessage());
    } finally {
      finish(sentence);
    }
  }

  private void finish(String sentence) {
    try {
      List<ModelEntry> list = ModelEntries.all();
      EventQueue.invokeLater(() -> table.show(list));
    } catch (InputException e) {
      tell(e.getMessage());
    } finally {
      EventQueue.invokeLater(
          () -> {
            state.setText(sentence);
            enable(true);
          });
    }
  }

  private void update(String stage, int done, int total) {
    if (isCancelled || !window.isDisplayable()) {
      throw new CancellationException("Cancelled by the user.");
    }
    EventQueue.invokeLater(
        () -> {
          state.setText(stage);
          bar.setMaximum(total);
          bar.setValue(done);
        });
  }

  private void tell(String sentence) {
    EventQueue.invokeLater(() -> MessageBox.tell(window, sentence));
  }

  private void enable(boolean isIdle) {
    ModelEntry row = table.selected();
    details.setText(row == null ? "" : row.details());
    details.setCaretPosition(0);
    choose.setEnabled(row != null && row.isUsable());
    download.setEnabled(isIdle);
    refresh.setEnabled(isIdle);
    remove.setEnabled(isIdle && row != null && row.isRemovable());
    cancel.setEnabled(!isIdle);
    bar.setVisible(!isIdle);
  }
}

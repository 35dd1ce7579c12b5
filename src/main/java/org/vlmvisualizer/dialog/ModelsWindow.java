package org.vlmvisualizer.dialog;

import java.awt.BorderLayout;
import java.awt.EventQueue;
import java.awt.FlowLayout;
import java.awt.Frame;
import java.util.List;
import java.util.concurrent.CancellationException;
import javax.swing.BorderFactory;
import javax.swing.JButton;
import javax.swing.JFrame;
import javax.swing.JLabel;
import javax.swing.JOptionPane;
import javax.swing.JPanel;
import javax.swing.JProgressBar;
import javax.swing.JScrollPane;
import javax.swing.JTable;
import javax.swing.ListSelectionModel;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;

/** A window with the models on this computer. One at a time; its work runs on one thread. */
public final class ModelsWindow {
  private static final String TITLE = "Models";

  /**
   * One line.
   *
   * @param runs "yes", or why the plugin cannot run it
   */
  public record Row(
      String name, String size, String licence, String runs, String folder, boolean isRemovable) {}

  /**
   * What the window shows and does. None of it is called on the event thread; each throws an
   * InputException with a sentence, or a CancellationException.
   */
  public interface Shelf {
    List<Row> list();

    void download(String name, Progress progress);

    /** Deletes a model; returns a sentence on what became free. */
    String remove(String name);
  }

  /** Work off the event thread; returns a sentence for the foot of the window. */
  private interface Work {
    String run(Progress progress);
  }

  private static ModelsWindow shown;

  private final Shelf shelf;
  private final JFrame frame = new JFrame(TITLE);
  private final ModelRows rows = new ModelRows();
  private final JTable table = new JTable(rows);
  private final JLabel state = new JLabel(" ");
  private final JProgressBar bar = new JProgressBar();
  private final JButton download = new JButton("Download…");
  private final JButton remove = new JButton("Remove…");
  private final JButton refresh = new JButton("Refresh");
  private final JButton cancel = new JButton("Cancel");
  private volatile boolean isCancelled;

  private ModelsWindow(Frame owner, Shelf shelf, Runnable help) {
    this.shelf = shelf;
    if (owner != null) {
      frame.setIconImages(owner.getIconImages());
    }
    table.setSelectionMode(ListSelectionModel.SINGLE_SELECTION);
    table.setAutoCreateRowSorter(true);
    table.getSelectionModel().addListSelectionListener(e -> enable(!cancel.isEnabled()));
    table.setName("models");
    rows.widths(table);
    frame.add(new JScrollPane(table), BorderLayout.CENTER);
    frame.add(foot(help), BorderLayout.PAGE_END);
    frame.setSize(860, 320);
    frame.setLocationByPlatform(true);
    frame.setDefaultCloseOperation(JFrame.DISPOSE_ON_CLOSE);
  }

  /**
   * Shows the window, or brings the one that is there to the front. May be called anywhere.
   *
   * @param owner the window whose icon it gets, or null
   */
  public static void show(Frame owner, Shelf shelf, Runnable help) {
    EventQueue.invokeLater(
        () -> {
          if (shown == null || !shown.frame.isDisplayable()) {
            shown = new ModelsWindow(owner, shelf, help);
            shown.frame.setVisible(true);
          }
          shown.frame.toFront();
          shown.list("");
        });
  }

  private JPanel foot(Runnable help) {
    JButton helper = new JButton("Help");
    helper.addActionListener(e -> help.run());
    download.addActionListener(e -> askForDownload());
    remove.addActionListener(e -> askForRemoval());
    refresh.addActionListener(e -> list(""));
    cancel.addActionListener(e -> isCancelled = true);
    JPanel buttons = new JPanel(new FlowLayout(FlowLayout.LEADING, 6, 4));
    for (JButton button : List.of(helper, download, remove, refresh)) {
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

  private void askForDownload() {
    String name =
        JOptionPane.showInputDialog(
            frame,
            "The id of a LLaVA-1.5 model on the Hugging Face hub,\nlike llava-hf/llava-1.5-7b-hf:",
            MessageBox.TITLE,
            JOptionPane.PLAIN_MESSAGE);
    if (name != null && !name.isBlank()) {
      work(
          progress -> {
            shelf.download(name.strip(), progress);
            return name.strip() + " is on this computer.";
          });
    }
  }

  private void askForRemoval() {
    Row row = selected();
    String question =
        "Delete %s (%s) from this computer?\n%s".formatted(row.name, row.size, row.folder);
    if (MessageBox.confirm(frame, question, "Delete", "Keep")) {
      work(progress -> shelf.remove(row.name));
    }
  }

  private Row selected() {
    int index = table.getSelectedRow();
    return index < 0 ? null : rows.row(table.convertRowIndexToModel(index));
  }

  private void list(String sentence) {
    work(progress -> sentence);
  }

  /** Runs something, then shows the list anew, whatever became of it. */
  private void work(Work work) {
    if (cancel.isEnabled()) {
      return;
    }
    isCancelled = false;
    enable(false);
    Thread thread = new Thread(() -> inBackground(work), "VLM Visualizer models");
    thread.setDaemon(true);
    thread.start();
  }

  private void inBackground(Work work) {
    String sentence = "";
    try {
      sentence = work.run(this::update);
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
      List<Row> list = shelf.list();
      EventQueue.invokeLater(() -> rows.set(list));
    } catch (InputException e) {
      tell(e.getMessage());
    } finally {
      EventQueue.invokeLater(
          () -> {
            state.setText(sentence.isEmpty() ? " " : sentence);
            enable(true);
          });
    }
  }

  private void update(String stage, int done, int total) {
    if (isCancelled || !frame.isDisplayable()) {
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
    EventQueue.invokeLater(() -> MessageBox.tell(frame, sentence));
  }

  private void enable(boolean isIdle) {
    download.setEnabled(isIdle);
    refresh.setEnabled(isIdle);
    Row row = selected();
    remove.setEnabled(isIdle && row != null && row.isRemovable());
    cancel.setEnabled(!isIdle);
    bar.setVisible(!isIdle);
  }
}

package org.vlmvisualizer.dialog;

import java.awt.BorderLayout;
import java.awt.Dimension;
import java.awt.FlowLayout;
import java.awt.Font;
import java.awt.Frame;
import java.awt.GridBagConstraints;
import java.awt.GridBagLayout;
import java.awt.Insets;
import java.awt.Rectangle;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import javax.swing.BorderFactory;
import javax.swing.JButton;
import javax.swing.JComponent;
import javax.swing.JDialog;
import javax.swing.JLabel;
import javax.swing.JPanel;
import javax.swing.JScrollPane;
import javax.swing.JTextArea;
import javax.swing.JTextField;
import javax.swing.JToggleButton;
import org.vlmvisualizer.core.DaemonThreads;
import org.vlmvisualizer.core.InputException;

/**
 * Asks for the options of a command: those of every day first, the others behind "More options".
 * Enter answers, Escape cancels; whatever is chosen is checked by the command.
 */
public final class OptionsDialog {
  private static final int NOTE_COLUMNS = 30;

  private final JDialog dialog;
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(new DaemonThreads("VLM Visualizer options"));
  private final List<OptionField> fields;
  private final JScrollPane scroll;
  private final List<JLabel> labels = new ArrayList<>();
  private final JPanel more = new JPanel(new GridBagLayout());
  private Map<String, Object> answer;

  /**
   * What the command is about.
   *
   * @param title shown above the options
   * @param window where it is on the screen, and is not to be covered; null if it has no window
   */
  public record About(String title, Rectangle window) {}

  /**
   * What stands below the options.
   *
   * @param note null for none
   * @param citation what to cite, one line
   * @param help opens the documentation; called on the event thread, so it must return at once
   */
  public record Foot(Note note, String citation, Runnable help) {}

  /**
   * A text that follows what is chosen.
   *
   * @param name what it tells, for readers of the screen
   * @param tip one sentence that is shown as a tooltip
   * @param text of the options as {@link #ask} gives them, be they ones that the command refuses;
   *     called off the event thread
   */
  public record Note(String name, String tip, Function<Map<String, Object>, String> text) {}

  private OptionsDialog(Frame owner, String title, About about, List<Option> options, Foot foot) {
    dialog = new JDialog(owner, title, true);
    fields = options.stream().map(OptionField::of).toList();
    JPanel all = new JPanel(new GridBagLayout());
    all.setBorder(BorderFactory.createEmptyBorder(10, 12, 4, 12));
    JPanel everyday = new JPanel(new GridBagLayout());
    if (about != null) {
      addTitle(about.title(), everyday);
    }
    for (OptionField field : fields) {
      add(field, field.option().isAdvanced() ? more : everyday);
    }
    align();
    stack(all, everyday);
    if (more.getComponentCount() > 0) {
      stack(all, expander());
      stack(all, more);
    }
    scroll = new JScrollPane(all);
    scroll.setBorder(null);
    scroll.getVerticalScrollBar().setUnitIncrement(16);
    dialog.add(scroll, BorderLayout.CENTER);
    dialog.add(foot(foot), BorderLayout.PAGE_END);
    Keys.escapeCloses(dialog, dialog.getRootPane());
    dialog.setDefaultCloseOperation(JDialog.DISPOSE_ON_CLOSE);
    fit();
    dialog.setLocationRelativeTo(owner);
    if (about != null && about.window() != null) {
      dialog.setLocation(
          Beside.place(dialog.getSize(), about.window(), Beside.screen(about.window())));
    }
  }

  /**
   * Shows the dialog and waits for the user. May be called on any thread.
   *
   * @param owner the window that it belongs to, or null
   * @param about null if it is about nothing that is open
   * @return key to value: Boolean, Integer, Double or String; empty if the user cancelled
   */
  public static Optional<Map<String, Object>> ask(
      Frame owner, String title, About about, List<Option> options, Foot foot) {
    return Optional.ofNullable(
        EventThread.ask(
            () -> {
              OptionsDialog shown = new OptionsDialog(owner, title, about, options, foot);
              shown.dialog.setVisible(true);
              shown.worker.shutdown();
              return shown.answer;
            }));
  }

  /** The controls of both panels begin in one column. */
  private void align() {
    int width = labels.stream().mapToInt(l -> l.getPreferredSize().width).max().orElse(0);
    for (JLabel label : labels) {
      label.setPreferredSize(new Dimension(width, label.getPreferredSize().height));
    }
  }

  private void add(OptionField field, JPanel panel) {
    JLabel label = null;
    if (field.option().kind() != Option.Kind.CHECK) {
      label = new JLabel(field.option().label() + ":");
      label.setLabelFor(field.focus());
      label.setToolTipText(field.focus().getToolTipText());
    }
    add(label, field.view(), panel);
  }

  private void addTitle(String title, JPanel panel) {
    JTextField text = new JTextField(title, 20); // not a label: a title may look like HTML
    text.setName("about");
    text.setEditable(false);
    text.setFocusable(false);
    text.setBorder(null);
    text.setFont(text.getFont().deriveFont(Font.BOLD));
    add(new JLabel("About:"), text, panel);
  }

  /**
   * @param label null for none
   */
  private void add(JLabel label, JComponent view, JPanel panel) {
    GridBagConstraints at = new GridBagConstraints();
    at.gridy = panel.getComponentCount();
    at.anchor = GridBagConstraints.FIRST_LINE_START;
    if (label != null) {
      labels.add(label);
      at.gridx = 0;
      at.insets = new Insets(6, 3, 3, 9);
      panel.add(label, at);
    }
    at.gridx = 1;
    at.insets = new Insets(3, 3, 3, 3);
    at.weightx = 1;
    at.fill = GridBagConstraints.HORIZONTAL;
    panel.add(view, at);
  }

  private static void stack(JPanel panel, JComponent part) {
    GridBagConstraints at = new GridBagConstraints();
    at.gridx = 0;
    at.gridy = panel.getComponentCount();
    at.weightx = 1;
    at.fill = GridBagConstraints.HORIZONTAL;
    at.anchor = GridBagConstraints.FIRST_LINE_START;
    panel.add(part, at);
  }

  private JComponent expander() {
    JToggleButton button = new JToggleButton("More options \u25b8");
    button.setName("more");
    button.addActionListener(
        e -> {
          more.setVisible(button.isSelected());
          button.setText(button.isSelected() ? "Fewer options \u25be" : "More options \u25b8");
          fit();
        });
    more.setVisible(false);
    JPanel row = new JPanel(new FlowLayout(FlowLayout.LEADING, 3, 6));
    row.add(button);
    return row;
  }

  private JPanel foot(Foot with) {
    JPanel foot = new JPanel(new BorderLayout());
    foot.setBorder(BorderFactory.createEmptyBorder(4, 15, 10, 12));
    JPanel lines = new JPanel(new BorderLayout(0, 4));
    if (with.note() != null) {
      lines.add(note(with.note()), BorderLayout.PAGE_START);
    }
    JLabel cite = new JLabel(with.citation());
    cite.setName("citation");
    cite.setFont(cite.getFont().deriveFont(Font.PLAIN, cite.getFont().getSize2D() - 1));
    lines.add(cite, BorderLayout.PAGE_END);
    foot.add(lines, BorderLayout.PAGE_START);
    JPanel right = new JPanel(new FlowLayout(FlowLayout.TRAILING, 6, 6));
    JButton ok = button("OK", this::accept);
    right.add(button("Cancel", dialog::dispose));
    right.add(ok);
    JPanel left = new JPanel(new FlowLayout(FlowLayout.LEADING, 0, 6));
    left.add(button("Help", with.help()));
    foot.add(left, BorderLayout.LINE_START);
    foot.add(right, BorderLayout.LINE_END);
    dialog.getRootPane().setDefaultButton(ok);
    return foot;
  }

  /** Room for two lines, so that the dialog stays as large as it is. */
  private JComponent note(Note note) {
    JTextArea text = new JTextArea(2, NOTE_COLUMNS);
    text.setName("note");
    text.getAccessibleContext().setAccessibleName(note.name());
    text.setToolTipText(note.tip());
    text.setEditable(false);
    text.setOpaque(false);
    text.setLineWrap(true);
    text.setWrapStyleWord(true);
    text.setFont(new JLabel().getFont().deriveFont(Font.PLAIN));
    Keys.tabMovesOn(text);
    Keys.leaveEnter(text);
    LatestJob<String> job = new LatestJob<>(worker, text::setText);
    Runnable follow =
        () -> {
          Map<String, Object> shown = shown();
          job.submit(() -> note.text().apply(shown));
        };
    fields.forEach(field -> field.onChange(follow));
    follow.run();
    return text;
  }

  private Map<String, Object> shown() {
    Map<String, Object> shown = new LinkedHashMap<>();
    fields.forEach(field -> shown.put(field.option().key(), field.shown()));
    return shown;
  }

  private static JButton button(String text, Runnable action) {
    JButton button = new JButton(text);
    button.setName(text);
    button.addActionListener(e -> action.run());
    return button;
  }

  private void accept() {
    Map<String, Object> values = new LinkedHashMap<>();
    try {
      for (OptionField field : fields) {
        values.put(field.option().key(), field.value().get());
      }
    } catch (InputException e) {
      MessageBox.tell(dialog, e.getMessage());
      return;
    }
    answer = values;
    dialog.dispose();
  }

  /** As large as its contents, but within the screen; beyond that it scrolls. */
  private void fit() {
    dialog.setMinimumSize(null);
    dialog.pack();
    Rectangle screen = dialog.getGraphicsConfiguration().getBounds();
    int height = Math.min(dialog.getHeight(), screen.height * 9 / 10);
    int bar =
        height < dialog.getHeight() ? scroll.getVerticalScrollBar().getPreferredSize().width : 0;
    dialog.setSize(new Dimension(dialog.getWidth() + bar, height));
    if (dialog.isShowing()) {
      dialog.setLocation(Beside.within(dialog.getBounds(), screen));
    }
  }
}

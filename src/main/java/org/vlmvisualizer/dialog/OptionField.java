package org.vlmvisualizer.dialog;

import java.awt.BorderLayout;
import java.awt.GridLayout;
import java.io.File;
import java.text.ParseException;
import java.util.function.Supplier;
import javax.swing.JButton;
import javax.swing.JCheckBox;
import javax.swing.JComboBox;
import javax.swing.JComponent;
import javax.swing.JFileChooser;
import javax.swing.JFormattedTextField;
import javax.swing.JPanel;
import javax.swing.JScrollPane;
import javax.swing.JSpinner;
import javax.swing.JTextArea;
import javax.swing.JTextField;
import javax.swing.KeyStroke;
import javax.swing.ScrollPaneConstants;
import javax.swing.SpinnerNumberModel;
import javax.swing.SwingUtilities;
import javax.swing.event.DocumentEvent;
import javax.swing.event.DocumentListener;
import javax.swing.text.DefaultEditorKit;
import javax.swing.text.JTextComponent;
import org.vlmvisualizer.core.InputException;

/**
 * The control of one option.
 *
 * @param view what is laid into the dialog
 * @param focus the part of it that takes the keyboard
 * @param value what the user chose: Boolean, Number or String; throws an InputException if it is
 *     none
 */
record OptionField(Option option, JComponent view, JComponent focus, Supplier<Object> value) {
  private static final int COLUMNS = 24;
  private static final int ROWS = 3;

  static OptionField of(Option option) {
    OptionField field =
        switch (option.kind()) {
          case CHECK -> check(option);
          case CHOICE -> choice(option);
          case TEXT -> text(option);
          case LONG_TEXT -> longText(option);
          case WHOLE_NUMBER -> number(option);
          case FILE, FOLDER, FILE_OR_FOLDER -> file(option);
        };
    field.focus.setName(option.key());
    if (!option.tip().isBlank()) {
      field.focus.setToolTipText(option.tip());
    }
    return field;
  }

  private static OptionField check(Option option) {
    JCheckBox box = new JCheckBox(option.label(), Boolean.TRUE.equals(option.value()));
    return new OptionField(option, box, box, box::isSelected);
  }

  private static OptionField choice(Option option) {
    JComboBox<String> box = new JComboBox<>(option.choices().toArray(String[]::new));
    box.setSelectedItem(option.value());
    return new OptionField(option, box, box, box::getSelectedItem);
  }

  private static OptionField text(Option option) {
    JComponent line = line(option);
    return new OptionField(option, line, line, typed(line)::getText);
  }

  /** Enter answers the dialog; Shift with Enter begins a new line, Tab goes on. */
  private static OptionField longText(Option option) {
    JTextArea area = new JTextArea(text(option.value()), ROWS, COLUMNS);
    area.setLineWrap(true);
    area.setWrapStyleWord(true);
    area.setFont(new JTextField().getFont());
    Keys.tabMovesOn(area);
    Keys.leaveEnter(area);
    area.getInputMap()
        .put(KeyStroke.getKeyStroke("shift ENTER"), DefaultEditorKit.insertBreakAction);
    area.selectAll();
    JScrollPane pane =
        new JScrollPane(
            area,
            ScrollPaneConstants.VERTICAL_SCROLLBAR_AS_NEEDED,
            ScrollPaneConstants.HORIZONTAL_SCROLLBAR_NEVER);
    return new OptionField(option, pane, area, area::getText);
  }

  private static OptionField number(Option option) {
    Number start = option.value() == null ? 0 : (Number) option.value();
    JSpinner spinner = new JSpinner(new SpinnerNumberModel(start, option.min(), null, 1));
    JTextField inside = inside(spinner);
    inside.setColumns(6);
    // The number is read when the dialog is answered, so Enter is left to the dialog.
    Keys.leaveEnter(inside);
    inside.setToolTipText(option.tip());
    JPanel left = new JPanel(new BorderLayout());
    left.add(spinner, BorderLayout.LINE_START);
    return new OptionField(option, left, spinner, () -> committed(spinner, inside, option));
  }

  /** What is chosen or typed so far; of a number that is none, the last that was. */
  Object shown() {
    if (!(focus instanceof JSpinner spinner)) {
      return value.get();
    }
    JFormattedTextField inside = inside(spinner);
    try {
      return inside.getFormatter().stringToValue(inside.getText());
    } catch (ParseException e) {
      return spinner.getValue();
    }
  }

  /** Tells of each change of {@link #shown}. */
  void onChange(Runnable changed) {
    if (focus instanceof JCheckBox box) {
      box.addItemListener(e -> changed.run());
    } else if (focus instanceof JComboBox<?> box && !box.isEditable()) {
      box.addItemListener(e -> changed.run());
    } else {
      JTextComponent typed = focus instanceof JSpinner s ? inside(s) : typed(focus);
      typed.getDocument().addDocumentListener(new AnyChange(changed));
    }
  }

  private record AnyChange(Runnable told) implements DocumentListener {
    @Override
    public void insertUpdate(DocumentEvent e) {
      told.run();
    }

    @Override
    public void removeUpdate(DocumentEvent e) {
      told.run();
    }

    @Override
    public void changedUpdate(DocumentEvent e) {
      told.run();
    }
  }

  private static JFormattedTextField inside(JSpinner spinner) {
    return ((JSpinner.DefaultEditor) spinner.getEditor()).getTextField();
  }

  private static Object committed(JSpinner spinner, JTextField inside, Option option) {
    try {
      spinner.commitEdit();
      return spinner.getValue();
    } catch (ParseException e) {
      throw new InputException(
          "Expected a number%s as '%s', found '%s'."
              .formatted(
                  option.min() == null ? "" : " from " + option.min(),
                  option.label(),
                  inside.getText()),
          e);
    }
  }

  private static OptionField file(Option option) {
    JPanel panel = new JPanel(new BorderLayout(4, 0));
    JButton browse = new JButton("Browse…");
    browse.setName(option.key() + ".browse");
    JComponent line = line(option);
    JTextComponent typed = typed(line);
    panel.add(line, BorderLayout.CENTER);
    JPanel buttons = new JPanel(new GridLayout(1, 0, 4, 0));
    buttons.add(browse);
    if (option.list() != null) {
      buttons.add(listButton(option, typed));
    }
    panel.add(buttons, BorderLayout.LINE_END);
    browse.addActionListener(e -> browse(panel, option, typed));
    return new OptionField(option, panel, line, typed::getText);
  }

  private static JButton listButton(Option option, JTextComponent typed) {
    JButton button = new JButton("List…");
    button.setName(option.key() + ".list");
    button.setToolTipText("Choose from a list");
    button.addActionListener(
        e -> option.list().open(SwingUtilities.getWindowAncestor(button), typed::setText));
    return button;
  }

  private static void browse(JComponent parent, Option option, JTextComponent typed) {
    JFileChooser chooser = new JFileChooser();
    chooser.setDialogTitle(option.label());
    if (option.kind() != Option.Kind.FILE) {
      chooser.setFileSelectionMode(
          option.kind() == Option.Kind.FOLDER
              ? JFileChooser.DIRECTORIES_ONLY
              : JFileChooser.FILES_AND_DIRECTORIES);
    }
    File present = new File(typed.getText().strip());
    if (present.isAbsolute() && present.exists()) {
      chooser.setSelectedFile(present);
    }
    if (chooser.showDialog(parent, "Choose") == JFileChooser.APPROVE_OPTION) {
      typed.setText(chooser.getSelectedFile().getPath());
    }
  }

  /** To type into; a box if something is suggested. */
  private static JComponent line(Option option) {
    if (option.choices().isEmpty()) {
      return new JTextField(text(option.value()), COLUMNS);
    }
    JComboBox<String> box = new JComboBox<>(option.choices().toArray(String[]::new));
    box.setEditable(true);
    // Long paths would make the dialog as wide as the screen.
    box.setPrototypeDisplayValue("m".repeat(COLUMNS * 2 / 3));
    box.setSelectedItem(text(option.value()));
    typed(box).setToolTipText(option.tip());
    return box;
  }

  private static JTextComponent typed(JComponent line) {
    return (JTextComponent)
        (line instanceof JComboBox<?> box ? box.getEditor().getEditorComponent() : line);
  }

  private static String text(Object value) {
    return value == null ? "" : value.toString();
  }
}

package org.vlmvisualizer.imagej;

import java.awt.Component;
import java.awt.Container;
import java.awt.EventQueue;
import java.awt.Window;
import java.util.Map;
import javax.swing.JButton;
import javax.swing.JCheckBox;
import javax.swing.JComboBox;
import javax.swing.JDialog;
import javax.swing.JSpinner;
import javax.swing.text.JTextComponent;

/** A command chosen from the menu, whose dialog a user fills in and answers with OK. */
final class AnsweredDialog {
  private static final int PATIENCE_MS = 60_000;

  private AnsweredDialog() {}

  /**
   * Runs a command to its end.
   *
   * @param entered what differs from what the dialog shows
   */
  static void choose(FijiLike fiji, String label, Map<String, Object> entered) throws Exception {
    Thread command = new Thread(() -> fiji.open(label), label);
    command.start();
    JDialog dialog = null;
    long end = System.currentTimeMillis() + PATIENCE_MS;
    while (dialog == null) {
      if (System.currentTimeMillis() > end || !command.isAlive()) {
        throw new AssertionError("No dialog of " + label);
      }
      Thread.sleep(50);
      for (Window window : Window.getWindows()) {
        dialog = window instanceof JDialog shown && shown.isShowing() ? shown : dialog;
      }
    }
    JDialog open = dialog;
    EventQueue.invokeAndWait(
        () -> {
          entered.forEach((key, value) -> enter(find(open, key), value));
          ((JButton) find(open, "OK")).doClick();
        });
    command.join();
    EventQueue.invokeAndWait(() -> {}); // what the command leaves to do
  }

  private static void enter(Component field, Object value) {
    if (field instanceof JCheckBox box) {
      box.setSelected((Boolean) value);
    } else if (field instanceof JComboBox<?> box) {
      box.setSelectedItem(value);
    } else if (field instanceof JSpinner spinner) {
      spinner.setValue(value);
    } else {
      ((JTextComponent) field).setText(value.toString());
    }
  }

  private static Component find(Container container, String name) {
    for (Component part : container.getComponents()) {
      Component found =
          name.equals(part.getName())
              ? part
              : part instanceof Container inner ? find(inner, name) : null;
      if (found != null) {
        return found;
      }
    }
    return null;
  }
}
